import { isUtf8 } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { type Damage, errorText, isMissing } from '../store/errors';
import { parseJson } from '../store/files';
import { type CostLine, costLineSchema, type LoggedCosts } from './log';

/** So much is read and parsed without a pause: a few milliseconds, which a window's thread can spare. */
const chunkBytes = 128 * 1024;
/** A line is a few kilobytes; what is longer was never ours. */
const longestLine = 4 * 1024 * 1024;
const knownBytes = 64;
const newline = 0x0a;

/**
 * Reads a cost log as it grows: asked again, only what was appended. One that was cut, replaced or is gone is read anew,
 * but what was known of it stays: figures are kept for as long as somebody remembers them. Never throws.
 */
export class CostLogFile {
  readonly #file: string;
  readonly #costs: LoggedCosts;
  #id = '';
  #offset = 0;
  #lines = 0;
  #before = Buffer.alloc(0);
  /** The beginning of a line whose end was not there yet. */
  #rest: Buffer = Buffer.alloc(0);
  #damage: Damage[] = [];
  #unreadable: Damage | null = null;

  /** @param costs that the file's lines are added to */
  constructor(file: string, costs: LoggedCosts) {
    this.#file = file;
    this.#costs = costs;
  }

  /** Lines that were skipped, once for each kind of damage in a row. */
  get damage(): readonly Damage[] {
    const torn = this.#rest.length > 0 ? [this.#damaged('torn', 'The last line was cut off.', this.#lines + 1)] : [];
    return [...this.#damage, ...torn, ...(this.#unreadable === null ? [] : [this.#unreadable])];
  }

  async refresh(): Promise<void> {
    this.#unreadable = null;
    let handle: FileHandle;
    try {
      handle = await open(this.#file, 'r');
    } catch (error) {
      if (isMissing(error)) this.#begin('');
      else this.#unreadable = this.#damaged('unreadable', `Cannot be read: ${errorText(error)}`, null);
      return;
    }
    try {
      await this.#readOn(handle);
    } catch (error) {
      this.#unreadable = this.#damaged('unreadable', `Cannot be read: ${errorText(error)}`, null);
    } finally {
      await handle.close();
    }
  }

  async #readOn(handle: FileHandle): Promise<void> {
    const { ino, birthtimeMs, size } = await handle.stat();
    const id = `${ino}:${birthtimeMs}`;
    if (id !== this.#id || size < this.#offset || !(await this.#isSame(handle))) this.#begin(id);
    const chunk = Buffer.alloc(chunkBytes);
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, this.#offset);
      if (bytesRead === 0) return;
      this.#take(chunk.subarray(0, bytesRead));
    }
  }

  async #isSame(handle: FileHandle): Promise<boolean> {
    const bytes = Buffer.alloc(this.#before.length);
    await handle.read(bytes, 0, bytes.length, this.#offset - bytes.length);
    return bytes.equals(this.#before);
  }

  #begin(id: string): void {
    this.#id = id;
    this.#offset = 0;
    this.#lines = 0;
    this.#before = Buffer.alloc(0);
    this.#rest = Buffer.alloc(0);
    this.#damage = [];
  }

  #take(bytes: Buffer): void {
    this.#offset += bytes.length;
    this.#before = Buffer.from(Buffer.concat([this.#before, bytes]).subarray(-knownBytes));
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let from = 0;
    for (let end = all.indexOf(newline); end >= 0; end = all.indexOf(newline, from)) {
      this.#lines += 1;
      this.#line(all.subarray(from, end));
      from = end + 1;
    }
    // A copy: the chunk is written over by the next read. Of an endless line the beginning is enough to be damaged.
    this.#rest = Buffer.from(all.subarray(from).subarray(0, longestLine));
  }

  #line(bytes: Buffer): void {
    // Every record brings a newline before and after itself.
    if (bytes.length === 0 || (bytes.length === 1 && bytes[0] === 0x0d)) return;
    const parsed = parseCostLine(bytes);
    if (parsed.ok) {
      this.#costs.add(parsed.line);
      return;
    }
    // Once: a newer version may have written thousands.
    if (parsed.reason === 'newer' && this.#damage.some(({ reason }) => reason === 'newer')) return;
    this.#damage.push(this.#damaged(parsed.reason, parsed.message, this.#lines));
  }

  #damaged(reason: Damage['reason'], message: string, line: number | null): Damage {
    return { file: this.#file, line, reason, message };
  }
}

type Parsed = { ok: true; line: CostLine } | { ok: false; reason: Damage['reason']; message: string };

function parseCostLine(bytes: Buffer): Parsed {
  if (!isUtf8(bytes)) return { ok: false, reason: 'not-utf8', message: 'The line is not UTF-8.' };
  const parsed = parseJson(bytes, costLineSchema);
  if (parsed.ok) return { ok: true, line: parsed.value };
  if (parsed.reason === 'newer')
    return { ok: false, reason: 'newer', message: 'A newer version of Switchyard wrote the line.' };
  return { ok: false, reason: parsed.reason, message: parsed.message.split('\n')[0] ?? 'The line is no cost.' };
}

/** The bytes of a line: its own newline in front ends whatever stump a writer that died has left. */
export function costLineBytes(line: CostLine): Buffer {
  return Buffer.from(`\n${JSON.stringify(line)}\n`, 'utf8');
}
