import type { Integrated, Loss } from '../../../contract/json';
import { defaultBranch, resolveCommit } from '../../git/refs';
import { placeOf } from '../../git/repository';
import { namedIds } from '../state/admin';
import type { CleanDeps } from '../state/reading';
import type { CleanTarget } from '../state/target';

/** Commits to which only the worktree's own files lead: its reflog, a detached HEAD, a stopped operation. */
export async function unreachableLosses(
  { git, layout }: CleanDeps,
  target: CleanTarget,
  base: string | null,
  signal?: AbortSignal,
): Promise<Loss[]> {
  const { worktree, adminDir } = target;
  // What was fetched is where it came from.
  const ids = new Set(await namedIds(git, { worktree, adminDir, except: ['FETCH_HEAD'] }));
  if (target.head !== null) ids.add(target.head);
  if (ids.size === 0) return [];
  const at = placeOf(layout);
  const format = ['--no-commit-header', '--format=tformat:%H %P%x00%s'];
  // Archives of earlier clean-ups may be deleted any day: what only they lead to is nowhere else. Asked in the main
  // worktree, whose HEAD counts; without `--single-worktree` this one's would too.
  const known = ['--single-worktree', '--not', '--exclude=refs/switchyard/*', '--all'];
  const { stdout } = await git.run([...at.args, 'rev-list', '--ignore-missing', ...format, '--stdin', ...known], {
    cwd: at.cwd,
    input: [...ids].map((id) => `${id}\n`).join(''),
    signal,
  });
  const commits = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [links = '', subject = ''] = line.split('\0');
      const [id = '', ...parents] = links.split(' ');
      return { id, parents, subject };
    });
  const below = new Set(commits.flatMap(({ parents }) => parents));
  const heads = commits.map(({ id }) => id).filter((id) => !below.has(id));
  const elsewhere = await rewritten({ git }, target, base, heads, signal);
  return commits
    .filter(({ id }) => !elsewhere.has(id))
    .map(({ id, subject }) => {
      const why = id === target.head ? 'only the detached HEAD leads to it' : 'no branch or tag leads to it';
      return { kind: 'unreachable', path: id, why: `${JSON.stringify(subject)}: ${why}` };
    });
}

/** So many old tips are compared; after more rewriting the rest is named. */
const comparedTips = 10;

/**
 * Those of the commits whose change is in the branch (or the base) under another id: what a rebase leaves behind is no
 * loss. Compared by patch id, one process for each tip.
 */
async function rewritten(
  { git }: Pick<CleanDeps, 'git'>,
  target: CleanTarget,
  base: string | null,
  heads: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Set<string>> {
  const found = new Set<string>();
  const against = target.branch === null ? base : `refs/heads/${target.branch}`;
  if (against === null) return found;
  for (const head of heads.slice(0, comparedTips)) {
    const args = ['rev-list', '--cherry-mark', '--right-only', '--no-merges', `${against}...${head}`, '--'];
    const { stdout } = await git.run(args, { cwd: target.worktree, signal });
    for (const line of stdout.split('\n')) if (line.startsWith('=')) found.add(line.slice(1));
  }
  return found;
}

/** What deleting the branch would take away: one entry each. */
export async function branchLosses(
  { git }: CleanDeps,
  target: CleanTarget,
  base: string | null,
  integrated: Integrated | null,
  signal?: AbortSignal,
): Promise<Loss[]> {
  if (target.branch === null) return [];
  const branch = target.branch;
  const losses: Loss[] = [];
  const unpushed = await countUnpushed({ git }, target, base, signal);
  if (unpushed > 0) {
    const why = unpushed === 1 ? '1 commit is on no remote' : `${unpushed} commits are on no remote`;
    losses.push({ kind: 'unpushed', path: branch, why });
  }
  if (integrated?.verdict === 'no') {
    losses.push({ kind: 'unmerged', path: branch, why: `it is not in ${target.base ?? 'the base'} by any test` });
  } else if (integrated?.verdict === 'unknown') {
    losses.push({ kind: 'unmerged', path: branch, why: `whether it is in the base is not known: ${integrated.why}` });
  }
  return losses;
}

/** Without any remote nothing is ever pushed: then that is no news. */
async function countUnpushed(
  { git }: Pick<CleanDeps, 'git'>,
  target: CleanTarget,
  base: string | null,
  signal: AbortSignal | undefined,
): Promise<number> {
  const tip = `refs/heads/${target.branch}`;
  const o = { cwd: target.worktree, signal };
  const [remotes, commits] = await Promise.all([
    git.run(['for-each-ref', '--count=1', '--format=x', 'refs/remotes'], o),
    // An unborn branch has no commits.
    target.head === null
      ? null
      : git.run(['rev-list', '--count', tip, '--not', '--remotes', ...(base === null ? [] : [base]), '--'], o),
  ]);
  return remotes.stdout === '' || commits === null ? 0 : Number(commits.stdout);
}

/** The commit of the base; null when it cannot be told. @throws GitError */
export async function baseCommit({ git, layout }: CleanDeps, target: CleanTarget): Promise<string | null> {
  const at = placeOf(layout);
  // A repository without a default branch is no reason not to clean.
  const base = target.base ?? (await defaultBranch(git, layout).catch(() => null));
  if (base === null) return null;
  return (await resolveCommit(git, target.worktree, `refs/heads/${base}`)) ?? resolveCommit(git, at.cwd, base);
}
