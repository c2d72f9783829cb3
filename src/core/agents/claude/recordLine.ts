import type { Tokens } from '../../../contract/usage';
import { anObject, FieldPicker } from '../fieldPicker';
import { bad } from '../plainJson';
import type { LineReader, RecordSink, UsageRecord } from '../records';

/** Above all that a model or a person can have used; a number beyond it is damage. */
const mostTokens = 1e12;
const longestName = 1024;
const newline = 0x0a;

const picker = new FieldPicker([
  'type',
  'sessionId',
  'cwd',
  'timestamp',
  'isSidechain',
  'isApiErrorMessage',
  'requestId',
  'uuid',
  'costUSD',
  'forkedFrom',
  'forkedFrom.sessionId',
  'message',
  'message.id',
  'message.model',
  'message.usage',
  'message.usage.input_tokens',
  'message.usage.output_tokens',
  'message.usage.cache_creation_input_tokens',
  'message.usage.cache_read_input_tokens',
  'message.usage.cache_creation',
  'message.usage.cache_creation.ephemeral_5m_input_tokens',
  'message.usage.cache_creation.ephemeral_1h_input_tokens',
  'message.usage.server_tool_use',
  'message.usage.server_tool_use.web_search_requests',
  'message.usage.service_tier',
  'message.usage.speed',
]);
const { slots } = picker;

/** Every answer tells its output, and in a text the quotes would have a backslash before them. */
const needles = [Buffer.from('"output_tokens":')];

/** Reads the lines of one transcript. */
export class ClaudeTranscript implements LineReader {
  readonly needles = needles;
  /** The session that this one was cut from: told by the lines that were copied from it. */
  #origin: string | null = null;

  line(bytes: Buffer, sink: RecordSink): void {
    if (picker.pick(bytes)) this.#tell(sink);
    else sink.skip('it is no whole line of JSON');
  }

  lineAt(lines: Buffer, from: number, sink: RecordSink): number {
    const end = picker.pickAt(lines, from);
    if (end === bad || lines[end] !== newline) return bad;
    this.#tell(sink);
    return end;
  }

  #tell(sink: RecordSink): void {
    const found = this.#record();
    if (typeof found === 'string') sink.skip(found);
    else if (found !== null) sink.record(found);
  }

  /** null: no answer of a model. A text: why one cannot be counted. */
  #record(): UsageRecord | string | null {
    const usage = picker.value(slots['message.usage']);
    // Beside messages, tools tell what they used: those answers have lines of their own.
    if (picker.value(slots.type) !== 'assistant' || usage === undefined || usage === null) return null;
    const model = picker.value(slots['message.model']);
    // Written by the program itself: no request was answered.
    if (model === '<synthetic>' || picker.value(slots.isApiErrorMessage) === true) return null;
    if (usage !== anObject) return 'its usage has an unknown form';
    const key = name(slots['message.id']) ?? name(slots.requestId) ?? name(slots.uuid);
    if (key === null) return 'the answer has no id';
    const own = name(slots.sessionId);
    if (own === null) return 'the answer names no session';
    const tokens = tokensOf();
    if (tokens === null) return 'its numbers of tokens make no sense';
    const copiedFrom = name(slots['forkedFrom.sessionId']);
    this.#origin = copiedFrom ?? this.#origin;
    return {
      key,
      // A side chain may replay an answer of the main chain, and a fork copies what it goes on from.
      rank: (picker.value(slots.isSidechain) === true ? 0 : 2) + (copiedFrom === null ? 1 : 0),
      session: copiedFrom ?? own,
      parent: copiedFrom === null && this.#origin !== own ? this.#origin : null,
      cwd: name(slots.cwd),
      at: picker.time(slots.timestamp),
      model: name(slots['message.model']),
      tokens,
      speed: picker.value(slots['message.usage.speed']) === 'fast' ? 'fast' : 'standard',
      batch: picker.value(slots['message.usage.service_tier']) === 'batch',
      webSearches: count(slots['message.usage.server_tool_use.web_search_requests']) ?? 0,
      usd: money(slots.costUSD),
    };
  }
}

/** null: one of them is no number of tokens. What is absent is none. */
function tokensOf(): Tokens | null {
  const input = count(slots['message.usage.input_tokens']);
  const output = count(slots['message.usage.output_tokens']);
  const written = count(slots['message.usage.cache_creation_input_tokens']);
  const cacheRead = count(slots['message.usage.cache_read_input_tokens']);
  const short = count(slots['message.usage.cache_creation.ephemeral_5m_input_tokens']);
  const cacheWrite1h = count(slots['message.usage.cache_creation.ephemeral_1h_input_tokens']);
  if (input === null || output === null || written === null || cacheRead === null) return null;
  if (short === null || cacheWrite1h === null) return null;
  // Older versions tell no split, and wrote for five minutes only.
  const cacheWrite5m = Math.max(short, written - cacheWrite1h);
  return { input, output, cacheWrite5m, cacheWrite1h, cacheRead, reasoning: 0 };
}

function name(slot: number): string | null {
  const value = picker.value(slot);
  return typeof value === 'string' && value !== '' && value.length <= longestName ? value : null;
}

function count(slot: number): number | null {
  const value = picker.value(slot);
  if (value === undefined || value === null) return 0;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= mostTokens ? value : null;
}

function money(slot: number): number | null {
  const value = picker.value(slot);
  return typeof value === 'number' && value >= 0 && value < mostTokens ? value : null;
}
