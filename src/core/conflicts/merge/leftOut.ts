import { isUtf8 } from 'node:buffer';
import { type BytePath, foldersOf, shownPath, splitPaths } from '../../git/bytePath';
import type { Git } from '../../git/git';
import { type GitPlace, parseRawDiff, type TreeChange } from '../../git/treeDiff';
import type { PairJob } from '../parts';
import type { Side } from '../side';

/** Enough for what a hundred worktrees are asked between two scans. */
const keptDiffs = 4_000;

interface Look {
  /** The side that may touch what the other has left out. */
  readonly commit: string;
  readonly base: string;
  readonly paths: readonly BytePath[];
}

/**
 * Whether one side touches what the snapshot of the other does not hold. Commits do not change, so every answer is kept:
 * as a rule only the side that moved is looked at.
 */
export class LeftOut {
  readonly #diffs = new Map<string, readonly TreeChange[]>();
  readonly #bases = new Map<string, readonly string[]>();

  constructor(private readonly git: Git) {}

  /** For each job a path that is left out on one side and touched by the other; null: none. @throws GitError */
  async touched(at: GitPlace, jobs: readonly PairJob[], signal?: AbortSignal): Promise<(BytePath | null)[]> {
    const looks = await Promise.all(jobs.map((job) => this.#looks(at, job, signal)));
    await this.#diff(at, looks.flat(), signal);
    return jobs.map(({ a, b }, index) => {
      const both = commonPath(a, b);
      if (both !== null) return both;
      for (const look of looks[index] ?? []) {
        const changes = this.#diffs.get(keyOf(look)) ?? [];
        const path = look.paths.find((left) => changes.some((change) => touches(change, left)));
        if (path !== undefined) return path;
      }
      return null;
    });
  }

  async #looks(at: GitPlace, job: PairJob, signal: AbortSignal | undefined): Promise<Look[]> {
    const { a, b } = job;
    if (a.snapshot.leftOut.length === 0 && b.snapshot.leftOut.length === 0) return [];
    const bases = job.bases ?? (await this.#basesOf(at, a, b, signal));
    const look = (holder: Side, other: Side) => {
      const paths = holder.snapshot.leftOut.map(({ path }) => path);
      return paths.length === 0 ? [] : bases.map((base) => ({ commit: other.snapshot.commit ?? '', base, paths }));
    };
    return [...look(a, b), ...look(b, a)];
  }

  async #basesOf(at: GitPlace, a: Side, b: Side, signal: AbortSignal | undefined): Promise<readonly string[]> {
    const pair = [a.snapshot.commit ?? '', b.snapshot.commit ?? ''];
    const key = pair.join(' ');
    const known = this.#bases.get(key);
    if (known !== undefined) return known;
    const { stdout } = await this.git.run([...at.args, 'merge-base', '--all', ...pair], {
      cwd: at.cwd,
      env: { ...at.env },
      okExitCodes: [0, 1],
      signal,
    });
    const bases = stdout.split('\n').filter((line) => line !== '');
    if (this.#bases.size >= keptDiffs) this.#bases.clear();
    this.#bases.set(key, bases);
    return bases;
  }

  /** One process for all that are not known yet. */
  async #diff(at: GitPlace, looks: readonly Look[], signal: AbortSignal | undefined): Promise<void> {
    const missing = [...new Map(looks.map((look) => [keyOf(look), look])).values()].filter(
      (look) => !this.#diffs.has(keyOf(look)),
    );
    if (missing.length === 0) return;
    const specs = new Set(missing.flatMap(({ paths }) => paths.map(pathspecOf)));
    const options = ['--stdin', '--always', '-r', '-t', '-z', '--raw', '--no-abbrev', '--no-renames'];
    const { stdoutBytes } = await this.git.run(
      [...at.args, 'diff-tree', ...options, '--ignore-submodules=none', '--', ...specs],
      {
        cwd: at.cwd,
        env: { ...at.env },
        input: missing.map(({ commit, base }) => `${commit} ${base}\n`).join(''),
        signal,
      },
    );
    const sections = sectionsOf(stdoutBytes);
    if (sections.length !== missing.length) throw new Error('git diff-tree did not answer every line.');
    if (this.#diffs.size >= keptDiffs) this.#diffs.clear();
    for (const [index, look] of missing.entries()) {
      const near = (sections[index] ?? []).filter((change) => look.paths.some((path) => touches(change, path)));
      this.#diffs.set(keyOf(look), near);
    }
  }
}

/**
 * Whether a change may meet what lies at `left` (a folder ends in `/`) on the other side: it is there, or below; or a
 * folder around it went away or is none any more. A folder that went away may have been renamed, and a merge moves what
 * the other side adds to it along.
 */
function touches({ path, old, next }: TreeChange, left: BytePath): boolean {
  const name = left.replace(/\/$/, '');
  if (path === name || path.startsWith(`${name}/`)) return true;
  if (!name.startsWith(`${path}/`)) return false;
  const folder = (entry: TreeChange['old']) => entry?.mode === '040000';
  return !(folder(next) && (old === null || folder(old)));
}

/** What neither snapshot holds: each side may have another content there. */
function commonPath(a: Side, b: Side): BytePath | null {
  for (const { path: one } of a.snapshot.leftOut) {
    for (const { path: other } of b.snapshot.leftOut) {
      const [x, y] = [one, other].map((name) => (name.endsWith('/') ? name : `${name}/`));
      if (x !== undefined && y !== undefined && (x.startsWith(y) || y.startsWith(x))) return one;
    }
  }
  return null;
}

function keyOf({ commit, base, paths }: Look): string {
  return [commit, base, ...paths].join('\0');
}

/** Arguments are text: of a name that is no UTF-8, the folders before it are named, and what is found there is sifted. */
function pathspecOf(path: BytePath): string {
  const name = path.replace(/\/$/, '');
  const sayable = [name, ...foldersOf(name).reverse()].find((part) => isUtf8(Buffer.from(part, 'latin1')));
  return sayable === undefined ? ':(top)' : `:(top,literal)${shownPath(sayable)}`;
}

/** `diff-tree --stdin --always -z` of commits: `<commit>` NUL, its changes, and so on, in the order of the lines. */
function sectionsOf(z: Buffer): TreeChange[][] {
  const fields = splitPaths(z);
  const sections: TreeChange[][] = [];
  for (let at = 0; at < fields.length; ) {
    let end = at + 1;
    while (fields[end]?.startsWith(':') === true) end += 2;
    const changes = fields.slice(at + 1, end).map((field) => `${field}\0`);
    sections.push(parseRawDiff(Buffer.from(changes.join(''), 'latin1')));
    at = end;
  }
  return sections;
}
