import { type BytePath, splitPaths } from '../../git/bytePath';
import type { Git } from '../../git/git';
import type { GitPlace } from '../../git/treeDiff';
import { KeptMap } from './keptMap';

/** A content and where it lies. */
export interface FoundFile {
  readonly path: BytePath;
  readonly id: string;
}

export interface Renamed {
  /** Where a file of the older state went, by its path there. */
  readonly to: ReadonlyMap<BytePath, FoundFile>;
  /** Where a file of the newer state came from, by its path there. */
  readonly from: ReadonlyMap<BytePath, FoundFile>;
}

const keptLists = 200;

/** Files that were renamed between two commits; kept by their ids. */
export class Renames {
  readonly #kept = new KeptMap<Renamed>(keptLists);

  constructor(private readonly git: Git) {}

  /** One process for what is not known yet. @throws GitError */
  async between(at: GitPlace, before: string, after: string, signal?: AbortSignal): Promise<Renamed> {
    const key = `${before} ${after}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    // As many as a merge compares (git-config(1), `merge.renameLimit`).
    const form = ['-r', '-z', '--raw', '--no-abbrev', '--find-renames', '-l7000', '--diff-filter=R', '--no-relative'];
    const args = [...at.args, 'diff-tree', ...form, before, after, '--'];
    const { stdoutBytes } = await this.git.run(args, { cwd: at.cwd, env: { ...at.env }, signal });
    const renamed = parseRenames(stdoutBytes);
    this.#kept.set(key, renamed);
    return renamed;
  }
}

/** `--raw -z` (git-diff(1), "Raw output format"): `:<mode> <mode> <id> <id> R<score>` NUL path NUL path NUL. */
function parseRenames(z: Buffer): Renamed {
  const to = new Map<BytePath, FoundFile>();
  const from = new Map<BytePath, FoundFile>();
  const fields = splitPaths(z);
  for (let i = 0; i + 2 < fields.length; i += 3) {
    const [head = '', before = '', after = ''] = fields.slice(i, i + 3);
    const [, , oldId = '', id = ''] = head.split(' ');
    to.set(before, { path: after, id });
    from.set(after, { path: before, id: oldId });
  }
  return { to, from };
}
