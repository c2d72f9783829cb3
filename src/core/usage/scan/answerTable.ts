import type { Tokens } from '../../../contract/usage';
import type { UsageRecord } from '../../agents/records';
import { allTokens } from '../sums';
import type { Answer, Answers } from './answers';
import { Rows, Words } from './columns';
import { Keys } from './keys';

/** What an answer was found in. */
interface FoundIn {
  readonly agent: string;
  readonly file: string;
  /** Of the first byte of its line; -1: no line. */
  readonly offset: number;
  /** When the file was made, in milliseconds since 1970; 0 where the system does not tell. */
  readonly born: number;
}

const fast = 1;
const batch = 2;

/** Columns of numbers; those of words come in the order of `wordsOf`. */
const offset = 0;
const born = 1;
const rank = 2;
const at = 3;
const input = 4;
const output = 5;
const cacheWrite5m = 6;
const cacheWrite1h = 7;
const cacheRead = 8;
const reasoning = 9;
const webSearches = 10;
const usd = 11;
const numbersWidth = 12;

const agent = 0;
const file = 1;
const session = 2;
const parent = 3;
const cwd = 4;
const model = 5;
const flags = 6;
const wordsWidth = 7;

/**
 * All answers, each once, in rows of numbers: tens of thousands are kept for hours, and as objects they would take
 * several times the room.
 */
export class AnswerTable implements Answers {
  readonly #texts = new Words();
  /** Of an agent and its key, which no two answers share. */
  readonly #keys = new Keys();
  readonly #numbers = new Rows(Float64Array, numbersWidth);
  readonly #words = new Rows(Uint32Array, wordsWidth);
  #isChanged = new Uint8Array(0);
  #changed: number[] = [];

  get size(): number {
    return this.#keys.size;
  }

  /** Adds an answer, or puts a better record of it in its place; a worse one changes nothing. */
  add(record: UsageRecord, found: FoundIn): void {
    const { size } = this;
    const index = this.#keys.of(`${found.agent}\n${record.key}`);
    if (index === size || this.#isBetter(record, found, index)) this.#put(index, record, found);
  }

  get(index: number): Answer {
    const { agent, file, offset, key, rank, session, parent, cwd } = this.at(index);
    const { at, model, tokens, speed, batch, webSearches, usd } = this.at(index);
    const found = { agent, file, offset, key, rank, session, parent, cwd };
    return { ...found, at, model, tokens, speed, batch, webSearches, usd };
  }

  at(index: number): Answer & FoundIn {
    if (!(index >= 0 && index < this.size)) throw new RangeError(`There is no answer ${index}.`);
    return new Row(index, this.#keys, this.#texts, this.#numbers, this.#words);
  }

  takeChanged(): readonly number[] {
    // Sorted as numbers without a function of ours: at first there are tens of thousands.
    const changed = [...Uint32Array.from(this.#changed).sort()];
    for (const index of changed) this.#isChanged[index] = 0;
    this.#changed = [];
    return changed;
  }

  /** Whether the whole is the same in whatever order files are read depends on this: no two different ones are equal. */
  #isBetter(record: UsageRecord, found: FoundIn, index: number): boolean {
    const numbers = this.#numbers;
    const ranks = record.rank - numbers.at(index, rank);
    if (ranks !== 0) return ranks > 0;
    let more = allTokens(record.tokens);
    for (let column = input; column <= reasoning; column += 1) more -= numbers.at(index, column);
    if (more !== 0) return more > 0;
    // Copies by a fork tell the same; the first to be written is the one that was paid for.
    const time = record.at ?? Number.POSITIVE_INFINITY;
    const knownTime = orNull(numbers.at(index, at)) ?? Number.POSITIVE_INFINITY;
    if (time !== knownTime) return time < knownTime;
    // Claude Code's forks tell even the time, under a session of their own: the older file is the one it came from.
    const older = found.born - numbers.at(index, born);
    if (older !== 0) return older < 0;
    return record.session < (this.#text(index, session) ?? '');
  }

  #put(index: number, record: UsageRecord, found: FoundIn): void {
    const { tokens } = record;
    const texts = this.#texts;
    this.#numbers.set(index, [
      found.offset,
      found.born,
      record.rank,
      record.at ?? Number.NaN,
      tokens.input,
      tokens.output,
      tokens.cacheWrite5m,
      tokens.cacheWrite1h,
      tokens.cacheRead,
      tokens.reasoning,
      record.webSearches,
      record.usd ?? Number.NaN,
    ]);
    this.#words.set(index, [
      texts.of(found.agent),
      texts.of(found.file),
      texts.of(record.session),
      texts.of(record.parent),
      texts.of(record.cwd),
      texts.of(record.model),
      (record.speed === 'fast' ? fast : 0) | (record.batch ? batch : 0),
    ]);
    this.#markChanged(index);
  }

  #text(index: number, column: number): string | null {
    return this.#texts.at(this.#words.at(index, column));
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

/** An answer as it stands in the table: only what is asked for is made. */
class Row implements Answer, FoundIn {
  readonly #index: number;
  readonly #keys: Keys;
  readonly #texts: Words;
  readonly #numbers: Rows<Float64Array<ArrayBuffer>>;
  readonly #words: Rows<Uint32Array<ArrayBuffer>>;

  constructor(
    index: number,
    keys: Keys,
    texts: Words,
    numbers: Rows<Float64Array<ArrayBuffer>>,
    words: Rows<Uint32Array<ArrayBuffer>>,
  ) {
    this.#index = index;
    this.#keys = keys;
    this.#texts = texts;
    this.#numbers = numbers;
    this.#words = words;
  }

  get agent(): string {
    return this.#text(agent) ?? '';
  }

  get file(): string {
    return this.#text(file) ?? '';
  }

  get offset(): number {
    return this.#numbers.at(this.#index, offset);
  }

  get born(): number {
    return this.#numbers.at(this.#index, born);
  }

  get key(): string {
    const key = this.#keys.at(this.#index) ?? '';
    return key.slice(key.indexOf('\n') + 1);
  }

  get rank(): number {
    return this.#numbers.at(this.#index, rank);
  }

  get session(): string {
    return this.#text(session) ?? '';
  }

  get parent(): string | null {
    return this.#text(parent);
  }

  get cwd(): string | null {
    return this.#text(cwd);
  }

  get at(): number | null {
    return orNull(this.#numbers.at(this.#index, at));
  }

  get model(): string | null {
    return this.#text(model);
  }

  get tokens(): Tokens {
    const [index, numbers] = [this.#index, this.#numbers];
    return {
      input: numbers.at(index, input),
      output: numbers.at(index, output),
      cacheWrite5m: numbers.at(index, cacheWrite5m),
      cacheWrite1h: numbers.at(index, cacheWrite1h),
      cacheRead: numbers.at(index, cacheRead),
      reasoning: numbers.at(index, reasoning),
    };
  }

  get speed(): 'standard' | 'fast' {
    return (this.#words.at(this.#index, flags) & fast) === 0 ? 'standard' : 'fast';
  }

  get batch(): boolean {
    return (this.#words.at(this.#index, flags) & batch) !== 0;
  }

  get webSearches(): number {
    return this.#numbers.at(this.#index, webSearches);
  }

  get usd(): number | null {
    return orNull(this.#numbers.at(this.#index, usd));
  }

  #text(column: number): string | null {
    return this.#texts.at(this.#words.at(this.#index, column));
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
