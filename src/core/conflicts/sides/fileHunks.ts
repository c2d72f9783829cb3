import type { Git } from '../../git/git';
import type { GitPlace } from '../../git/treeDiff';
import { diffBlobs, type Hunk, meetingHunks } from './hunks';
import type { FileSides } from './readCell';

/** What both sides changed in a file where they meet. */
export interface FileHunks {
  readonly ours: readonly Hunk[];
  readonly theirs: readonly Hunk[];
  /** They overlap or touch; false: nothing of them does, and these are all of both. */
  readonly meet: boolean;
}

/**
 * The hunks of both sides against their base that cannot stand beside each other.
 * @returns null where there is nothing to compare by lines: binary, a submodule, a side that is not there
 * @throws GitError
 */
export async function hunksOfFile(
  git: Git,
  at: GitPlace,
  sides: FileSides,
  signal?: AbortSignal,
): Promise<FileHunks | null> {
  const { base, ours, theirs } = sides;
  if (ours === null || theirs === null) return null;
  if ([base, ours, theirs].some((version) => version?.submodule === true)) return null;
  const before = base?.id ?? (await emptyBlob(git, at));
  const [mine, others] = await Promise.all([
    diffBlobs(git, at, before, ours.id, signal),
    diffBlobs(git, at, before, theirs.id, signal),
  ]);
  if (mine === null || others === null) return null;
  const { a, b } = meetingHunks(mine, others);
  return a.length > 0 ? { ours: a, theirs: b, meet: true } : { ours: mine, theirs: others, meet: false };
}

/** Kept in the scratch store: git diffs only what is stored, and what both sides add had no content before. */
async function emptyBlob(git: Git, at: GitPlace): Promise<string> {
  const args = [...at.args, 'hash-object', '-w', '--stdin'];
  return (await git.run(args, { cwd: at.cwd, env: { ...at.env }, input: '' })).stdout.trim();
}
