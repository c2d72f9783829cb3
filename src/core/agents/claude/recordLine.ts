import type { Tokens } from '../../../contract/usage';
import type { RecordSink, UsageRecord } from '../records';

/** Above all that a model or a person can have used; a number beyond it is damage. */
const mostTokens = 1e12;
const longestName = 1024;

type Fields = Readonly<Record<string, unknown>>;

/** Reads one line of a transcript that holds the word usage somewhere. */
export function readClaudeLine(bytes: Buffer, sink: RecordSink): void {
  const line = parse(bytes);
  const found = line === null ? 'it is no whole line of JSON' : recordOf(line);
  if (typeof found === 'string') sink.skip(found);
  else if (found !== null) sink.record(found);
}

function parse(bytes: Buffer): Fields | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

/** null: no answer of a model. A text: why one cannot be counted. */
function recordOf(line: Fields): UsageRecord | string | null {
  const message = line.message;
  // A tool's own account of what it used: those answers have lines of their own.
  if (line.type !== 'assistant' || !isFields(message) || message.usage === undefined || message.usage === null) {
    return null;
  }
  // Written by the program itself: no request was answered.
  if (message.model === '<synthetic>' || line.isApiErrorMessage === true) return null;
  const usage = message.usage;
  if (!isFields(usage)) return 'its usage has an unknown form';
  const key = name(message.id) ?? name(line.requestId) ?? name(line.uuid);
  if (key === null) return 'the answer has no id';
  const session = name(line.sessionId);
  if (session === null) return 'the answer names no session';
  const tokens = tokensOf(usage);
  if (tokens === null) return 'its numbers of tokens make no sense';
  return {
    key,
    // A side chain may replay an answer of the main chain.
    rank: line.isSidechain === true ? 0 : 1,
    session,
    parent: null,
    cwd: name(line.cwd),
    at: time(line.timestamp),
    model: name(message.model),
    tokens,
    speed: usage.speed === 'fast' ? 'fast' : 'standard',
    batch: usage.service_tier === 'batch',
    webSearches: isFields(usage.server_tool_use) ? (count(usage.server_tool_use.web_search_requests) ?? 0) : 0,
    usd: money(line.costUSD),
  };
}

/** null: one of them is no number of tokens. What is absent is none. */
function tokensOf(usage: Fields): Tokens | null {
  const input = count(usage.input_tokens);
  const output = count(usage.output_tokens);
  const written = count(usage.cache_creation_input_tokens);
  const read = count(usage.cache_read_input_tokens);
  const split = isFields(usage.cache_creation) ? usage.cache_creation : {};
  const long = count(split.ephemeral_1h_input_tokens);
  const short = count(split.ephemeral_5m_input_tokens);
  if (input === null || output === null || written === null || read === null || long === null || short === null) {
    return null;
  }
  const cacheWrite1h = long;
  // Older versions tell no split, and wrote for five minutes only.
  const cacheWrite5m = Math.max(short, written - long);
  return { input, output, cacheWrite5m, cacheWrite1h, cacheRead: read, reasoning: 0 };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function name(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= longestName ? value : null;
}

function count(value: unknown): number | null {
  if (value === undefined || value === null) return 0;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= mostTokens ? value : null;
}

function money(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value < mostTokens ? value : null;
}

function time(value: unknown): number | null {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
