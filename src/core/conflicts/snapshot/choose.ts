import { lstat, open } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { type BytePath, bytePath, foldersOf, onDisk } from '../../git/bytePath';
import type { TreeChange } from '../../git/treeDiff';
import { errorCode } from '../../store/errors';
import type { SideWorktree, Snapshot } from '../side';
import { type Change, gitlink, nothing, type WorkingState } from './workingState';

/** What is too much for a look that is made again and again. All but the last two in bytes of one file. */
export interface SnapshotLimits {
  readonly untrackedBytes: number;
  readonly trackedBytes: number;
  /** Of all files together that have to be read. */
  readonly totalBytes: number;
  readonly untrackedFiles: number;
}

const mega = 1_000_000;
export const defaultSnapshotLimits: SnapshotLimits = {
  untrackedBytes: 10 * mega,
  trackedBytes: 50 * mega,
  totalBytes: 200 * mega,
  untrackedFiles: 20_000,
};

/** The steps from the worktree's index to its working state. */
export interface Choice {
  /** Entries to set or remove without a look at the disk. */
  readonly set: readonly TreeChange[];
  /** Paths whose entries become what lies on the disk. */
  readonly update: readonly BytePath[];
  /** The snapshot is not HEAD. */
  readonly differs: boolean;
  /** Anything is uncommitted, left out or not. */
  readonly dirty: boolean;
  readonly untracked: ReadonlySet<BytePath>;
  readonly leftOut: Snapshot['leftOut'];
  /** Why all of it would be too much; null: it is not. */
  readonly tooMuch: string | null;
}

/** Plans of linked worktrees are copies without effect: what is not committed of them is nobody's work. */
const plans = '.switchyard/';

/** Decides what of a working state enters the snapshot. Looks at every file that would have to be read. */
export async function choose(
  worktree: SideWorktree,
  state: WorkingState,
  o: { readonly worktrees: readonly string[]; readonly limits: SnapshotLimits },
): Promise<Choice> {
  const isInert = (file: BytePath) => !worktree.main && file.startsWith(plans);
  const inert = state.changes.filter((change) => isInert(change.path)).flatMap(asInHead);
  const changes = state.changes.filter((change) => !isInert(change.path));
  const foreign = foreignFolders(worktree, state, o.worktrees);
  const inForeign = (file: BytePath) => foldersOf(file).some((folder) => foreign.has(`${folder}/`));
  const untracked = state.untracked.filter((file) => !isInert(file) && !inForeign(file));
  const sorted = sortChanges(changes);
  const tooMany = untracked.length > o.limits.untrackedFiles;
  const looks = tooMany ? [] : await lookAtAll(worktree.path, { tracked: sorted.read, untracked }, o.limits);
  // Another worktree is a side itself, so nothing of it is left out; of a repository that git would not track, all is.
  const repositories = [...foreign].flatMap(([folder, why]) => (why === null ? [] : [[folder, why] as const]));
  const leftOut = new Map([
    ...repositories,
    ...state.unreadable.map((one) => [one.path, `it cannot be read (${one.why})`] as const),
    ...sorted.replaced.map((file) => [`${file}/`, ownRepository] as const),
    ...looks.flatMap((one) => (one.why === null ? [] : [[one.path, one.why] as const])),
  ]);
  const behindLinks = await beyondLinks(worktree.path, sorted.gone);
  const removed = [...behindLinks, ...sorted.replaced];
  const update = [...sorted.gone.filter((file) => !behindLinks.has(file)), ...sorted.read, ...untracked].filter(
    (file) => !leftOut.has(file),
  );
  return {
    set: [...inert, ...removed.map(removal)],
    update,
    differs: changes.some((change) => change.staged !== '.') || removed.length > 0 || update.length > 0,
    dirty: changes.length > 0 || untracked.length > 0 || leftOut.size > repositories.length,
    untracked: new Set(untracked.filter((file) => !leftOut.has(file))),
    leftOut: [...leftOut].map(([file, why]) => ({ path: file, why })).sort((a, b) => (a.path < b.path ? -1 : 1)),
    tooMuch: tooMany ? `more than ${o.limits.untrackedFiles} untracked files` : tooLarge(looks, o.limits),
  };
}

/** Paths whose file on the disk is not what the index has. */
interface SortedChanges {
  readonly gone: readonly BytePath[];
  /** By a repository of its own. */
  readonly replaced: readonly BytePath[];
  readonly read: readonly BytePath[];
}

function sortChanges(changes: readonly Change[]): SortedChanges {
  const gone: BytePath[] = [];
  const replaced: BytePath[] = [];
  const read: BytePath[] = [];
  for (const { path: file, unstaged, indexMode, diskMode } of changes) {
    if (unstaged === '.') continue;
    if (unstaged === 'D' || diskMode === nothing) gone.push(file);
    else (diskMode === gitlink && indexMode !== gitlink ? replaced : read).push(file);
  }
  return { gone, replaced, read };
}

function tooLarge(looks: readonly Look[], limits: SnapshotLimits): string | null {
  const bytes = looks.reduce((sum, one) => sum + (one.why === null ? one.bytes : 0), 0);
  return bytes > limits.totalBytes ? `more than ${inMegabytes(limits.totalBytes)} of uncommitted files` : null;
}

const ownRepository = 'it is a repository of its own';

/** Repositories and other worktrees inside by their folder, with why they are left out; null: a worktree. */
function foreignFolders(
  worktree: SideWorktree,
  state: WorkingState,
  worktrees: readonly string[],
): ReadonlyMap<BytePath, string | null> {
  const folders = new Map<BytePath, string | null>();
  for (const folder of state.repositories) folders.set(folder, ownRepository);
  const inside = worktrees
    .map((other) => path.relative(worktree.path, other))
    .filter((relative) => relative !== '' && !path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..')
    .map((relative) => `${bytePath(relative.split(path.sep).join('/'))}/`);
  if (inside.length === 0) return folders;
  const seen = new Set(state.untracked.flatMap((file) => foldersOf(file).map((folder) => `${folder}/`)));
  for (const folder of inside) {
    if (folders.has(folder) || seen.has(folder)) folders.set(folder, null);
  }
  return folders;
}

function asInHead(change: Change): TreeChange[] {
  if (change.staged === '.') return [];
  return [change.head === null ? removal(change.path) : { path: change.path, old: null, next: change.head }];
}

function removal(file: BytePath): TreeChange {
  return { path: file, old: null, next: null };
}

/** Those of the paths that lie behind a symbolic link now: git refuses to look there, even to remove an entry. */
async function beyondLinks(top: string, gone: readonly BytePath[]): Promise<ReadonlySet<BytePath>> {
  const links = new Map<BytePath, Promise<boolean>>();
  const isLink = (folder: BytePath) => {
    const known =
      links.get(folder) ??
      lstat(onDisk(top, folder)).then(
        (found) => found.isSymbolicLink(),
        () => false,
      );
    links.set(folder, known);
    return known;
  };
  const found = new Set<BytePath>();
  for (const file of gone) for (const folder of foldersOf(file)) if (await isLink(folder)) found.add(file);
  return found;
}

interface Look {
  readonly path: BytePath;
  /** Why it stays out; null: it does not. */
  readonly why: string | null;
  readonly bytes: number;
}

async function lookAtAll(
  top: string,
  files: { readonly tracked: readonly BytePath[]; readonly untracked: readonly BytePath[] },
  limits: SnapshotLimits,
): Promise<Look[]> {
  const inPool = pLimit(16);
  const look = (limit: number) => (file: BytePath) => inPool(() => lookAt(top, file, limit));
  return Promise.all([
    ...files.tracked.map(look(limits.trackedBytes)),
    ...files.untracked.map(look(limits.untrackedBytes)),
  ]);
}

async function lookAt(top: string, file: BytePath, limit: number): Promise<Look> {
  try {
    const name = onDisk(top, file);
    const found = await lstat(name);
    // A submodule is a folder.
    if (found.isSymbolicLink() || found.isDirectory()) return { path: file, why: null, bytes: 0 };
    if (!found.isFile()) return { path: file, why: 'it is neither file nor link', bytes: 0 };
    if (found.size > limit) return { path: file, why: `it is larger than ${inMegabytes(limit)}`, bytes: 0 };
    // Opened, since that is what git will do: other ways to ask may answer for another user.
    await (await open(name)).close();
    return { path: file, why: null, bytes: found.size };
  } catch (error) {
    // Deleted since git looked: then it is gone, and git will find the same.
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '')) return { path: file, why: null, bytes: 0 };
    return { path: file, why: `it cannot be read (${errorCode(error) ?? 'unknown'})`, bytes: 0 };
  }
}

function inMegabytes(bytes: number): string {
  return `${Math.round(bytes / mega)} MB`;
}
