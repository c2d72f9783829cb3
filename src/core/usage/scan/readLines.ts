import { readSync } from 'node:fs';
import { type Needle, nowhere } from './needle';

/** Longer lines are not read: they would be held in memory whole. */
export const longestLine = 64 * 1024 * 1024;
/** Small enough to stay in the processor's cache between being read and being searched. */
const chunkBytes = 256 * 1024;
const newline = 0x0a;

/** Where lines go. Their bytes are good only during the call. */
export interface LineSink {
  line(bytes: Buffer, offset: number): void;
  /** A line that begins at `from`, with others behind it; told back is where its newline is, -1: `line` is to be called. */
  lineAt(lines: Buffer, from: number, offset: number): number;
  /** A line longer than can be read began here. */
  tooLong(offset: number): void;
}

/** Reads whole lines from files, one file after the other, through one piece of memory. */
export class Lines {
  #buffer = Buffer.allocUnsafeSlow(chunkBytes);

  /**
   * Hands over each whole line between two offsets that holds one of the needles.
   * @returns where the first line that is not whole begins
   */
  read(fd: number, from: number, to: number, needles: readonly Needle[], sink: LineSink): number {
    try {
      return this.#read(fd, from, to, needles, sink);
    } finally {
      if (this.#buffer.length > chunkBytes) this.#buffer = Buffer.allocUnsafeSlow(chunkBytes);
    }
  }

  #read(fd: number, from: number, to: number, needles: readonly Needle[], sink: LineSink): number {
    // Offset in the file of the first byte of the buffer, where a line begins, and how many of its bytes are there.
    let base = from;
    let held = 0;
    while (base + held < to) {
      if (held === this.#buffer.length && !this.#grow()) {
        sink.tooLong(base);
        const next = this.#skipLine(fd, base + held, to);
        if (next === null) return base;
        base = next;
        held = 0;
        continue;
      }
      const read = readSync(
        fd,
        this.#buffer,
        held,
        Math.min(this.#buffer.length - held, to - base - held),
        base + held,
      );
      if (read === 0) break;
      const filled = held + read;
      const end = held + this.#buffer.subarray(held, filled).lastIndexOf(newline) + 1;
      if (end > held) {
        eachWith(needles, this.#buffer.subarray(0, end), sink, base);
        this.#buffer.copyWithin(0, end, filled);
        base += end;
        held = filled - end;
      } else held = filled;
    }
    return base;
  }

  #grow(): boolean {
    if (this.#buffer.length >= longestLine) return false;
    const larger = Buffer.allocUnsafeSlow(Math.min(longestLine, 4 * this.#buffer.length));
    this.#buffer.copy(larger);
    this.#buffer = larger;
    return true;
  }

  /** Where the line after this one begins; null: this one has no end yet. */
  #skipLine(fd: number, from: number, to: number): number | null {
    for (let at = from; at < to; ) {
      const read = readSync(fd, this.#buffer, 0, Math.min(chunkBytes, to - at), at);
      if (read === 0) return null;
      const end = this.#buffer.subarray(0, read).indexOf(newline);
      if (end >= 0) return at + end + 1;
      at += read;
    }
    return null;
  }
}

/** Whole lines, the last with its newline; each that holds a needle is handed over without it. */
function eachWith(needles: readonly Needle[], lines: Buffer, sink: LineSink, base: number): void {
  const next = needles.map((needle) => needle.find(lines, 0, lines.length));
  for (;;) {
    let hit = nowhere;
    for (let index = 0; index < next.length; index += 1) hit = Math.min(hit, next[index] as number);
    if (hit === nowhere) return;
    const start = lines.lastIndexOf(newline, hit) + 1;
    let end = sink.lineAt(lines, start, base + start);
    if (end < 0) {
      end = lines.indexOf(newline, hit);
      sink.line(lines.subarray(start, end), base + start);
    }
    for (let index = 0; index < next.length; index += 1) {
      if ((next[index] as number) <= end) next[index] = (needles[index] as Needle).find(lines, end + 1, lines.length);
    }
  }
}

/** How many newlines there are between two offsets; null: the file is shorter. */
export function countLines(fd: number, from: number, to: number): number | null {
  const buffer = Buffer.allocUnsafeSlow(Math.max(1, Math.min(chunkBytes, to - from)));
  let count = 0;
  for (let at = from; at < to; ) {
    const read = readSync(fd, buffer, 0, Math.min(buffer.length, to - at), at);
    if (read === 0) return null;
    const bytes = buffer.subarray(0, read);
    for (let found = bytes.indexOf(newline); found >= 0; found = bytes.indexOf(newline, found + 1)) count += 1;
    at += read;
  }
  return count;
}
