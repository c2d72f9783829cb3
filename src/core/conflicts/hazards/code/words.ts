/** What a text of so many characters takes is a bit for each, as words are longer. */
const leastBits = 64;

/**
 * Which words stand in a text, as bits at their hashes: it says for certain that a name is nowhere in it. A word is what
 * any of the languages may take for a name.
 */
export function wordsOf(text: string): Uint32Array {
  let bits = leastBits;
  while (bits < text.length) bits *= 2;
  const words = new Uint32Array(bits / 32);
  let hash = start;
  let isWord = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isOfWord(code)) {
      hash = mixed(hash, code);
      isWord = true;
    } else if (isWord) {
      mark(words, hash);
      hash = start;
      isWord = false;
    }
  }
  if (isWord) mark(words, hash);
  return words;
}

/**
 * Whether all of some names may stand in a text. `default` is how a file is imported that is never called so; what is no
 * word (`'a-b'`) is not looked for.
 */
export function mayHold(words: Uint32Array, names: readonly string[]): boolean {
  return names.every((name) => {
    if (name === 'default') return true;
    let hash = start;
    for (let at = 0; at < name.length; at += 1) {
      const code = name.charCodeAt(at);
      if (!isOfWord(code)) return true;
      hash = mixed(hash, code);
    }
    const bit = placeOf(words, hash);
    return ((words[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  });
}

// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), by units of UTF-16.
const start = 0x811c9dc5;

function mixed(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

function mark(words: Uint32Array, hash: number): void {
  const bit = placeOf(words, hash);
  words[bit >>> 5] = (words[bit >>> 5] ?? 0) | (1 << (bit & 31));
}

function placeOf(words: Uint32Array, hash: number): number {
  return (hash ^ (hash >>> 15)) & (words.length * 32 - 1);
}

/** Letters, digits, `_`, `$`, and whatever is not ASCII. */
function isOfWord(code: number): boolean {
  if (code >= 0x80) return true;
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x24
  );
}
