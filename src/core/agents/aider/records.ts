import path from 'node:path';
import {
  countOf,
  type Fields,
  fieldsOf,
  moneyOf,
  nameOf,
  noJson,
  nonsense,
  parseFields,
  timeOf,
} from '../recordFields';
import type { LineReader, RecordFile, RecordReader, RecordSink, UsageRecord } from '../records';
import { headerMark, usageRoots } from '../usageFiles';

/**
 * aider keeps no records: its chat history has rounded figures only. The file of `--analytics-log`, which we name when we
 * start it, has exact ones: an event `message_send` after each answer (format as in aider's `analytics.py`). What was
 * read from a cache is not told apart from the rest of the prompt, so that our price may be above what aider says.
 * Sessions that were not started from here leave nothing to read.
 */
export const aiderRecords: RecordReader = {
  agent: 'aider',
  kind: 'lines',
  roots: (places) => usageRoots('aider', places),
  open,
};

const needles = [Buffer.from('"message_send"'), Buffer.from(`"${headerMark}"`)];
/** What aider writes for a model that it does not know: only the vendor is left. */
const redacted = /\/REDACTED$/;

function open(file: RecordFile): LineReader {
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
      } else if (line.event === 'message_send') {
        const found = recordOf(line, { session, cwd, key: `${session}#${lines}` });
        if (typeof found === 'string') sink.skip(found);
        else sink.record(found);
      }
    },
  };
}

/** A text: why it cannot be counted. */
function recordOf(
  line: Fields,
  file: { readonly session: string; readonly cwd: string | null; readonly key: string },
): UsageRecord | string {
  const properties = fieldsOf(line.properties);
  if (properties === null) return 'its event has an unknown form';
  const input = countOf(properties.prompt_tokens);
  const output = countOf(properties.completion_tokens);
  if (input === null || output === null) return nonsense;
  const seconds = line.time;
  const model = nameOf(properties.main_model);
  return {
    key: file.key,
    rank: 0,
    session: file.session,
    parent: null,
    cwd: file.cwd,
    at: timeOf(typeof seconds === 'number' ? seconds * 1_000 : null),
    model: model === null || redacted.test(model) ? null : model,
    tokens: { input, output, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, reasoning: 0 },
    speed: 'standard',
    batch: false,
    webSearches: 0,
    usd: moneyOf(properties.cost),
  };
}
