import type { Tokens } from '../../../contract/usage';
import {
  countsOf,
  type Fields,
  fieldsOf,
  nameOf,
  noJson,
  nonsense,
  parseFields,
  pathOf,
  timeOf,
} from '../recordFields';
import type { RecordSink } from '../records';

/** What one chat's record has told so far. */
export class Chat {
  readonly #parent: string | null;
  #cwd: string | null;
  #session: string | null = null;
  #rank = 0;
  /** Tokens as they were told last, by message. */
  readonly #told = new Map<string, string>();

  /**
   * @param parent session that a subagent's chat belongs to; null: it is no subagent's
   * @param directory that the chat is of, where it is known
   */
  constructor(parent: string | null, directory: string | null) {
    this.#parent = parent;
    this.#cwd = directory;
  }

  /** Reads one line: what is said of the chat, a change of that, or a message. */
  line(bytes: Buffer, sink: RecordSink): void {
    const line = parseFields(bytes);
    if (line !== null) this.object(line, sink);
    // Without numbers nothing is lost.
    else if (bytes.includes('"tokens"')) sink.skip(noJson);
  }

  /** Reads one object. What was rewound (`$rewindTo`) is spent all the same. */
  object(line: Fields, sink: RecordSink): void {
    const told = fieldsOf(line.$set) ?? line;
    this.#session = nameOf(told.sessionId) ?? this.#session;
    if (this.#cwd === null && Array.isArray(told.directories)) this.#cwd = pathOf(told.directories[0]);
    if (Array.isArray(told.messages)) for (const message of told.messages) this.#message(fieldsOf(message) ?? {}, sink);
    this.#message(told, sink);
  }

  /** The same message may come again, when its tools have ended; the last time counts. */
  #message(message: Fields, sink: RecordSink): void {
    if (message.type !== 'gemini' || message.tokens === undefined || message.tokens === null) return;
    const tokens = tokensOf(fieldsOf(message.tokens) ?? {});
    const key = nameOf(message.id);
    const session = this.#parent ?? this.#session;
    if (tokens === null || key === null || session === null) {
      sink.skip(tokens === null ? nonsense : key === null ? 'the answer has no id' : 'the answer names no session');
      return;
    }
    const told = JSON.stringify(tokens);
    if (this.#told.get(key) === told) return;
    this.#told.set(key, told);
    this.#rank += 1;
    sink.record({
      key,
      rank: this.#rank,
      session,
      parent: null,
      cwd: this.#cwd,
      at: timeOf(message.timestamp),
      model: nameOf(message.model),
      tokens,
      speed: 'standard',
      batch: false,
      webSearches: 0,
      usd: null,
    });
  }
}

const names = { input: 'input', output: 'output', cached: 'cached', reasoning: 'thoughts', tool: 'tool' } as const;

/** `cached` lies inside `input`; `tool` is what tools' results added to the prompt. null: it makes no sense. */
function tokensOf(told: Fields): Tokens | null {
  if (!('input' in told) && !('output' in told)) return null;
  const counts = countsOf(told, names);
  if (counts === null) return null;
  const { input, output, cached, reasoning, tool } = counts;
  const cacheRead = Math.min(cached, input);
  return { input: input - cacheRead + tool, output, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead, reasoning };
}
