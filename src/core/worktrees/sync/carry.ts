import path from 'node:path';
import { type BytePath, joinPaths } from '../../git/bytePath';
import type { Git } from '../../git/git';
import type { TreeMerger } from '../../git/mergeTrees';
import { diffTrees, indexInfo, overlap } from '../../git/treeDiff';
import { copyIndex } from './snapshot';
import type { PrivateGit, SyncPaths } from './workspace';

export type Carried =
  | { readonly tree: string; readonly files?: never }
  | { readonly tree: null; readonly files: readonly BytePath[] };

interface IndexDeps {
  readonly git: Git;
  readonly private: PrivateGit;
  readonly paths: SyncPaths;
}

interface CarryDeps extends IndexDeps {
  /** null: where both sides changed a file, the answer is no. */
  readonly merger: TreeMerger | null;
}

/**
 * Takes uncommitted work from one commit's tree to another's.
 * @param work the tree with the work in it, made on `from`
 * @throws GitError
 */
export async function carry(deps: CarryDeps, from: string, to: string, work: string): Promise<Carried> {
  if (work === from) return { tree: to };
  if (from === to) return { tree: work };
  const { place } = deps.private;
  const [mine, theirs] = await Promise.all([
    diffTrees(deps.git, place, from, work),
    diffTrees(deps.git, place, from, to),
  ]);
  const both = overlap(mine, theirs);
  if (both.length === 0) return { tree: await overlay(deps, to, indexInfo(mine)) };
  if (deps.merger === null) return { tree: null, files: both };
  const merged = await deps.merger.trees(from, to, work);
  return merged.clean ? { tree: merged.tree } : { tree: null, files: merged.files.length > 0 ? merged.files : both };
}

/** Nothing is touched by both sides, so nothing needs merging; folders that were renamed play no part then either. */
async function overlay(deps: CarryDeps, to: string, lines: Buffer): Promise<string> {
  const index = path.join(deps.paths.folder, 'index.overlay');
  const run = deps.private.run;
  await run(['read-tree', to], { index });
  await run(['update-index', '-z', '--index-info'], { index, input: lines });
  return (await run(['write-tree'], { index })).stdout.trim();
}

/**
 * Makes the index that the worktree will have: the one it has, with only the changed entries replaced, so that every
 * other entry keeps its flags and times.
 * @param hidden tags of `ls-files -v` that changed paths keep
 */
export async function writeNextIndex(
  deps: IndexDeps,
  change: { readonly from: string; readonly to: string },
  hidden: ReadonlyMap<BytePath, string>,
): Promise<void> {
  const index = deps.paths.indexNext;
  await copyIndex(deps.paths.indexBefore, index);
  const changes = await diffTrees(deps.git, deps.private.place, change.from, change.to);
  if (changes.length === 0) return;
  const run = deps.private.run;
  await run(['update-index', '-z', '--index-info'], { index, input: indexInfo(changes) });
  const there = changes.filter(({ next }) => next !== null).map((each) => each.path);
  const flagged = (pattern: RegExp) => there.filter((name) => pattern.test(hidden.get(name) ?? ''));
  for (const [flag, pattern] of [
    ['--skip-worktree', /^s$/i],
    ['--assume-unchanged', /^[a-z]$/],
  ] as const) {
    const names = flagged(pattern);
    if (names.length > 0) await run(['update-index', flag, '-z', '--stdin'], { index, input: joinPaths(names) });
  }
}
