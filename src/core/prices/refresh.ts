import * as z from 'zod/mini';
import type { Documents } from '../store/documents';
import { laterPrices, type RefreshedPrices, tableAt } from './book';
import { entriesFromLiteLlm } from './litellm';
import type { PriceEntry } from './prices';

const priceListAddress = 'https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json';

const patience = 8_000;
/** The list has 1.7 MB; what is ten times as long is something else. */
const mostBytes = 16 * 1024 * 1024;
/** A list with fewer models of the known vendors is not the one that we know. */
const fewestModels = 20;

export type PriceErrorReason = 'unreachable' | 'bad-price-list' | 'cancelled';

/** The public list of prices could not be had; those of before stay in force. */
export class PriceError extends Error {
  override readonly name = 'PriceError';
  readonly reason: PriceErrorReason;
  constructor(reason: PriceErrorReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

const usd = z.number().check(z.minimum(0));
const day = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));
const ratesSchema = z.object({ input: usd, output: usd, cacheWrite5m: usd, cacheWrite1h: usd, cacheRead: usd });
const entrySchema = z.object({
  model: z.string(),
  since: day,
  rates: ratesSchema,
  longPrompt: z.nullable(z.object({ above: z.int().check(z.positive()), rates: ratesSchema })),
  fast: z.nullable(usd),
  batch: z.nullable(usd),
  source: z.string(),
}) satisfies z.ZodMiniType<PriceEntry>;
const documentSchema = z.object({ v: z.literal(1), fetchedAt: day, entries: z.array(entrySchema) });

/** What was fetched last; null: never. */
export async function readRefreshedPrices(documents: Documents): Promise<RefreshedPrices | null> {
  const document = await documents.read('cache', 'prices', documentSchema);
  return document === null ? null : { fetchedAt: document.fetchedAt, entries: document.entries };
}

/**
 * Fetches LiteLLM's public list of prices and keeps it, with what earlier lists said of their days. Only ever called because the user asked: nothing is sent but the
 * request itself.
 *
 * @throws PriceError `unreachable`, `bad-price-list`, `cancelled`
 */
export async function refreshPrices(
  documents: Documents,
  o: {
    readonly signal?: AbortSignal | undefined;
    readonly address?: string | undefined;
    readonly fetch?: typeof globalThis.fetch | undefined;
    readonly now?: (() => Date) | undefined;
    /** In ms. */
    readonly patience?: number | undefined;
  } = {},
): Promise<RefreshedPrices> {
  const fetchedAt = (o.now?.() ?? new Date()).toISOString().slice(0, 10);
  const timeout = AbortSignal.timeout(o.patience ?? patience);
  const signal = o.signal === undefined ? timeout : AbortSignal.any([o.signal, timeout]);
  let text: string;
  try {
    text = await download(o.fetch ?? globalThis.fetch, o.address ?? priceListAddress, signal);
  } catch (error) {
    if (error instanceof PriceError) throw error;
    if (o.signal?.aborted === true) throw new PriceError('cancelled', 'Refreshing the prices was cancelled.', error);
    const why = timeout.aborted ? 'nothing came in time' : reasonOf(error);
    throw new PriceError(
      'unreachable',
      `The public list of prices cannot be fetched (${why}): the prices of before stay; try again when you are online.`,
      error,
    );
  }
  const known = new Map([...tableAt(fetchedAt)].map(([model, { rates }]) => [model, rates]));
  const entries = entriesFromLiteLlm(parse(text), fetchedAt, known);
  if (entries.length < fewestModels) throw badList(`only ${entries.length} models in it have a price`);
  const refreshed = laterPrices(await readRefreshedPrices(documents), { fetchedAt, entries });
  await documents.write('cache', 'prices', { v: 1, ...refreshed });
  return refreshed;
}

async function download(fetch: typeof globalThis.fetch, address: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(address, { signal, headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // The length that a server names may be wrong: what comes is counted.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw badList('it is longer than 16 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badList('it is no JSON');
  }
}

function badList(why: string): PriceError {
  return new PriceError(
    'bad-price-list',
    `What came is not the public list of prices (${why}): the prices of before stay in force.`,
  );
}

/** `fetch` says "fetch failed" and puts the reason into the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
