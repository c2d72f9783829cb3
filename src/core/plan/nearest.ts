/** Edits (insert, delete, replace, swap of neighbours) between two short words. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

const bare = (word: string) => word.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The word of `words` that was most likely meant by `wrong`, or null when none is near. */
export function nearest(wrong: string, words: Iterable<string>): string | null {
  // A long text is no slip of a known word, and the comparison is quadratic.
  if (wrong.length === 0 || wrong.length > 60) return null;
  let found: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const word of words) {
    const [a, b] = [bare(wrong), bare(word)];
    const edits = a.length >= 3 && b.startsWith(a) ? 1 : distance(a, b);
    const allowed = Math.max(1, Math.floor(Math.max(a.length, b.length) / 2.5));
    if (edits <= allowed && edits < least) {
      found = word;
      least = edits;
    }
  }
  return found;
}
