import type { LeftOut } from '../../../contract/events';
import { type BytePath, splitPaths } from '../../git/bytePath';
import { namedIds, reflogIds } from '../state/admin';
import { ignoredBy } from '../state/ignoredBy';
import type { CleanDeps } from '../state/reading';
import type { CleanTarget } from '../state/target';

/** The commits that an archive's commit has for parents, so that `gc` drops none of them. */
export interface Parents {
  readonly parents: readonly string[];
  /** Commits that hold ignored files: only the trash keeps them. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * HEAD, the branch's tip, and of the other commits that git's own files of the worktree name those that no other one
 * leads to. A commit that brought in what git ignores stays out, and what follows it: the autostash of a stopped rebase
 * holds everything that was staged by force, and refs travel. At most four processes.
 * @throws GitError when history cannot be walked
 */
export async function parentsOf(
  deps: CleanDeps,
  target: CleanTarget,
  branchTip: string | null,
  signal: AbortSignal | undefined,
): Promise<Parents> {
  const { git, layout } = deps;
  const first = [...new Set([target.head, branchTip].filter((id) => id !== null))];
  const ids = new Set(await namedIds(git, target));
  if (target.branch !== null) for (const id of await reflogIds(layout.commonDir, target.branch)) ids.add(id);
  for (const id of first) ids.delete(id);
  if (ids.size === 0) return { parents: first, leftOut: [] };
  const not = first.length > 0 ? ['--not', ...first] : [];
  const args = ['rev-list', '--ignore-missing', '--topo-order', '--reverse', '--parents', '--stdin', ...not];
  const input = [...ids].map((id) => `${id}\n`).join('');
  const { stdout } = await git.run(args, { cwd: target.worktree, input, signal });
  const commits = stdout.split('\n').flatMap((line) => {
    const [id, ...parents] = line.split(' ');
    return id === undefined || id === '' ? [] : [{ id, parents }];
  });
  if (commits.length === 0) return { parents: first, leftOut: [] };
  const tainted = await bringingIgnored(
    deps,
    target,
    commits.map(({ id }) => id),
    signal,
  );
  // Parents come first, so one pass finds all that follow.
  for (const { id, parents } of commits) if (parents.some((parent) => tainted.has(parent))) tainted.add(id);
  const kept = commits.filter(({ id }) => !tainted.has(id));
  const below = new Set(kept.flatMap(({ parents }) => parents));
  return {
    parents: [...first, ...kept.map(({ id }) => id).filter((id) => !below.has(id))],
    leftOut: [...tainted].map((id) => ({ path: id, why: 'the commit holds files that git ignores' })),
  };
}

/** Which of the commits added a path that this worktree or the main one ignores. */
async function bringingIgnored(
  deps: CleanDeps,
  target: CleanTarget,
  commits: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Set<string>> {
  const added = await addedBy(deps, target, commits, signal);
  const paths = [...new Set([...added.values()].flat())];
  const main = deps.layout.mainWorktree;
  const [here, there] = await Promise.all([
    ignoredBy(deps, { top: target.worktree, gitDir: target.adminDir, signal }, paths),
    main === null ? new Set<BytePath>() : ignoredBy(deps, { top: main, gitDir: deps.layout.commonDir, signal }, paths),
  ]);
  const isIgnored = (file: BytePath) => here.has(file) || there.has(file);
  return new Set([...added].filter(([, files]) => files.some(isIgnored)).map(([id]) => id));
}

/** The paths that each commit added, against any of its parents. */
async function addedBy(
  { git }: CleanDeps,
  target: CleanTarget,
  commits: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, BytePath[]>> {
  const args = ['diff-tree', '--stdin', '-m', '-r', '--root', '--no-renames', '--diff-filter=A', '--raw', '-z'];
  const input = commits.map((id) => `${id}\n`).join('');
  const { stdoutBytes } = await git.run(args, { cwd: target.worktree, input, signal });
  const added = new Map<string, BytePath[]>();
  let files: BytePath[] = [];
  let isPath = false;
  // A line per commit, then per path a line that begins with `:` and the path itself (git-diff-tree(1)).
  for (const part of splitPaths(stdoutBytes)) {
    if (isPath) files.push(part);
    else if (!part.startsWith(':')) {
      files = added.get(part) ?? [];
      added.set(part, files);
    }
    isPath = !isPath && part.startsWith(':');
  }
  return added;
}
