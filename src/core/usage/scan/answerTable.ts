import type { UsageRecord } from '../../agents/records';
import type { Answer, Answers } from './answers';
import { Column, Words } from './columns';

/** What an answer was found in. */
export interface FoundIn {
  readonly agent: string;
  readonly file: string;
  /** Of the first byte of its line; -1: no line. */
  readonly offset: number;
  /** When the file was made, in milliseconds since 1970; 0 where the system does not tell. */
  readonly born: number;
}

/** Answers as plain data. */
export interface PackedAnswers {
  readonly keys: readonly string[];
  readonly words: readonly (string | null)[];
  /** One column after the other. */
  readonly numbers: Float64Array<ArrayBuffer>;
}

const fast = 1;
const batch = 2;

/**
 * All answers, each once, in columns of numbers: tens of thousands are kept for hours, and as objects they would take
 * several times the room.
 */
export class AnswerTable implements Answers {
  readonly #words = new Words();
  readonly #keys: string[] = [];
  /** Place of an answer by its key, for each agent. */
  readonly #places = new Map<string, Map<string, number>>();
  readonly #agent = new Column(Uint32Array);
  readonly #file = new Column(Uint32Array);
  readonly #session = new Column(Uint32Array);
  readonly #parent = new Column(Uint32Array);
  readonly #cwd = new Column(Uint32Array);
  readonly #model = new Column(Uint32Array);
  readonly #flags = new Column(Uint8Array);
  readonly #offset = new Column(Float64Array);
  readonly #born = new Column(Float64Array);
  readonly #rank = new Column(Float64Array);
  readonly #at = new Column(Float64Array);
  readonly #input = new Column(Float64Array);
  readonly #output = new Column(Float64Array);
  readonly #cacheWrite5m = new Column(Float64Array);
  readonly #cacheWrite1h = new Column(Float64Array);
  readonly #cacheRead = new Column(Float64Array);
  readonly #reasoning = new Column(Float64Array);
  readonly #webSearches = new Column(Float64Array);
  readonly #usd = new Column(Float64Array);
  readonly #columns: readonly Column<Uint8Array | Uint32Array | Float64Array>[] = [
    this.#agent,
    this.#file,
    this.#session,
    this.#parent,
    this.#cwd,
    this.#model,
    this.#flags,
    this.#offset,
    this.#born,
    this.#rank,
    this.#at,
    this.#input,
    this.#output,
    this.#cacheWrite5m,
    this.#cacheWrite1h,
    this.#cacheRead,
    this.#reasoning,
    this.#webSearches,
    this.#usd,
    this.#born,
  ];
  #isChanged = new Uint8Array(0);
  #changed: number[] = [];

  get size(): number {
    return this.#keys.length;
  }

  /** Adds an answer, or puts a better record of it in its place; a worse one changes nothing. */
  add(record: UsageRecord, found: FoundIn): void {
    let places = this.#places.get(found.agent);
    if (places === undefined) {
      places = new Map();
      this.#places.set(found.agent, places);
    }
    const known = places.get(record.key);
    if (known !== undefined) {
      if (this.#isBetter(record, found, known)) this.#put(known, record, found);
      return;
    }
    const index = this.#keys.push(record.key) - 1;
    places.set(record.key, index);
    this.#put(index, record, found);
  }

  get(index: number): Answer {
    const key = this.#keys[index];
    if (key === undefined) throw new RangeError(`There is no answer ${index}.`);
    const flags = this.#flags.at(index);
    return {
      agent: this.#words.at(this.#agent.at(index)) ?? '',
      file: this.#words.at(this.#file.at(index)) ?? '',
      offset: this.#offset.at(index),
      key,
      rank: this.#rank.at(index),
      session: this.#words.at(this.#session.at(index)) ?? '',
      parent: this.#words.at(this.#parent.at(index)),
      cwd: this.#words.at(this.#cwd.at(index)),
      at: orNull(this.#at.at(index)),
      model: this.#words.at(this.#model.at(index)),
      tokens: {
        input: this.#input.at(index),
        output: this.#output.at(index),
        cacheWrite5m: this.#cacheWrite5m.at(index),
        cacheWrite1h: this.#cacheWrite1h.at(index),
        cacheRead: this.#cacheRead.at(index),
        reasoning: this.#reasoning.at(index),
      },
      speed: (flags & fast) === 0 ? 'standard' : 'fast',
      batch: (flags & batch) !== 0,
      webSearches: this.#webSearches.at(index),
      usd: orNull(this.#usd.at(index)),
    };
  }

  takeChanged(): readonly number[] {
    // Sorted as numbers without a function of ours: at first there are tens of thousands.
    const changed = [...Uint32Array.from(this.#changed).sort()];
    for (const index of changed) this.#isChanged[index] = 0;
    this.#changed = [];
    return changed;
  }

  /** All of them, to be sent to another thread. */
  pack(): PackedAnswers {
    const { size } = this;
    const numbers = new Float64Array(size * this.#columns.length);
    for (const [place, column] of this.#columns.entries()) {
      for (let index = 0; index < size; index += 1) numbers[place * size + index] = column.at(index);
    }
    return { keys: this.#keys, words: this.#words.all, numbers };
  }

  /** Adds what another thread has found. */
  addPacked({ keys, words, numbers }: PackedAnswers): void {
    const other = new AnswerTable();
    for (const word of words) other.#words.of(word);
    for (const [place, column] of other.#columns.entries()) {
      for (let index = 0; index < keys.length; index += 1) column.set(index, numbers[place * keys.length + index] ?? 0);
    }
    for (const [index, key] of keys.entries()) {
      other.#keys.push(key);
      const answer = other.get(index);
      this.add(answer, { ...answer, born: other.#born.at(index) });
    }
  }

  /** Whether the whole is the same in whatever order files are read depends on this: no two different ones are equal. */
  #isBetter(record: UsageRecord, found: FoundIn, index: number): boolean {
    const rank = record.rank - this.#rank.at(index);
    if (rank !== 0) return rank > 0;
    const { input, output, cacheWrite5m, cacheWrite1h, cacheRead, reasoning } = record.tokens;
    const more = input + output + cacheWrite5m + cacheWrite1h + cacheRead + reasoning - this.#total(index);
    if (more !== 0) return more > 0;
    // Copies by a fork tell the same; the first to be written is the one that was paid for.
    const [at, knownAt] = [
      record.at ?? Number.POSITIVE_INFINITY,
      orNull(this.#at.at(index)) ?? Number.POSITIVE_INFINITY,
    ];
    if (at !== knownAt) return at < knownAt;
    // Claude Code's forks tell even the time, under a session of their own: the older file is the one it came from.
    const born = found.born - this.#born.at(index);
    if (born !== 0) return born < 0;
    return record.session < (this.#words.at(this.#session.at(index)) ?? '');
  }

  #total(index: number): number {
    const written = this.#cacheWrite5m.at(index) + this.#cacheWrite1h.at(index);
    const answered = this.#output.at(index) + this.#reasoning.at(index);
    return this.#input.at(index) + written + this.#cacheRead.at(index) + answered;
  }

  #put(index: number, record: UsageRecord, found: FoundIn): void {
    const { tokens } = record;
    this.#agent.set(index, this.#words.of(found.agent));
    this.#file.set(index, this.#words.of(found.file));
    this.#offset.set(index, found.offset);
    this.#born.set(index, found.born);
    this.#rank.set(index, record.rank);
    this.#session.set(index, this.#words.of(record.session));
    this.#parent.set(index, this.#words.of(record.parent));
    this.#cwd.set(index, this.#words.of(record.cwd));
    this.#at.set(index, record.at ?? Number.NaN);
    this.#model.set(index, this.#words.of(record.model));
    this.#input.set(index, tokens.input);
    this.#output.set(index, tokens.output);
    this.#cacheWrite5m.set(index, tokens.cacheWrite5m);
    this.#cacheWrite1h.set(index, tokens.cacheWrite1h);
    this.#cacheRead.set(index, tokens.cacheRead);
    this.#reasoning.set(index, tokens.reasoning);
    this.#flags.set(index, (record.speed === 'fast' ? fast : 0) | (record.batch ? batch : 0));
    this.#webSearches.set(index, record.webSearches);
    this.#usd.set(index, record.usd ?? Number.NaN);
    this.#markChanged(index);
  }

  #markChanged(index: number): void {
    if (index >= this.#isChanged.length) {
      const longer = new Uint8Array(Math.max(1024, 2 * index));
      longer.set(this.#isChanged);
      this.#isChanged = longer;
    }
    if (this.#isChanged[index] === 1) return;
    this.#isChanged[index] = 1;
    this.#changed.push(index);
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
