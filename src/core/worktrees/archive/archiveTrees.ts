import { type BytePath, joinPaths, splitPaths } from '../../git/bytePath';
import type { Dirt, StageEntry } from '../state/dirt';
import { plainIndex, withIndexCopy, withNewIndex } from '../state/indexCopy';
import type { Keep } from '../state/keep';
import type { CleanDeps, Reading } from '../state/reading';
import type { CleanTarget } from '../state/target';

/** The files as they are on the disk, through git's own filters. */
export function writeWorktreeTree(
  deps: CleanDeps,
  target: CleanTarget,
  keep: Keep,
  signal: AbortSignal | undefined,
): Promise<string> {
  return withIndexCopy(deps, target, async (env) => {
    await removeEntries(deps, target, env, keep.remove, signal);
    if (keep.add.length > 0) {
      // `--remove`: a file that vanished just now is no error.
      const args = ['-c', 'core.safecrlf=false', 'update-index', '--add', '--remove', '--replace', '-z', '--stdin'];
      await deps.git.run([...plainIndex, ...args], {
        cwd: target.worktree,
        env,
        read: false,
        input: joinPaths(keep.add),
        timeoutMs: longMs,
        signal,
      });
    }
    return treeOf(deps, target, env, signal);
  });
}

/** Large files take their time. */
const longMs = 600_000;

/** What is staged; paths in conflict are in none of its entries. */
export function writeIndexTree(
  deps: CleanDeps,
  target: CleanTarget,
  dirt: Dirt,
  keep: Keep,
  signal: AbortSignal | undefined,
): Promise<string> {
  return withIndexCopy(deps, target, async (env) => {
    const conflicted = new Set(dirt.stages.map((entry) => entry.path));
    await removeEntries(deps, target, env, [...conflicted, ...keep.unstage], signal);
    return treeOf(deps, target, env, signal);
  });
}

export async function writeStagesTree(
  deps: CleanDeps,
  target: CleanTarget,
  stages: readonly StageEntry[],
  signal: AbortSignal | undefined,
): Promise<string | null> {
  if (stages.length === 0) return null;
  return withNewIndex(deps, async (env) => {
    const lines = stages.map((entry) => `${entry.mode} ${entry.id} 0\t${entry.stage}/${entry.path}`);
    const args = [...plainIndex, 'update-index', '-z', '--index-info'];
    await deps.git.run(args, { cwd: target.worktree, env, read: false, input: joinPaths(lines), signal });
    return treeOf(deps, target, env, signal);
  });
}

async function removeEntries(
  { git }: CleanDeps,
  target: CleanTarget,
  env: Record<string, string>,
  paths: readonly BytePath[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (paths.length === 0) return;
  const args = [...plainIndex, 'update-index', '--force-remove', '-z', '--stdin'];
  await git.run(args, { cwd: target.worktree, env, read: false, input: joinPaths(paths), signal });
}

async function treeOf(
  { git }: CleanDeps,
  target: CleanTarget,
  env: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<string> {
  // `--missing-ok`: in a partial clone objects that nobody needed yet would be fetched one by one.
  const args = [...plainIndex, 'write-tree', '--missing-ok'];
  const { stdout } = await git.run(args, { cwd: target.worktree, env, read: false, signal });
  return stdout.trim();
}

/** The entries of `git add --intent-to-add`: no tree holds them, so they are what the index has more than its tree. */
export async function readIntentToAdd(
  { git }: CleanDeps,
  target: CleanTarget,
  { dirt, keep }: Reading,
  indexTree: string,
  signal: AbortSignal | undefined,
): Promise<BytePath[]> {
  // Lettered `A`, or `D` when the file is gone; not at all where git was told to look away.
  const hidden = dirt.assumeUnchanged.length + dirt.skipWorktree.length > 0;
  const possible = dirt.changes.some(({ staged, unstaged }) => staged === '.' && /[AD]/.test(unstaged));
  if (!hidden && !possible) return [];
  const args = ['diff-index', '--cached', '-z', '--name-only', '--no-renames', '--diff-filter=A'];
  const { stdoutBytes } = await git.run([...plainIndex, ...args, '--ita-visible-in-index', indexTree, '--'], {
    cwd: target.worktree,
    signal,
  });
  const unstaged = new Set(keep.unstage);
  return splitPaths(stdoutBytes).filter((file) => !unstaged.has(file));
}
