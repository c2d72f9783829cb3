import { countOf, countsOf, type Fields, moneyOf, nameOf, nonsense, timeOf } from '../recordFields';
import type { RecordReader, UsageRecord } from '../records';
import { type UsageLine, usageLines } from '../usageLines';

/** A newer one would have to be read by other rules. */
const version = 1;
const names = {
  input: 'input',
  output: 'output',
  cacheWrite5m: 'cacheWrite5m',
  cacheWrite1h: 'cacheWrite1h',
  cacheRead: 'cacheRead',
  reasoning: 'reasoning',
} as const;

/**
 * Reads what an agent of the user's own wrote into the file that `SWITCHYARD_USAGE_FILE` named: one line of JSON for each
 * answer of a model, as docs/adding-an-agent.md describes it.
 */
export function customRecords(agent: string): RecordReader {
  return usageLines(agent, ['{'], recordOf);
}

function recordOf(line: Fields, file: UsageLine): UsageRecord | string {
  if (line.v !== undefined && line.v !== version) return 'it is of a version that is not known';
  const tokens = countsOf(line, names);
  const webSearches = countOf(line.webSearches);
  if (tokens === null || webSearches === null) return nonsense;
  const usd = moneyOf(line.usd);
  if (usd === null && webSearches === 0 && Object.values(tokens).every((count) => count === 0)) {
    return 'it tells neither tokens nor money';
  }
  const session = nameOf(line.session) ?? file.session;
  const id = nameOf(line.id);
  return {
    // Without an id each line is an answer of its own.
    key: id === null ? file.key : `${session}/${id}`,
    rank: 0,
    session,
    parent: nameOf(line.parent),
    cwd: nameOf(line.cwd) ?? file.cwd,
    at: timeOf(line.at),
    model: nameOf(line.model),
    tokens,
    speed: line.speed === 'fast' ? 'fast' : 'standard',
    batch: line.batch === true,
    webSearches,
    usd,
  };
}
