import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Damage, type DamageReason, errorText, isMissing } from './errors';
import { isNewer } from './files';
import type { EventSchemas } from './schemas';

/** What is known of an append-only file, and how far it was read. Never changed in place: readers may share it. */
export interface StreamState<E> {
  readonly ino: number;
  /** Inodes are used again at once, the pair of both is not. */
  readonly birthtimeMs: number;
  readonly size: number;
  readonly mtimeMs: number;
  /** Bytes and lines that end with a newline and were read for good. */
  readonly offset: number;
  readonly lines: number;
  /** The last bytes before `offset`: whether a file that grew is still the file we know. */
  readonly before: Buffer;
  readonly settled: Parsed<E>;
  /** With the unterminated last line, if that is whole. */
  readonly all: Parsed<E>;
}

interface Parsed<E> {
  readonly events: readonly E[];
  readonly damage: readonly Damage[];
}

const nothing: Parsed<never> = { events: [], damage: [] };
const knownBytes = 64;
const newline = 0x0a;
const tornWaitMs = 20;

export function emptyStream<E>(): StreamState<E> {
  return {
    ino: 0,
    birthtimeMs: 0,
    size: 0,
    mtimeMs: 0,
    offset: 0,
    lines: 0,
    before: Buffer.alloc(0),
    settled: nothing,
    all: nothing,
  };
}

/**
 * Reads what was appended to a log since `previous`. Never throws: what cannot be read is damage, and what was read
 * before stands.
 */
export async function readStream<E extends { kind: string }>(
  file: string,
  schemas: EventSchemas<E>,
  previous: StreamState<E> | null,
): Promise<StreamState<E>> {
  try {
    if (previous !== null && isSame(previous, statSync(file))) return previous;
    const state = readOn(file, schemas, previous);
    if (!isTorn(state)) return state;
    // Another process may be in the middle of its write; a line that stays torn was cut off by a crash.
    await sleep(tornWaitMs);
    return readOn(file, schemas, state);
  } catch (error) {
    if (isMissing(error)) return emptyStream();
    const known = previous ?? emptyStream<E>();
    const damage: Damage = { file, line: null, reason: 'unreadable', message: `Cannot be read: ${errorText(error)}` };
    // No file has this size, so the next call tries again.
    return { ...known, size: -1, all: { events: known.all.events, damage: [...known.settled.damage, damage] } };
  }
}

interface FileFacts {
  readonly ino: number;
  readonly birthtimeMs: number;
  readonly size: number;
  readonly mtimeMs: number;
}

function isSame(state: FileFacts, facts: FileFacts): boolean {
  return (
    state.ino === facts.ino &&
    state.birthtimeMs === facts.birthtimeMs &&
    state.size === facts.size &&
    state.mtimeMs === facts.mtimeMs
  );
}

function isTorn<E>(state: StreamState<E>): boolean {
  return state.all.damage.at(-1)?.reason === 'torn';
}

/**
 * Not asynchronous inside: logs are small, and four calls through the thread pool cost ten times what they take. Fifty
 * streams are read in 2 ms like this.
 */
function readOn<E extends { kind: string }>(
  file: string,
  schemas: EventSchemas<E>,
  previous: StreamState<E> | null,
): StreamState<E> {
  const handle = openSync(file, 'r');
  try {
    const facts = fstatSync(handle);
    if (previous !== null && isSame(previous, facts)) return previous;
    let start = previous ?? emptyStream<E>();
    if (start.offset > 0) {
      const before = readRange(handle, start.offset - start.before.length, start.before.length);
      const another = start.ino !== facts.ino || start.birthtimeMs !== facts.birthtimeMs;
      if (another || facts.size < start.offset || !before.equals(start.before)) start = emptyStream<E>();
    }
    const bytes = readRange(handle, start.offset, facts.size - start.offset);
    return continueWith(start, bytes, { file, schemas, facts });
  } finally {
    closeSync(handle);
  }
}

function readRange(handle: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, length));
  let filled = 0;
  while (filled < buffer.length) {
    const bytesRead = readSync(handle, buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function continueWith<E extends { kind: string }>(
  start: StreamState<E>,
  bytes: Buffer,
  o: { file: string; schemas: EventSchemas<E>; facts: FileFacts },
): StreamState<E> {
  const events = [...start.settled.events];
  const damage = [...start.settled.damage];
  const take = (line: Buffer, number: number, whole: boolean, into: { events: E[]; damage: Damage[] }) => {
    const parsed = parseLine(line, o.schemas);
    if (parsed === null) return;
    if (parsed.ok) {
      into.events.push(parsed.event);
      return;
    }
    const cut = !whole && (parsed.reason === 'not-json' || parsed.reason === 'not-utf8');
    const reason = cut ? 'torn' : parsed.reason;
    // Once per file: a newer version may have written thousands.
    if (reason === 'newer' && into.damage.some((d) => d.reason === 'newer')) return;
    into.damage.push({ file: o.file, line: number, reason, message: parsed.message });
  };
  let from = 0;
  let lines = start.lines;
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
    lines += 1;
    take(bytes.subarray(from, end), lines, true, { events, damage });
    from = end + 1;
  }
  const read = bytes.subarray(0, from);
  const settled: Parsed<E> = { events, damage };
  let all = settled;
  if (from < bytes.length) {
    const withTail = { events: [...events], damage: [...damage] };
    take(bytes.subarray(from), lines + 1, false, withTail);
    all = withTail;
  }
  return {
    ino: o.facts.ino,
    birthtimeMs: o.facts.birthtimeMs,
    size: o.facts.size,
    mtimeMs: o.facts.mtimeMs,
    offset: start.offset + from,
    lines,
    before: Buffer.from(Buffer.concat([start.before, read]).subarray(-knownBytes)),
    settled,
    all,
  };
}

type Line<E> = { ok: true; event: E } | { ok: false; reason: DamageReason; message: string };

/** Null for an empty line: every record brings a newline before and after itself. */
function parseLine<E extends { kind: string }>(line: Buffer, schemas: EventSchemas<E>): Line<E> | null {
  if (line.length === 0 || (line.length === 1 && line[0] === 0x0d)) return null;
  if (!isUtf8(line)) return { ok: false, reason: 'not-utf8', message: 'The line is not UTF-8.' };
  let json: unknown;
  try {
    json = JSON.parse(line.toString('utf8'));
  } catch (error) {
    return { ok: false, reason: 'not-json', message: errorText(error) };
  }
  if (typeof json !== 'object' || json === null || !('kind' in json) || typeof json.kind !== 'string') {
    return { ok: false, reason: 'wrong-shape', message: 'The line is no event.' };
  }
  if (isNewer(json)) return { ok: false, reason: 'newer', message: 'A newer version of Switchyard wrote the line.' };
  if (!Object.hasOwn(schemas, json.kind)) {
    return { ok: false, reason: 'newer', message: `${JSON.stringify(json.kind)} is no kind of event known here.` };
  }
  const parsed = schemas[json.kind as E['kind']].safeParse(json);
  if (!parsed.success) return { ok: false, reason: 'wrong-shape', message: parsed.error.message };
  return { ok: true, event: parsed.data };
}
