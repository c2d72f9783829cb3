import { committedSnapshot, type Side } from '../../conflicts/side';
import type { Git } from '../../git/git';
import { placeOf, type RepositoryLayout } from '../../git/repository';

/** Something to compare of which only the commit counts. */
export interface Committed {
  readonly ref: string;
  /** Full id; null: there is no commit yet. */
  readonly commit: string | null;
}

/**
 * Sides of which only commits count, in the order given; one git process for all of them.
 * @param scannedAt ISO 8601, when the commits were read
 * @throws GitError
 */
export async function committedSides(
  repository: { readonly git: Git; readonly layout: RepositoryLayout },
  items: readonly Committed[],
  o: { readonly scannedAt: string; readonly signal?: AbortSignal | undefined },
): Promise<Side[]> {
  const commits = [...new Set(items.flatMap(({ commit }) => commit ?? []))];
  const trees = await readTrees(repository, commits, o.signal);
  return items.map(({ ref, commit }) => {
    const tree = commit === null ? undefined : trees.get(commit);
    if (commit !== null && tree !== undefined) {
      return { ref, snapshot: committedSnapshot({ commit, tree }, o.scannedAt) };
    }
    const unknown = { reason: commit === null ? ('no commit yet' as const) : ('git failed' as const), detail: commit };
    const nothing = { commit: null, tree: null, head: commit, dirty: false, untracked: new Set<string>(), leftOut: [] };
    return { ref, snapshot: { ...nothing, unknown, scannedAt: o.scannedAt } };
  });
}

/**
 * The trees of commits, one git process; one that is missing (a shallow or damaged repository) is left out.
 * @throws GitError
 */
export async function readTrees(
  { git, layout }: { readonly git: Git; readonly layout: RepositoryLayout },
  commits: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  if (commits.length === 0) return new Map();
  const at = placeOf(layout);
  const input = `${commits.map((commit) => `${commit}^{tree}`).join('\n')}\n`;
  const { stdout } = await git.run([...at.args, 'cat-file', '--batch-check=%(objectname) %(objecttype)'], {
    cwd: at.cwd,
    input,
    signal,
  });
  // One answer a line, in the order of the questions; `<question> missing` where there is none.
  const answers = stdout.split('\n');
  return new Map(
    commits.flatMap((commit, index) => {
      const [tree, type] = answers[index]?.split(' ') ?? [];
      return tree !== undefined && type === 'tree' ? [[commit, tree] as const] : [];
    }),
  );
}
