/** Of the table's places so many are taken at most: then few texts have to be compared. */
const mostFull = 0.5;

/**
 * Many different texts, each once, numbered in the order in which they came. Kept as numbers outside of the heap: in a
 * `Map` a hundred thousand take three times the room, and the collector of garbage copies them again and again.
 */
export class Keys {
  /** Number of a text + 1 by its hash, or at the next free place behind that; 0: none. */
  #table = new Uint32Array(4096);
  /** Of each text, and where the last one ends. */
  #hashes = new Uint32Array(2048);
  #starts = new Uint32Array(2049);
  /** UTF-16 of all texts, one behind the other. */
  #units = new Uint16Array(32_768);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Number of a text; a new one's is what `size` was. */
  of(text: string): number {
    const hash = hashOf(text);
    const last = this.#table.length - 1;
    let place = hash & last;
    for (let number = this.#table[place]; number !== 0 && number !== undefined; number = this.#table[place]) {
      if (this.#hashes[number - 1] === hash && this.#is(number - 1, text)) return number - 1;
      place = (place + 1) & last;
    }
    return this.#add(text, hash, place);
  }

  at(number: number): string | null {
    if (number < 0 || number >= this.#size) return null;
    return String.fromCharCode(...this.#units.subarray(this.#starts[number], this.#starts[number + 1]));
  }

  #is(number: number, text: string): boolean {
    const start = this.#starts[number] as number;
    if ((this.#starts[number + 1] as number) - start !== text.length) return false;
    for (let at = 0; at < text.length; at += 1) if (this.#units[start + at] !== text.charCodeAt(at)) return false;
    return true;
  }

  #add(text: string, hash: number, place: number): number {
    const number = this.#size;
    const start = this.#starts[number] as number;
    const end = start + text.length;
    this.#units = withRoom(this.#units, end);
    for (let at = 0; at < text.length; at += 1) this.#units[start + at] = text.charCodeAt(at);
    this.#hashes = withRoom(this.#hashes, number + 1);
    this.#hashes[number] = hash;
    this.#starts = withRoom(this.#starts, number + 2);
    this.#starts[number + 1] = end;
    this.#table[place] = number + 1;
    this.#size += 1;
    if (this.#size > mostFull * this.#table.length) this.#spread();
    return number;
  }

  #spread(): void {
    const table = new Uint32Array(2 * this.#table.length);
    const last = table.length - 1;
    for (let number = 0; number < this.#size; number += 1) {
      let place = (this.#hashes[number] as number) & last;
      while (table[place] !== 0) place = (place + 1) & last;
      table[place] = number + 1;
    }
    this.#table = table;
  }
}

/** FNV-1a, of UTF-16. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  // The lower bits choose the place; the upper ones know more of the text.
  return (hash ^ (hash >>> 15)) >>> 0;
}

function withRoom<T extends Uint16Array | Uint32Array>(numbers: T, length: number): T {
  if (length <= numbers.length) return numbers;
  const longer = new (numbers.constructor as new (length: number) => T)(Math.max(length, 2 * numbers.length));
  longer.set(numbers);
  return longer;
}
