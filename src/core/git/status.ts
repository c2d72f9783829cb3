import path from 'node:path';
import { GitError } from './errors';
import type { Git } from './git';
import { gitDirOf, isFile, isFolder } from './layoutFiles';
import { isFullId, safeRef } from './refNames';

export type InProgress = 'merge' | 'rebase' | 'cherry-pick' | 'revert' | 'bisect';

/** Where one worktree stands. null everywhere means: not known. */
export interface WorktreeStatus {
  /** Full commit id; null before the first commit. */
  readonly head: string | null;
  /** Short name; null when detached. */
  readonly branch: string | null;
  /** Anything staged, changed or untracked. */
  readonly dirty: boolean;
  /** Commits that only HEAD has, and only the base has. */
  readonly ahead: number | null;
  readonly behind: number | null;
  readonly mergeBase: string | null;
  /** Files that differ between the merge base and the working state, untracked ones included. */
  readonly changedFiles: number | null;
  readonly inProgress: InProgress | null;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * Reads one worktree. Three git processes, two while nothing is committed, a fourth only where the base was merged in.
 * @param worktree its top folder. @param base ref or commit; one that does not resolve leaves what depends on it null.
 * @throws GitError
 */
export async function readStatus(git: Git, worktree: string, base: string | null): Promise<WorktreeStatus> {
  const [state, sides, inProgress] = await Promise.all([
    readWorkingState(git, worktree),
    base === null ? null : readSides(git, worktree, base),
    readInProgress(worktree),
  ]);
  const { head, branch, entries, untracked } = state;
  const common = { head, branch, dirty: entries > 0, inProgress, at: new Date().toISOString() };
  if (base === null) return { ...common, ahead: null, behind: null, mergeBase: null, changedFiles: entries };
  if (sides === null) return { ...common, ahead: null, behind: null, mergeBase: null, changedFiles: null };
  const mergeBase = await mergeBaseOf(git, worktree, base, head, sides);
  const { ahead, behind } = sides;
  if (mergeBase === null) return { ...common, ahead, behind, mergeBase, changedFiles: null };
  if (mergeBase === head) return { ...common, ahead, behind, mergeBase, changedFiles: entries };
  const { stdout } = await git.run(['diff', ...diffOptions, '--name-only', mergeBase, '--'], { cwd: worktree });
  const files = new Set(splitZ(stdout));
  return { ...common, ahead, behind, mergeBase, changedFiles: files.size + untracked };
}

/** Whatever the user configured for diffs, these answers have one form. */
const diffOptions = ['-z', '--no-ext-diff', '--no-relative', '--find-renames'];

interface WorkingState {
  readonly head: string | null;
  readonly branch: string | null;
  readonly entries: number;
  readonly untracked: number;
}

async function readWorkingState(git: Git, cwd: string): Promise<WorkingState> {
  const args = ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=all', '--no-ahead-behind'];
  return parseStatus((await git.run(args, { cwd })).stdout);
}

/** Parses `git status --porcelain=v2 --branch -z` (git-status(1), "Porcelain Format Version 2"). */
export function parseStatus(z: string): WorkingState {
  let head: string | null = null;
  let branch: string | null = null;
  let entries = 0;
  let untracked = 0;
  const lines = splitZ(z);
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? '';
    if (line.startsWith('# branch.oid ')) {
      const oid = line.slice('# branch.oid '.length);
      head = isFullId(oid) ? oid : null;
    } else if (line.startsWith('# branch.head ')) {
      const name = line.slice('# branch.head '.length);
      branch = name === '(detached)' ? null : name;
    } else if (!line.startsWith('#')) {
      entries += 1;
      if (line.startsWith('? ')) untracked += 1;
      // A rename has its old path as a field of its own.
      if (line.startsWith('2 ')) i += 1;
    }
  }
  return { head, branch, entries, untracked };
}

interface Sides {
  readonly ahead: number;
  readonly behind: number;
  /** Where both sides leave what they share: every merge base is among them. */
  readonly boundary: readonly string[];
}

/** null when the base or HEAD does not resolve. */
async function readSides(git: Git, cwd: string, base: string): Promise<Sides | null> {
  try {
    const args = ['rev-list', '--left-right', '--boundary', `${safeRef(base)}...HEAD`, '--'];
    const { stdout } = await git.run(args, { cwd });
    const lines = stdout.split('\n');
    return {
      behind: lines.filter((line) => line.startsWith('<')).length,
      ahead: lines.filter((line) => line.startsWith('>')).length,
      boundary: lines.filter((line) => line.startsWith('-')).map((line) => line.slice(1)),
    };
  } catch (error) {
    // The base was deleted or HEAD is unborn: unknown, which the nulls say.
    if (GitError.is(error) && (error.reason === 'failed' || error.reason === 'bad-ref')) return null;
    throw error;
  }
}

async function mergeBaseOf(
  git: Git,
  cwd: string,
  base: string,
  head: string | null,
  sides: Sides,
): Promise<string | null> {
  // No commit on either side alone: base and HEAD are the same commit.
  if (sides.ahead === 0 && sides.behind === 0) return head;
  if (sides.boundary.length <= 1) return sides.boundary[0] ?? null;
  return readMergeBase(git, cwd, base);
}

async function readMergeBase(git: Git, cwd: string, base: string): Promise<string | null> {
  const { exitCode, stdout } = await git.run(['merge-base', safeRef(base), 'HEAD'], { cwd, okExitCodes: [0, 1] });
  return exitCode === 0 ? stdout.trim() : null;
}

/** What git has begun and not ended, from the files it leaves in the worktree's own git directory. */
export async function readInProgress(worktree: string): Promise<InProgress | null> {
  const gitDir = await gitDirOf(worktree);
  return gitDir === null ? null : operationIn(gitDir);
}

/** The same for a worktree's own git directory. */
export async function operationIn(gitDir: string): Promise<InProgress | null> {
  const marks: readonly [InProgress, Promise<boolean>][] = [
    // First: a rebase leaves the marks of the others too while it stops at one commit.
    ['rebase', isFolder(path.join(gitDir, 'rebase-merge'))],
    ['rebase', isFolder(path.join(gitDir, 'rebase-apply'))],
    ['merge', isFile(path.join(gitDir, 'MERGE_HEAD'))],
    ['cherry-pick', isFile(path.join(gitDir, 'CHERRY_PICK_HEAD'))],
    ['revert', isFile(path.join(gitDir, 'REVERT_HEAD'))],
    ['bisect', isFile(path.join(gitDir, 'BISECT_LOG'))],
  ];
  for (const [kind, present] of marks) if (await present) return kind;
  return null;
}

export type ChangeKind = 'added' | 'modified' | 'deleted' | 'renamed' | 'typechange' | 'untracked';

export interface ChangedFile {
  /** Relative to the worktree's top, with `/`. An untracked repository inside is one entry, its folder. */
  readonly path: string;
  readonly oldPath: string | null;
  readonly kind: ChangeKind;
}

/**
 * What the working state of a worktree changes against its merge base with `base`: committed, staged, unstaged and
 * untracked. Three git processes.
 * @throws GitError bad-ref when `base` names nothing or shares no history
 */
export async function changedFiles(
  git: Git,
  worktree: string,
  base: string,
): Promise<{ mergeBase: string; files: ChangedFile[] }> {
  const mergeBase = await readMergeBase(git, worktree, base).catch((error: unknown) => {
    if (GitError.is(error) && error.reason === 'failed') return null;
    throw error;
  });
  if (mergeBase === null) {
    throw new GitError('bad-ref', `${worktree} shares no history with ${JSON.stringify(base)}; check the base.`, {
      cwd: worktree,
    });
  }
  const [diff, others] = await Promise.all([
    git.run(['diff', ...diffOptions, '--name-status', mergeBase, '--'], { cwd: worktree }),
    git.run(['ls-files', '-z', '--others', '--exclude-standard'], { cwd: worktree }),
  ]);
  const files = new Map(parseNameStatus(diff.stdout).map((file) => [file.path, file]));
  for (const other of splitZ(others.stdout)) {
    const file = other.replace(/\/$/, '');
    // Deleted in a commit or from the index, then there again as an untracked file: it is the same path, changed.
    const kind = files.get(file)?.kind === 'deleted' ? 'modified' : 'untracked';
    files.set(file, { path: file, oldPath: null, kind });
  }
  return { mergeBase, files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

const kinds: Readonly<Record<string, ChangeKind>> = {
  A: 'added',
  // With a copy only the copy is new.
  C: 'added',
  D: 'deleted',
  R: 'renamed',
  T: 'typechange',
};

/** Parses `git diff --name-status -z`: status NUL path NUL, and for renames and copies a second path. */
export function parseNameStatus(z: string): ChangedFile[] {
  const fields = splitZ(z);
  const files: ChangedFile[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const status = (fields[i] ?? '').charAt(0);
    const first = fields[i + 1] ?? '';
    const kind = kinds[status] ?? 'modified';
    if (status !== 'R' && status !== 'C') {
      files.push({ path: first, oldPath: null, kind });
      continue;
    }
    i += 1;
    files.push({ path: fields[i + 1] ?? '', oldPath: status === 'R' ? first : null, kind });
  }
  return files;
}

/**
 * A file as it is in a commit, byte for byte; null when the commit has no file there.
 * @param commit full id. @param file relative to the top of the worktree, with `/`.
 * @throws GitError bad-ref
 */
export async function readBlob(git: Git, cwd: string, commit: string, file: string): Promise<Buffer | null> {
  if (!isFullId(commit) || file.includes('\0')) {
    throw new GitError('bad-ref', `${JSON.stringify(commit)} is no full commit id.`, { cwd });
  }
  const { stdoutBytes } = await git.run(['cat-file', '--batch', '-z'], { cwd, input: `${commit}:${file}\0` });
  // `<id> SP blob SP <size> LF <contents> LF`, or `<name> SP missing LF`: the name may hold line breaks, so the head
  // is recognised by its form and the size counted from the end.
  const end = stdoutBytes.indexOf(0x0a);
  const size = /^[0-9a-f]+ blob (\d+)$/.exec(stdoutBytes.subarray(0, Math.max(end, 0)).toString('latin1'))?.[1];
  if (size === undefined) return null;
  return stdoutBytes.subarray(end + 1, end + 1 + Number(size));
}

function splitZ(z: string): string[] {
  const parts = z.split('\0');
  // Everything ends with NUL, so the last part is empty.
  parts.pop();
  return parts;
}
