import type { Tokens } from '../../../contract/usage';
import { countsOf, type Fields, fieldsOf, moneyOf, nameOf, nonsense, pathOf, timeOf } from '../recordFields';
import type { UsageRecord } from '../records';

/** What is known of a message beside what it says itself. */
interface MessageOrigin {
  readonly id: string | null;
  readonly session: string | null;
  /** Directory of its session. */
  readonly directory: string | null;
  /** Whether the session went on after it, so that it cannot change any more. */
  readonly isOver: boolean;
}

/** null: no answer, or none that is finished. A text: why it cannot be counted. */
export function answerOf(message: Fields, origin: MessageOrigin): UsageRecord | string | null {
  if (message.role !== 'assistant' || message.tokens === undefined || message.tokens === null) return null;
  const tokens = tokensOf(fieldsOf(message.tokens) ?? {});
  if (tokens === null) return nonsense;
  // Every message has its fields from the beginning; they stay empty until its answer has come.
  if (Object.values(tokens).every((one) => one === 0)) return null;
  const time = fieldsOf(message.time) ?? {};
  const created = timeOf(time.created);
  const completed = timeOf(time.completed);
  if (completed === null && !origin.isOver) return null;
  const session = nameOf(message.sessionID) ?? origin.session;
  if (session === null) return 'the answer names no session';
  const model = nameOf(message.modelID);
  const key = keyOf([created, completed, model, ...Object.values(tokens)], created, origin.id);
  if (key === null) return 'the answer has no id';
  return {
    key,
    rank: 0,
    session,
    parent: null,
    cwd: pathOf(fieldsOf(message.path)?.cwd) ?? origin.directory,
    at: completed ?? created,
    model,
    tokens,
    speed: 'standard',
    batch: false,
    webSearches: 0,
    usd: moneyOf(message.cost),
  };
}

/** A fork copies messages under new ids, with the moments and numbers of the originals: those are what names an answer. */
function keyOf(parts: readonly unknown[], created: number | null, id: string | null): string | null {
  return created === null ? id : parts.join('/');
}

/** The parts do not overlap, but for `reasoning`, which earlier versions left in `output`: then `total` is without it. */
function tokensOf(told: Fields): Tokens | null {
  if (!('input' in told) && !('output' in told)) return null;
  const counts = countsOf(told, { input: 'input', output: 'output', reasoning: 'reasoning' });
  const cache = countsOf(fieldsOf(told.cache) ?? {}, { read: 'read', written: 'write' });
  if (counts === null || cache === null) return null;
  const { input, output, reasoning } = counts;
  const { read, written } = cache;
  const isInside = reasoning <= output && told.total === input + output + read + written;
  return {
    input,
    output: isInside ? output - reasoning : output,
    cacheWrite5m: written,
    cacheWrite1h: 0,
    cacheRead: read,
    reasoning,
  };
}
