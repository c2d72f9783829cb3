import type { CostGrouping, CostJson, CostRow, Quota, SkippedRecord, Tokens } from '../contract/usage';
import type { PricedRecord } from '../core/usage/parts';
import { printable, table } from './output';

type Sum = Pick<CostRow, 'tokens' | 'usd' | 'sessions' | 'unpriced' | 'atLeast'>;

const numbers = ['sessions', 'input', 'output', 'cache write', 'cache read', 'cost'];

/** The rows as an aligned table with their sum, and what it rests on. */
export function costText(json: CostJson, { by, since }: { by: CostGrouping; since: string | null }): string {
  if (json.rows.length === 0) {
    const when = since === null ? '' : ` since ${since}`;
    const none =
      json.skipped.length === 0
        ? 'No agent has left a record of what it used'
        : 'Nothing of what agents have recorded could be counted';
    return `${none}${when}.\n${quotaText(json.quotas)}`;
  }
  const rows = json.rows.map((row) => [printable(row.key), row.agents.map(printable).join(','), ...figures(row)]);
  const lines = alignedRight([[by, 'agents', ...numbers], ...rows, ['total', '', ...figures(json.total)]], 2);
  return `${table(lines)}\n${estimateText(json)}${quotaText(json.quotas)}`;
}

/**
 * One line per answer: when, whose, how much, by which price, and where it stands.
 * @param kept answers that our own log alone knows of
 */
export function recordsText(records: readonly PricedRecord[], kept: number, json: CostJson): string {
  const rows = records.map(({ agent, model, at, file, line, tokens, usd, price }) => [
    at === null ? 'no time' : timeText(at),
    agent,
    printable(model ?? 'unknown'),
    ...tokenCells(tokens),
    usd === null ? 'unpriced' : `$${usd.toFixed(6)}`,
    price === null ? '' : `${price.input}/${price.output} since ${price.since}`,
    printable(line === null ? file : `${file}:${line}`),
  ]);
  const head = ['time', 'agent', 'model', ...numbers.slice(1, 5), 'cost', '$/M in/out', 'record'];
  const lost =
    kept === 0
      ? ''
      : `${kept} more ${kept === 1 ? 'is' : 'are'} known from our own log: the agents keep no record of them.\n`;
  return `${table(alignedRight([head, ...rows], 3, 5))}\n${lost}${estimateText(json)}`;
}

/** What was not counted, for standard error; the first few, since a broken disk may name thousands. */
export function skippedText(skipped: readonly SkippedRecord[]): string[] {
  const lines = skipped.slice(0, mostSkipped).map(({ file, line, reason }) => {
    const place = line === null ? file : `${file}:${line}`;
    return `switchyard: not counted: ${place}: ${reason}`;
  });
  const more = skipped.length - lines.length;
  return more <= 0 ? lines : [...lines, `switchyard: not counted: ${more} more, which --json names`];
}

const mostSkipped = 10;

/** `$1,234.50`, at least a cent; `≥` where more was spent. */
function formatUsd(usd: number | null, atLeast: boolean): string {
  if (usd === null) return 'unpriced';
  const [whole = '0', cents = '00'] = usd.toFixed(2).split('.');
  const text = usd > 0 && usd < 0.005 ? '<$0.01' : `$${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}`;
  return atLeast ? `≥ ${text}` : text;
}

/** `831`, `12.4k`, `3.1M`, `1.8G`. */
function formatTokens(tokens: number): string {
  const units = ['', 'k', 'M', 'G', 'T'];
  let [value, unit] = [tokens, 0];
  // What would be rounded to the next unit is shown in it: 999,960 is 1.0M.
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)}${units[unit]}`;
}

function figures({ sessions, tokens, usd, atLeast }: Sum): string[] {
  return [`${sessions}`, ...tokenCells(tokens), formatUsd(usd, atLeast)];
}

function tokenCells({ input, output, reasoning, cacheWrite5m, cacheWrite1h, cacheRead }: Tokens): string[] {
  return [input, output + reasoning, cacheWrite5m + cacheWrite1h, cacheRead].map(formatTokens);
}

function estimateText({ total, pricesAsOf, rows }: CostJson): string {
  const more = total.atLeast || rows.some((row) => row.atLeast) ? '; ≥: more was spent' : '';
  const unpriced = total.unpriced.length === 0 ? '' : `Without a price: ${total.unpriced.map(printable).join(', ')}.\n`;
  return `An estimate, at list prices as of ${pricesAsOf}${more}.\n${unpriced}`;
}

/** What plans allow, apart from money. */
function quotaText(quotas: readonly Quota[]): string {
  return quotas
    .flatMap(({ agent, plan, windows }) =>
      windows.map(({ minutes, usedPercent, resetsAt }) => {
        const span = minutes === null ? 'plan' : `${spanText(minutes)} of the plan`;
        const name = plan === null ? '' : ` (${printable(plan)})`;
        const reset = resetsAt === null ? '' : `, anew at ${printable(resetsAt)}`;
        return `${agent}: ${Math.floor(usedPercent)} % of the ${span}${name} used${reset}.\n`;
      }),
    )
    .join('');
}

function spanText(minutes: number): string {
  if (minutes >= 2880) return `${Math.round(minutes / 1440)} days`;
  return minutes >= 120 ? `${Math.round(minutes / 60)} hours` : `${minutes} minutes`;
}

function timeText(at: number): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? 'no time' : time.toISOString().slice(0, 19);
}

/** Pads `count` columns from `first` on in front, so that figures stand below each other. */
function alignedRight(rows: readonly (readonly string[])[], first: number, count = numbers.length): string[][] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row.map((cell, i) => (i >= first && i < first + count ? cell.padStart(widths[i] ?? 0) : cell)),
  );
}
