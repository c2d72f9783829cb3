import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import type { SkippedRecord } from '../../../contract/usage';
import type { LineReader, RecordSink } from '../../agents/records';
import type { Collected } from './agentFiles';
import { Needle } from './needle';
import { countLines, type LineSink, type Lines, longestLine } from './readLines';
import { codeOf } from './walk';

/** So much before the offset is remembered, to see whether a file still is the one that was read. */
const endBytes = 512;
/** Of one file; it may be full of them. */
const mostSkipped = 100;
/** What most files tell, each time: made once. */
const nothing: readonly SkippedRecord[] = [];

/** A file of lines that grows at its end, and how far it was read. */
export class LineFile implements LineSink {
  readonly #path: string;
  readonly #agent: string;
  readonly #open: () => LineReader;
  readonly #to: Collected;
  readonly #sink: RecordSink;
  #reader: LineReader;
  #needles: readonly Needle[];
  #seen: Seen | null = null;
  /** Where the first line begins that was not read. */
  #offset = 0;
  /** The bytes before it. */
  #end: Buffer = Buffer.alloc(0);
  #born = 0;
  /** Of the line that is being read. */
  #at = 0;
  /** A line whose number is known: where it begins, and its number. */
  #counted = { offset: 0, line: 1 };
  #fresh: { offset: number; reason: string }[] = [];
  #skipped: SkippedRecord[] = [];
  #more = 0;
  #unreadable: string | null = null;

  constructor(path: string, agent: string, open: () => LineReader, to: Collected) {
    this.#path = path;
    this.#agent = agent;
    this.#open = open;
    this.#reader = open();
    this.#needles = needlesOf(this.#reader);
    this.#to = to;
    this.#sink = {
      record: (record) => to.answers.add(record, { agent, file: path, offset: this.#at, born: this.#born }),
      quota: (quota) => to.quota(quota),
      skip: (reason) => this.#skip(this.#at, reason),
    };
  }

  /** What in it was not counted. */
  get skipped(): readonly SkippedRecord[] {
    if (this.#unreadable === null && this.#skipped.length === 0 && this.#more === 0) return nothing;
    const whole = (reason: string): SkippedRecord => ({ agent: this.#agent, file: this.#path, line: null, reason });
    const more = this.#more > 0 ? [whole(`${this.#more} more of its lines`)] : [];
    return [...(this.#unreadable === null ? [] : [whole(this.#unreadable)]), ...this.#skipped, ...more];
  }

  /**
   * Reads what was appended; all of it when the file is not the one that was read.
   * @param stats as it was just now
   * @returns how many bytes were read
   */
  refresh(stats: Stats, lines: Lines): number {
    if (this.#seen !== null && isSame(this.#seen, stats)) return 0;
    this.#unreadable = null;
    this.#to.board?.show(this.#agent, this.#path);
    let fd: number;
    try {
      fd = openSync(this.#path, 'r');
    } catch (error) {
      return this.#fail(error);
    }
    try {
      return this.#read(fd, lines);
    } catch (error) {
      // The reader has seen lines that the offset is not behind.
      this.#startOver();
      return this.#fail(error);
    } finally {
      closeSync(fd);
    }
  }

  line(bytes: Buffer, offset: number): void {
    this.#at = offset;
    try {
      this.#reader.line(bytes, this.#sink);
    } catch (error) {
      this.#to.log.error(`The reader of ${this.#agent} failed in ${this.#path}: ${codeOf(error)}`);
      this.#skip(offset, 'its reader failed');
    }
  }

  lineAt(lines: Buffer, from: number, offset: number): number {
    const reader = this.#reader;
    if (reader.lineAt === undefined) return -1;
    this.#at = offset;
    return reader.lineAt(lines, from, this.#sink);
  }

  tooLong(offset: number): void {
    this.#skip(offset, `the line is longer than ${longestLine / 1024 ** 2} MB`);
  }

  #read(fd: number, lines: Lines): number {
    // Another file may have come to this path since it was looked at.
    const stats = fstatSync(fd);
    if (!stats.isFile()) return 0;
    if (!this.#continues(fd, stats)) this.#startOver();
    const from = this.#offset;
    this.#born = stats.birthtimeMs;
    this.#offset = lines.read(fd, from, stats.size, this.#needles, this);
    this.#end = endBefore(fd, this.#offset);
    this.#number(fd);
    this.#seen = seenOf(stats);
    return stats.size - from;
  }

  /** Whether what was read is still there: not truncated, not replaced, not written anew. */
  #continues(fd: number, stats: Stats): boolean {
    if (this.#offset === 0) return this.#seen === null;
    return stats.size >= this.#offset && endBefore(fd, this.#offset).equals(this.#end);
  }

  #startOver(): void {
    this.#reader = this.#open();
    this.#needles = needlesOf(this.#reader);
    this.#offset = 0;
    this.#counted = { offset: 0, line: 1 };
    this.#skipped = [];
    this.#more = 0;
  }

  #skip(offset: number, reason: string): void {
    const isKnown =
      this.#counted.offset === offset && this.#skipped.some((skipped) => skipped.line === this.#counted.line);
    if (isKnown) return;
    if (this.#skipped.length + this.#fresh.length < mostSkipped) this.#fresh.push({ offset, reason });
    else this.#more += 1;
  }

  /** Gives the lines that were skipped their numbers, in which only what is before them has to be counted. */
  #number(fd: number): void {
    for (const { offset, reason } of this.#fresh) {
      const more = countLines(fd, this.#counted.offset, offset);
      if (more !== null) this.#counted = { offset, line: this.#counted.line + more };
      const line = more === null ? null : this.#counted.line;
      this.#skipped.push({ agent: this.#agent, file: this.#path, line, reason });
    }
    this.#fresh = [];
  }

  /** What was read of it stands; it is tried again. */
  #fail(error: unknown): number {
    this.#seen = null;
    this.#fresh = [];
    if (codeOf(error) !== 'ENOENT') this.#unreadable = `the file cannot be read (${codeOf(error)})`;
    return 0;
  }
}

/** Readers of one agent share theirs. */
const made = new WeakMap<readonly Buffer[], readonly Needle[]>();

function needlesOf(reader: LineReader): readonly Needle[] {
  let needles = made.get(reader.needles);
  if (needles === undefined) {
    needles = reader.needles.map((needle) => new Needle(needle));
    made.set(reader.needles, needles);
  }
  return needles;
}

/** By what a file is known again. Its `Stats` hold four dates more, and are kept for no file. */
type Seen = Pick<Stats, 'size' | 'mtimeMs' | 'ino' | 'dev'>;

function seenOf({ size, mtimeMs, ino, dev }: Stats): Seen {
  return { size, mtimeMs, ino, dev };
}

function isSame(a: Seen, b: Seen): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ino === b.ino && a.dev === b.dev;
}

function endBefore(fd: number, offset: number): Buffer {
  const length = Math.min(offset, endBytes);
  const end = Buffer.alloc(length);
  const read = length === 0 ? 0 : readSync(fd, end, 0, length, offset - length);
  return end.subarray(0, read);
}
