import {
  bad,
  closeObject,
  comma,
  openObject,
  pastName,
  pastValue,
  plainNumber,
  plainText,
  plainTime,
  quote,
} from './plainJson';

/** Stands for an object that is there and was looked into. */
export const anObject = Symbol('an object');

/** A name in an object, wanted or on the way to wanted ones. */
interface Node {
  readonly name: Buffer;
  readonly slot: number;
  /** null: what is in it is not wanted. */
  readonly children: Names | null;
}

/** Names in an object, by their length. */
type Names = readonly (readonly Node[])[];

/** The latest text of a field: most lines say the same as the one before. */
interface Recent {
  readonly text: string;
  /** As it is written, where that is not the text itself. */
  readonly bytes: Buffer | null;
}

/** Longer texts are not kept until the next line. */
const longestKept = 1024;
const noNodes: readonly Node[] = [];

/**
 * Takes a few named fields out of lines of JSON without making the rest, which may be megabytes: that is only passed
 * over, with its structure checked. It finds what `JSON.parse` finds; a line that is not in the form of
 * `JSON.stringify` (with white space, or broken) is given to `JSON.parse`.
 */
export class FieldPicker<Path extends string> {
  /** Number of each field, for `value`. */
  readonly slots: Readonly<Record<Path, number>>;
  readonly #paths: readonly Path[];
  readonly #nodes: Names;
  /** Where the value of each field begins and ends; 0 and 0: it is not there. */
  readonly #spans: Int32Array;
  readonly #recent: (Recent | null)[];
  #line: Buffer = Buffer.alloc(0);
  /** By field, where `JSON.parse` had to read the line. */
  #parsed: readonly unknown[] | null = null;

  /** @param paths with dots between names, each object before what is in it */
  constructor(paths: readonly Path[]) {
    this.slots = Object.fromEntries(paths.map((path, slot) => [path, slot])) as Record<Path, number>;
    this.#paths = paths;
    this.#nodes = namesBelow('', paths) ?? [];
    this.#spans = new Int32Array(2 * paths.length);
    this.#recent = paths.map(() => null);
  }

  /**
   * Looks at a line; `value` tells what is in it, until the next one or until its bytes are overwritten.
   * @returns false: it is no object of JSON
   */
  pick(line: Buffer): boolean {
    return this.pickAt(line, 0) === line.length || this.#parse();
  }

  /**
   * Looks at a line among others, as far as that is possible without `JSON.parse`.
   * @returns where it ends; `bad`: it is to be given to `pick`
   */
  pickAt(lines: Buffer, from: number): number {
    this.#line = lines;
    this.#parsed = null;
    this.#spans.fill(0);
    return this.#object(from, this.#nodes);
  }

  /** What the field of a slot holds, as `JSON.parse` makes it; of an object with fields of its own only that it is one. */
  value(slot: number): unknown {
    if (this.#parsed !== null) return this.#parsed[slot];
    const from = this.#spans[2 * slot] ?? 0;
    const to = this.#spans[2 * slot + 1] ?? 0;
    if (to === 0) return undefined;
    if (to === from) return anObject;
    return this.#line[from] === quote ? this.#text(slot, from, to) : this.#other(from, to);
  }

  /** A field's time in milliseconds since 1970; null: it holds none. */
  time(slot: number): number | null {
    if (this.#parsed === null) {
      const time = plainTime(this.#line, this.#spans[2 * slot] ?? 0, this.#spans[2 * slot + 1] ?? 0);
      if (time !== null) return time;
    }
    const value = this.value(slot);
    const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    return Number.isNaN(time) ? null : time;
  }

  #text(slot: number, from: number, to: number): unknown {
    const recent = this.#recent[slot] ?? null;
    if (recent !== null && isWritten(recent, this.#line, from, to)) return recent.text;
    const plain = plainText(this.#line, from, to);
    const text = plain ?? this.#decode(from, to);
    if (typeof text === 'string' && to - from < longestKept) {
      this.#recent[slot] = { text, bytes: plain === null ? Buffer.from(this.#line.subarray(from, to)) : null };
    }
    return text;
  }

  #other(from: number, to: number): unknown {
    return plainNumber(this.#line, from, to) ?? this.#decode(from, to);
  }

  #decode(from: number, to: number): unknown {
    try {
      return JSON.parse(this.#line.toString('utf8', from, to));
    } catch {
      return undefined;
    }
  }

  /** Past an object that begins here. */
  #object(from: number, names: Names): number {
    const line = this.#line;
    if (line[from] !== openObject) return bad;
    let at = from + 1;
    if (line[at] === closeObject) return at + 1;
    for (;;) {
      const value = pastName(line, at);
      if (value === bad) return bad;
      const node = nodeNamed(names, line, at + 1, value - 2);
      const end = node === null ? pastValue(line, value) : this.#member(node, value);
      if (end === bad) return bad;
      at = end + 1;
      if (line[end] === closeObject) return at;
      if (line[end] !== comma) return bad;
    }
  }

  #member({ slot, children }: Node, from: number): number {
    // Of several with one name only the last counts, with nothing of the others.
    if (this.#spans[2 * slot + 1] !== 0) return bad;
    const isWay = children !== null && this.#line[from] === openObject;
    const to = isWay ? this.#object(from, children) : pastValue(this.#line, from);
    this.#spans[2 * slot] = isWay ? to : from;
    this.#spans[2 * slot + 1] = to;
    return to;
  }

  #parse(): boolean {
    let value: unknown;
    try {
      value = JSON.parse(this.#line.toString('utf8'));
    } catch {
      return false;
    }
    if (!isFields(value)) return false;
    const slots: unknown[] = [];
    for (const [slot, path] of this.#paths.entries()) slots[slot] = valueAt(value, path.split('.'));
    markObjects(this.#nodes, slots);
    this.#parsed = slots;
    return true;
  }
}

function namesBelow(prefix: string, paths: readonly string[]): Names | null {
  const byLength: Node[][] = [];
  for (const [slot, path] of paths.entries()) {
    const name = path.startsWith(prefix) ? path.slice(prefix.length) : '';
    if (name === '' || name.includes('.')) continue;
    const node = { name: Buffer.from(name), slot, children: namesBelow(`${path}.`, paths) };
    for (let length = byLength.length; length <= node.name.length; length += 1) byLength.push([]);
    byLength[node.name.length]?.push(node);
  }
  return byLength.length === 0 ? null : byLength;
}

function nodeNamed(names: Names, line: Buffer, from: number, to: number): Node | null {
  const length = to - from;
  const nodes = length < names.length ? (names[length] ?? noNodes) : noNodes;
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index];
    if (node !== undefined && isEqual(node.name, line, from, to)) return node;
  }
  return null;
}

function isWritten({ text, bytes }: Recent, line: Buffer, from: number, to: number): boolean {
  if (bytes !== null) return isEqual(bytes, line, from, to);
  const { length } = text;
  if (length !== to - from - 2) return false;
  for (let index = length - 1; index >= 0; index -= 1) {
    if (text.charCodeAt(index) !== line[from + 1 + index]) return false;
  }
  return true;
}

function isEqual(bytes: Buffer, line: Buffer, from: number, to: number): boolean {
  const { length } = bytes;
  if (length !== to - from) return false;
  // From the end: that is where names and ids differ.
  for (let index = length - 1; index >= 0; index -= 1) if (bytes[index] !== line[from + index]) return false;
  return true;
}

function valueAt(fields: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  let value: unknown = fields;
  for (const name of path) {
    if (!isFields(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function markObjects(names: Names, slots: unknown[]): void {
  for (const { slot, children } of names.flat()) {
    if (children === null) continue;
    if (isFields(slots[slot])) slots[slot] = anObject;
    markObjects(children, slots);
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
