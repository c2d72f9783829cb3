import { lstat, open } from 'node:fs/promises';
import pLimit from 'p-limit';
import type { LeftOut } from '../../../contract/events';
import { type BytePath, bytePath, foldersOf, onDisk, shownPath } from '../../git/bytePath';
import { errorCode, isAbsent } from '../paths';
import { type Dirt, gitlink, type TrackedChange } from './dirt';
import { ignoredBy } from './ignoredBy';
import type { CleanDeps } from './reading';
import type { CleanTarget } from './target';

/** Untracked files beyond this many bytes stay out of refs: the trash has them. */
export const largeFile = 50 * 1024 * 1024;

/** What of a dirty worktree goes into a ref, as steps from its index. */
export interface Keep {
  /** Files whose content is taken from the disk. */
  readonly add: readonly BytePath[];
  /** Index entries that have no file (any more), or must not enter. */
  readonly remove: readonly BytePath[];
  /** Staged files that must not enter the staged tree either. */
  readonly unstage: readonly BytePath[];
  /** What only the trash keeps, in the order of the paths. */
  readonly leftOut: readonly LeftOut[];
  /** The same by path, for what git lists as tracked or untracked. */
  readonly whyLeftOut: ReadonlyMap<BytePath, string>;
  /** Permission bits of added files that git would not give back: neither 644 nor 755. */
  readonly modes: readonly (readonly [BytePath, number])[];
}

/**
 * Decides what may enter a ref. Refs travel with `push --mirror` and `clone --mirror`, so nothing does that the worktree
 * or the main worktree ignores, that was copied in, or that git was told to overlook: such files hold secrets.
 * At most two git processes.
 * @throws GitError; WorktreeError git-failed
 */
export async function chooseKept(
  deps: CleanDeps,
  target: CleanTarget,
  dirt: Dirt,
  signal?: AbortSignal,
): Promise<Keep> {
  const whyNot = await secrets(deps, target, dirt, signal);
  const add: BytePath[] = [];
  const remove: BytePath[] = [];
  const unstage: BytePath[] = [];
  const leftOut = new Map(besides(dirt));
  const replaced = new Set(dirt.repositories);
  for (const change of dirt.changes) {
    const why = isNew(change) ? whyNot(change.path) : null;
    if (why !== null) {
      leftOut.set(change.path, why);
      unstage.push(change.path);
      remove.push(change.path);
    } else if (replaced.has(change.path) || isGone(change)) {
      remove.push(change.path);
    } else if (isOnDisk(change)) {
      add.push(change.path);
    }
  }
  for (const file of dirt.untracked) {
    const why = whyNot(file);
    if (why === null) add.push(file);
    else leftOut.set(file, why);
  }
  const found = await inspectAll(target.worktree, add, new Set(dirt.untracked));
  for (const [file, { why }] of found) if (why !== null) leftOut.set(file, why);
  // An entry with stages cannot be written into a tree; the sides themselves are kept.
  for (const { path, conflicted } of dirt.changes) if (conflicted && leftOut.has(path)) remove.push(path);
  return {
    add: add.filter((file) => !leftOut.has(file)),
    remove,
    unstage,
    whyLeftOut: leftOut,
    leftOut: listOf(leftOut),
    modes: [...found].flatMap(([file, { mode }]) => (mode === null ? [] : [[file, mode] as const])),
  };
}

/** Of more, the list says how many more: it goes into the archive's message and before people. */
const listed = 1000;

function listOf(leftOut: ReadonlyMap<BytePath, string>): LeftOut[] {
  const all = [...leftOut].sort(byPath).map(([file, why]) => ({ path: shownPath(file), why }));
  if (all.length <= listed) return all;
  return [...all.slice(0, listed), { path: '…', why: `and ${all.length - listed} more` }];
}

function byPath([a]: readonly [BytePath, string], [b]: readonly [BytePath, string]): number {
  return a < b ? -1 : 1;
}

/** In the index, but not in HEAD: nobody has committed it yet. */
function isNew(change: TrackedChange): boolean {
  return !change.inHead && !change.conflicted && change.submodule === null;
}

function isGone(change: TrackedChange): boolean {
  return change.diskMode === '000000' && (change.conflicted || change.unstaged !== '.');
}

/** The disk has another content than the index. */
function isOnDisk(change: TrackedChange): boolean {
  if (change.submodule !== null) return change.submodule.commit && change.diskMode === gitlink;
  return change.conflicted || change.unstaged !== '.';
}

/** What git itself does not hand out, or not as files. */
function besides(dirt: Dirt): [BytePath, string][] {
  return [
    ...dirt.ignored.map((file): [BytePath, string] => [file, 'git ignores it']),
    ...dirt.repositories.map((file): [BytePath, string] => [file, 'it is a repository of its own']),
    ...dirt.unreadable.map(({ path, why }): [BytePath, string] => [path, `it cannot be read (${why})`]),
    ...dirt.overlooked.map((file): [BytePath, string] => [file, 'git was told to overlook its changes']),
  ];
}

/** Tells why a file that git would take may not enter a ref; null: it may. */
async function secrets(
  deps: CleanDeps,
  target: CleanTarget,
  dirt: Dirt,
  signal: AbortSignal | undefined,
): Promise<(file: BytePath) => string | null> {
  const staged = dirt.changes.filter(isNew).map((change) => change.path);
  const main = deps.layout.mainWorktree;
  const [here, there] = await Promise.all([
    // Forced into the index against the rules: untracked files have passed them already.
    ignoredBy(deps, { top: target.worktree, gitDir: target.adminDir, signal }, staged),
    main === null
      ? new Set<BytePath>()
      : ignoredBy(deps, { top: main, gitDir: deps.layout.commonDir, signal }, [...staged, ...dirt.untracked]),
  ]);
  const copied = isAmong(target.copied);
  return (file) => {
    if (copied(file)) return 'it was copied from the main worktree';
    if (here.has(file)) return 'git ignores it';
    return there.has(file) ? 'the main worktree ignores it' : null;
  };
}

/** Whether a file is one of those named, or lies in a named folder (`folder/`). */
export function isAmong(names: readonly string[]): (file: BytePath) => boolean {
  // Where names are the same in any case, a copy may have come back in another one.
  const fold = (text: string) => (process.platform === 'linux' ? text : text.toLowerCase());
  const files = new Set(names.map((name) => fold(bytePath(name.replace(/\/$/, '')))));
  return (file) => [...foldersOf(file), file].some((part) => files.has(fold(part)));
}

interface Inspected {
  /** Why it stays out; null: it enters. */
  readonly why: string | null;
  readonly mode: number | null;
}

async function inspectAll(
  top: string,
  files: readonly BytePath[],
  untracked: ReadonlySet<BytePath>,
): Promise<Map<BytePath, Inspected>> {
  const inPool = pLimit(32);
  const found = await Promise.all(files.map((file) => inPool(() => inspect(onDisk(top, file), untracked.has(file)))));
  return new Map(files.map((file, index) => [file, found[index] ?? { why: null, mode: null }]));
}

async function inspect(file: Buffer, untracked: boolean): Promise<Inspected> {
  try {
    const found = await lstat(file);
    // A submodule is a folder.
    if (found.isSymbolicLink() || found.isDirectory()) return { why: null, mode: null };
    if (!found.isFile()) return { why: 'it is neither file nor link', mode: null };
    // Opened, since that is what git will do: other ways to ask may answer for another user.
    await (await open(file)).close();
    if (untracked && found.size > largeFile) return { why: 'it is larger than 50 MB', mode: null };
    const mode = found.mode & 0o7777;
    return { why: null, mode: mode === 0o644 || mode === 0o755 ? null : mode };
  } catch (error) {
    // Deleted since git looked: then it is gone, and git will find the same.
    if (isAbsent(error)) return { why: null, mode: null };
    return { why: `it cannot be read (${errorCode(error)})`, mode: null };
  }
}
