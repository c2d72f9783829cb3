import { randomUUID } from 'node:crypto';
import { link, lstat, realpath, rename } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import type { LeftOut } from '../../../contract/events';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import { gitDirOf } from '../../git/layoutFiles';
import type { RepositoryLayout } from '../../git/repository';
import { readAdminDirs } from '../../git/worktreeList';
import type { Log, Settings } from '../../ports';
import { WorktreeError } from '../errors';
import { errorCode, isInside } from '../paths';
import { cloneFile, cloneFolder, whyOf } from './clone';
import { isUnder } from './globs';
import { display, type Entry } from './ignored';
import { CopyLedger } from './ledger';
import { isTaken, parentsInTheWay, refusedByGit } from './place';
import { selectIgnored } from './select';
import { makeStaging, removeLeftovers, removeStaging } from './staging';

export interface CopyDeps {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly settings: Pick<Settings, 'worktreeIncludeFiles' | 'worktreeRoot'>;
  readonly log: Log;
}

export interface CopyOptions {
  /** Top folder of a linked worktree; real path. */
  readonly worktree: string;
  /** The plan's `copy`. */
  readonly globs: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface Copied {
  /** Relative paths with `/`; a folder that was copied whole is one entry and ends in `/`. By path. */
  readonly copied: readonly string[];
  /** What was asked for and is not there, or a rule that could not be followed. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Brings files that git ignores from the main worktree into a linked one: those that `.worktreeinclude` (gitignore
 * syntax), the setting `git.worktreeIncludeFiles` or the plan's `copy` (globs) name. Never over anything that is there
 * or that the branch tracks, never where the branch would not ignore it, never through a link. Each entry appears whole
 * or not at all, also after a kill; run again, it goes on where it was. Without a main worktree there is nothing to copy.
 * @throws WorktreeError not-the-worktree, cancelled; GitError
 */
export async function copyIgnored(deps: CopyDeps, o: CopyOptions): Promise<Copied> {
  const main = deps.layout.mainWorktree;
  if (main === null) return { copied: [], leftOut: [] };
  const gitDir = await gitDirOf(o.worktree);
  if (gitDir === null || gitDir === deps.layout.commonDir) {
    throw new WorktreeError('not-the-worktree', `${o.worktree} is no linked worktree; make one, then copy into it.`);
  }
  await removeLeftovers(o.worktree, deps.log);
  try {
    const globs = [...deps.settings.worktreeIncludeFiles, ...o.globs];
    const { entries, leftOut } = await selectIgnored(deps.git, { main, globs, signal: o.signal });
    const copy = new Copy(deps, main, o, await CopyLedger.read(gitDir), [...leftOut]);
    await copy.run(entries);
    return { copied: copy.copied.sort(), leftOut: copy.leftOut };
  } catch (error) {
    const isCancelled = o.signal?.aborted === true || (GitError.is(error) && error.reason === 'cancelled');
    if (!isCancelled) throw error;
    throw new WorktreeError('cancelled', `Copying files into ${o.worktree} was cancelled.`, error);
  }
}

/** One run. */
class Copy {
  readonly copied: string[] = [];

  constructor(
    readonly deps: CopyDeps,
    readonly main: string,
    readonly o: CopyOptions,
    readonly ledger: CopyLedger,
    readonly leftOut: LeftOut[],
  ) {}

  async run(entries: readonly Entry[]): Promise<void> {
    const { worktree, signal } = this.o;
    const possible = await this.#possible(entries);
    const refused = await refusedByGit(this.deps.git, worktree, possible, signal);
    for (const entry of possible) this.#leave(entry, refused.get(entry.path) ?? null);
    const wanted = possible.filter(({ path: name }) => !refused.has(name));
    if (wanted.length === 0) return;
    const staging = await makeStaging(worktree).catch((error: unknown) => {
      for (const entry of wanted) this.#leave(entry, `nothing can be written in the worktree: ${whyOf(error)}`);
      return null;
    });
    if (staging === null) return;
    try {
      // Single files first: they are small, and what is missed most. One folder keeps the disk busy by itself.
      const few = pLimit(8);
      await Promise.all(wanted.filter(({ folder }) => !folder).map((entry) => few(() => this.#bring(entry, staging))));
      for (const entry of wanted.filter(({ folder }) => folder)) await this.#bring(entry, staging);
    } finally {
      await removeStaging(staging, this.deps.log);
    }
  }

  /** Those that nothing stands against on the disk; the others are noted as copied before, or as left out. */
  async #possible(entries: readonly Entry[]): Promise<Entry[]> {
    const reserved = await this.#reserved();
    const possible: Entry[] = [];
    for (const entry of entries) {
      if (reserved.some((folder) => isUnder(entry.path, folder))) continue;
      const answer = await this.#look(entry, reserved).catch(whyOf);
      if (answer === 'free') possible.push(entry);
      else if (answer === 'copied') this.copied.push(display(entry));
      else this.#leave(entry, answer);
    }
    return possible;
  }

  /** `free`, `copied` by an earlier run, or why the entry cannot come. */
  async #look(entry: Entry, reserved: readonly string[]): Promise<string> {
    const held = reserved.find((folder) => isUnder(folder, entry.path));
    if (held !== undefined) return `it holds ${held}, which belongs to the main worktree alone`;
    const inTheWay = await parentsInTheWay(this.o.worktree, entry, { create: false });
    if (inTheWay !== null) return inTheWay;
    if (!(await isTaken(this.o.worktree, entry))) return 'free';
    return this.ledger.paths.has(entry.path) ? 'copied' : 'it is there already';
  }

  /** Folders of the main worktree that never come along: the plans, other worktrees and the trash beside them. */
  async #reserved(): Promise<string[]> {
    const folders = [path.join(this.main, '.switchyard'), path.join(this.main, '.worktrees')];
    const { worktreeRoot } = this.deps.settings;
    if (worktreeRoot !== null) folders.push(path.resolve(this.main, worktreeRoot, '.trash'));
    for (const worktree of (await readAdminDirs(this.deps.layout.commonDir)).keys()) {
      folders.push(worktree, path.join(path.dirname(worktree), '.trash'));
    }
    const inside = folders.filter((folder) => folder !== this.main && isInside(folder, this.main));
    return inside.map((folder) => path.relative(this.main, folder).split(path.sep).join('/'));
  }

  async #bring(entry: Entry, staging: string): Promise<void> {
    this.o.signal?.throwIfAborted();
    const staged = path.join(staging, randomUUID());
    const why = await this.#copyOne(entry, staged).catch(whyOf);
    this.o.signal?.throwIfAborted();
    if (why === null) {
      this.copied.push(display(entry));
    } else {
      this.#leave(entry, why);
      // Half a folder may have filled the disk that the next entry needs.
      await removeStaging(staged, this.deps.log);
    }
  }

  /** null: it is in its place. */
  async #copyOne(entry: Entry, staged: string): Promise<string | null> {
    const source = path.join(this.main, entry.path);
    const refusal = await refusedSource(this.main, source, entry);
    if (refusal !== null) return refusal;
    const failure = entry.folder ? await cloneFolder(source, staged, this.o.signal) : await cloneFile(source, staged);
    if (failure !== null) return failure;
    const inTheWay = await parentsInTheWay(this.o.worktree, entry, { create: true });
    if (inTheWay !== null) return inTheWay;
    await this.ledger.add(entry.path);
    return publish(staged, path.join(this.o.worktree, entry.path), entry);
  }

  #leave(entry: Entry, why: string | null): void {
    if (why !== null) this.leftOut.push({ path: display(entry), why });
  }
}

/** Why a source is not copied: it is a link, lies behind one, or is neither file nor folder. */
async function refusedSource(main: string, source: string, entry: Entry): Promise<string | null> {
  if (entry.path.includes('\ufffd') && !(await isTaken(main, entry))) return 'its name is not UTF-8; rename it';
  const found = await lstat(source);
  if (found.isSymbolicLink()) return 'it is a symbolic link in the main worktree, which is not followed';
  if (entry.folder ? !found.isDirectory() : !found.isFile()) return 'it is neither a file nor a folder';
  const folder = path.dirname(source);
  const isReal = (await realpath(folder)) === path.join(await realpath(main), path.relative(main, folder));
  return isReal ? null : 'it lies behind a symbolic link in the main worktree';
}

/** Gives a finished copy its name, never over anything. */
async function publish(staged: string, target: string, entry: Entry): Promise<string | null> {
  try {
    if (entry.folder) await rename(staged, target);
    else await link(staged, target).catch(withoutHardLinks(staged, target));
    return null;
  } catch (error) {
    const taken = ['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EISDIR'].includes(errorCode(error) ?? '');
    if (taken) return 'something else came to be there meanwhile';
    throw error;
  }
}

/** A rename would replace a file, so it serves only disks without hard links (exFAT, some network mounts). */
function withoutHardLinks(staged: string, target: string): (error: unknown) => Promise<void> {
  return async (error) => {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errorCode(error) ?? '')) throw error;
    const found = await lstat(target).catch(() => null);
    if (found !== null) throw Object.assign(new Error(`${target} exists`), { code: 'EEXIST' });
    await rename(staged, target);
  };
}
