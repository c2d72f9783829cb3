import type { Git } from '../../git/git';
import type { GitPlace } from '../../git/treeDiff';

/** Lines of a text: `count` of them from `start` on (1-based). With a count of 0 a place: behind line `start`. */
export interface LineRange {
  readonly start: number;
  readonly count: number;
}

/** What one side changed in one place. */
export interface Hunk {
  readonly base: LineRange;
  readonly side: LineRange;
  /** The side's lines as they are, one character a byte. */
  readonly text: string;
}

/** The hunks of both sides that cannot stand beside each other. */
export interface MeetingHunks {
  readonly a: readonly Hunk[];
  readonly b: readonly Hunk[];
}

/**
 * What differs between two blobs, found the way a merge finds it (merge-ort uses histogram diffs).
 * @returns null for contents that are no text
 * @throws GitError
 */
export async function diffBlobs(
  git: Git,
  at: GitPlace,
  base: string,
  side: string,
  signal?: AbortSignal,
): Promise<Hunk[] | null> {
  if (base === side) return [];
  const plain = ['--no-ext-diff', '--no-textconv', '--no-color', '--no-indent-heuristic'];
  const form = [...plain, '--unified=0', '--inter-hunk-context=0', '--histogram'];
  const { stdoutBytes } = await git.run([...at.args, 'diff', ...form, base, side], {
    cwd: at.cwd,
    env: { ...at.env },
    signal,
  });
  return parseHunks(stdoutBytes.toString('latin1'));
}

/** Parses a unified diff of one file without context; null: git says that it is binary. */
export function parseHunks(diff: string): Hunk[] | null {
  const hunks: Hunk[] = [];
  let text: string[] = [];
  const close = () => {
    const last = hunks.pop();
    if (last !== undefined) hunks.push({ ...last, text: text.join('\n') });
    text = [];
  };
  for (const line of diff.split('\n')) {
    const head = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (head !== null) {
      close();
      const [, baseStart, baseCount = '1', start, count = '1'] = head;
      hunks.push({
        base: { start: Number(baseStart), count: Number(baseCount) },
        side: { start: Number(start), count: Number(count) },
        text: '',
      });
    } else if (hunks.length === 0) {
      if (/^Binary files .* differ$/.test(line)) return null;
    } else if (line.startsWith('+') || line.startsWith('\\')) text.push(line);
  }
  close();
  return hunks;
}

/**
 * The hunks of both sides that a merge cannot put beside each other: their lines of the base overlap or touch, and
 * they do not say the same. Both lists are empty where none do.
 */
export function meetingHunks(a: readonly Hunk[], b: readonly Hunk[]): MeetingHunks {
  const meets = (x: Hunk, y: Hunk) => touch(x.base, y.base) && !same(x, y);
  return {
    a: a.filter((x) => b.some((y) => meets(x, y))),
    b: b.filter((y) => a.some((x) => meets(x, y))),
  };
}

/** Between lines 10 and 11 is place 10: lines 10–12 reach from place 9 to place 12, an insertion is one place. */
function touch(x: LineRange, y: LineRange): boolean {
  const from = ({ start, count }: LineRange) => (count === 0 ? start : start - 1);
  const to = ({ start, count }: LineRange) => (count === 0 ? start : start + count - 1);
  return from(x) <= to(y) && from(y) <= to(x);
}

function same(x: Hunk, y: Hunk): boolean {
  return x.base.start === y.base.start && x.base.count === y.base.count && x.text === y.text;
}
