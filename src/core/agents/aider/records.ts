import { countsOf, type Fields, fieldsOf, moneyOf, nameOf, nonsense, timeOf } from '../recordFields';
import type { RecordReader, UsageRecord } from '../records';
import { type UsageLine, usageLines } from '../usageLines';

/** What aider writes for a model that it does not know: only the vendor is left. */
const redacted = /\/REDACTED$/;

/**
 * aider keeps no records: its chat history has rounded figures only. The file of `--analytics-log`, which we name when we
 * start it, has exact ones: an event `message_send` after each answer (format as in aider's `analytics.py`). What was
 * read from a cache is not told apart from the rest of the prompt, so that our price may be above what aider says.
 * Sessions that were not started from here leave nothing to read.
 */
export const aiderRecords: RecordReader = usageLines('aider', ['"message_send"'], recordOf);

function recordOf(fields: Fields, line: UsageLine): UsageRecord | string | null {
  if (fields.event !== 'message_send') return null;
  const properties = fieldsOf(fields.properties);
  if (properties === null) return 'its event has an unknown form';
  const counts = countsOf(properties, { input: 'prompt_tokens', output: 'completion_tokens' });
  if (counts === null) return nonsense;
  const seconds = fields.time;
  const model = nameOf(properties.main_model);
  return {
    ...line,
    rank: 0,
    parent: null,
    at: timeOf(typeof seconds === 'number' ? seconds * 1_000 : null),
    model: model === null || redacted.test(model) ? null : model,
    tokens: { ...counts, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, reasoning: 0 },
    speed: 'standard',
    batch: false,
    webSearches: 0,
    usd: moneyOf(properties.cost),
  };
}
