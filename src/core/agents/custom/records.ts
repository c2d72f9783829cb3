import path from 'node:path';
import type { Tokens } from '../../../contract/usage';
import { countOf, type Fields, moneyOf, nameOf, noJson, nonsense, parseFields, timeOf } from '../recordFields';
import type { LineReader, RecordFile, RecordReader, RecordSink, UsageRecord } from '../records';
import { headerMark, usageRoots } from '../usageFiles';

/**
 * Reads what an agent of the user's own wrote into the file that `SWITCHYARD_USAGE_FILE` named: one line of JSON for each
 * answer of a model, as docs/adding-an-agent.md describes it.
 */
export function customRecords(agent: string): RecordReader {
  return { agent, kind: 'lines', roots: (places) => usageRoots(agent, places), open };
}

const needles = [Buffer.from('{')];
/** A newer one would have to be read by other rules. */
const version = 1;

function open(file: RecordFile): LineReader {
  // Without a first line of ours the file's name tells the session.
  let session = path.basename(file.relative, '.jsonl');
  let cwd: string | null = null;
  let lines = 0;
  return {
    needles,
    line(bytes: Buffer, sink: RecordSink) {
      lines += 1;
      const line = parseFields(bytes);
      if (line === null) {
        sink.skip(noJson);
      } else if (line[headerMark] !== undefined) {
        session = nameOf(line.session) ?? session;
        cwd = nameOf(line.cwd);
      } else {
        const found = recordOf(line, { session, cwd, lines });
        if (typeof found === 'string') sink.skip(found);
        else sink.record(found);
      }
    },
  };
}

/** A text: why it cannot be counted. */
function recordOf(
  line: Fields,
  file: { readonly session: string; readonly cwd: string | null; readonly lines: number },
): UsageRecord | string {
  if (line.v !== undefined && line.v !== version) return 'it is of a version that is not known';
  const tokens = tokensOf(line);
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
    key: id === null ? `${file.session}#${file.lines}` : `${session}/${id}`,
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

function tokensOf(line: Fields): Tokens | null {
  const counts = [
    countOf(line.input),
    countOf(line.output),
    countOf(line.cacheWrite5m),
    countOf(line.cacheWrite1h),
    countOf(line.cacheRead),
    countOf(line.reasoning),
  ] as const;
  const [input, output, cacheWrite5m, cacheWrite1h, cacheRead, reasoning] = counts;
  if (
    input === null ||
    output === null ||
    cacheWrite5m === null ||
    cacheWrite1h === null ||
    cacheRead === null ||
    reasoning === null
  ) {
    return null;
  }
  return { input, output, cacheWrite5m, cacheWrite1h, cacheRead, reasoning };
}
