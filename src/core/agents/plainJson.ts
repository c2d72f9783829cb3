// JSON as `JSON.stringify` writes it, without white space, passed over byte by byte. Every function here takes where
// something begins and tells where it ends; `bad` says that it is not of that form, and then `JSON.parse` has to decide.
// None goes on behind a newline.

export const bad = -1;

export const quote = 0x22;
const backslash = 0x5c;
export const comma = 0x2c;
const colon = 0x3a;
export const openObject = 0x7b;
export const closeObject = 0x7d;
const openArray = 0x5b;
const closeArray = 0x5d;
const firstPrintable = 0x20;

/** Deeper than anybody writes. */
const deepest = 256;
/** Whether a level is an object, of those that are open. */
const isObject = new Uint8Array(deepest);

const minus = 0x2d;
const plus = 0x2b;
const point = 0x2e;
const zero = 0x30;
/** Turns a letter into a small one. */
const small = 0x20;
const exponent = 0x65;

const literals = ['true', 'false', 'null'].map((text) => Buffer.from(text));

/** Bytes at which a string ends, goes on otherwise, or is none. One look into a table instead of three comparisons. */
const stopBytes = new Uint8Array(256).fill(1, 0, firstPrintable);
for (const byte of [quote, backslash]) stopBytes[byte] = 1;

/** Past a string that begins here. */
function pastString(bytes: Buffer, from: number): number {
  if (bytes[from] !== quote) return bad;
  const { length } = bytes;
  for (let at = from + 1; at < length; at += 1) {
    const byte = bytes[at] as number;
    if (stopBytes[byte] === 0) continue;
    if (byte === quote) return at + 1;
    if (byte !== backslash) return bad;
    at += 1;
    if ((bytes[at] as number) < firstPrintable) return bad;
  }
  return bad;
}

/** Past a name and its colon. */
export function pastName(bytes: Buffer, from: number): number {
  const end = pastString(bytes, from);
  return end !== bad && bytes[end] === colon ? end + 1 : bad;
}

/** Past a number, or `true`, `false`, `null`. */
function pastWord(bytes: Buffer, from: number): number {
  const first = bytes[from] as number;
  if (first === minus || isDigit(first)) return pastNumber(bytes, from);
  for (const literal of literals) if (first === literal[0]) return pastLiteral(bytes, from, literal);
  return bad;
}

function pastLiteral(bytes: Buffer, from: number, literal: Buffer): number {
  for (let index = 1; index < literal.length; index += 1) if (bytes[from + index] !== literal[index]) return bad;
  return from + literal.length;
}

/** By the grammar of RFC 8259, section 6. */
function pastNumber(bytes: Buffer, from: number): number {
  let at = bytes[from] === minus ? from + 1 : from;
  at = bytes[at] === zero ? at + 1 : pastDigits(bytes, at);
  if (at !== bad && bytes[at] === point) at = pastDigits(bytes, at + 1);
  if (at === bad || ((bytes[at] as number) | small) !== exponent) return at;
  const sign = bytes[at + 1];
  return pastDigits(bytes, sign === plus || sign === minus ? at + 2 : at + 1);
}

/** One at least. */
function pastDigits(bytes: Buffer, from: number): number {
  let at = from;
  while (isDigit(bytes[at] as number)) at += 1;
  return at === from ? bad : at;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= 0x39;
}

/** Past any value that begins here, with all that is in it. */
export function pastValue(bytes: Buffer, from: number): number {
  let depth = 0;
  let at = from;
  for (;;) {
    // A value begins here.
    const byte = bytes[at];
    if (byte === openObject || byte === openArray) {
      if (depth === deepest) return bad;
      isObject[depth] = byte === openObject ? 1 : 0;
      at += 1;
      const isEmpty = bytes[at] === (byte === openObject ? closeObject : closeArray);
      if (!isEmpty) {
        depth += 1;
        if (byte === openObject) at = pastName(bytes, at);
        if (at === bad) return bad;
        continue;
      }
      at += 1;
    } else at = byte === quote ? pastString(bytes, at) : pastWord(bytes, at);
    if (at === bad) return bad;
    // A value ended here, and with it perhaps what it is in.
    while (depth > 0 && bytes[at] === (isObject[depth - 1] === 1 ? closeObject : closeArray)) {
      depth -= 1;
      at += 1;
    }
    if (depth === 0) return at;
    if (bytes[at] !== comma) return bad;
    at += 1;
    if (isObject[depth - 1] === 1) at = pastName(bytes, at);
    if (at === bad) return bad;
  }
}

/** A text without escapes or letters beyond ASCII, without its quotes; null: has some. */
export function plainText(bytes: Buffer, from: number, to: number): string | null {
  for (let at = from + 1; at < to - 1; at += 1) {
    const byte = bytes[at] as number;
    if (byte === backslash || byte > 0x7e) return null;
  }
  return bytes.toString('latin1', from + 1, to - 1);
}

/** A whole number of up to 15 digits; null: is another one, or none. */
export function plainNumber(bytes: Buffer, from: number, to: number): number | null {
  if (to - from > 15 || (bytes[from] === zero && to - from > 1)) return null;
  const value = plainDigits(bytes, from, to);
  return value < 0 ? null : value;
}

/** A time as `Date.toISOString` writes it, in quotes, in milliseconds since 1970; null: is written otherwise. */
export function plainTime(bytes: Buffer, from: number, to: number): number | null {
  if (to - from !== 26 || bytes[to - 2] !== 0x5a || bytes[from + 11] !== 0x54 || bytes[from + 20] !== 0x2e) return null;
  const year = plainDigits(bytes, from + 1, from + 5);
  const month = plainDigits(bytes, from + 6, from + 8);
  const day = plainDigits(bytes, from + 9, from + 11);
  const hour = plainDigits(bytes, from + 12, from + 14);
  const minute = plainDigits(bytes, from + 15, from + 17);
  const second = plainDigits(bytes, from + 18, from + 20);
  const ms = plainDigits(bytes, from + 21, from + 24);
  const isDay = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 28;
  const isTime = hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59 && ms >= 0;
  return isDay && isTime
    ? daysTo(year, month, day) * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000 + ms
    : null;
}

/** Days before each month of a year that begins in March. */
const daysBefore = [0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337];

/** Days from 1970-01-01; `Date.UTC` takes several times as long. */
function daysTo(year: number, month: number, day: number): number {
  const from = month > 2 ? year : year - 1;
  const leaps = Math.floor(from / 4) - Math.floor(from / 100) + Math.floor(from / 400);
  return 365 * from + leaps + (daysBefore[(month + 9) % 12] as number) + day - 719_469;
}

/** -1: not all are digits. */
function plainDigits(bytes: Buffer, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = (bytes[at] as number) - zero;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
