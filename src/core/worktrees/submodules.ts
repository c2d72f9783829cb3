import { renameSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { LeftOut } from '../../contract/events';
import { GitError, tellingLine } from '../git/errors';
import type { Git } from '../git/git';
import { gitDirOf, isFile, isFolder, readTrimmed } from '../git/layoutFiles';
import { lockWaitMs, submodulesLock } from './lock';
import { groupMayRun, longestMs } from './make/alive';
import { checkoutEnvironment, longPaths } from './make/checkout';
import type { WorktreeDeps } from './make/makeWorktree';

export type SubmoduleDeps = Pick<WorktreeDeps, 'git' | 'layout' | 'settings' | 'locks' | 'log'>;

export interface FilledSubmodules {
  /** Paths in the worktree with `/`, nested ones after the one around them. */
  readonly filled: readonly string[];
  /** Those that could not be filled, with git's own words. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Fills the submodules of a worktree, one at a time over all processes: those that git calls active (gitsubmodules(7),
 * "Active submodules") and, inside of them, all. One that is filled already stays as it is, whatever was done in it.
 * Objects that the main worktree's submodule has are not fetched again. No git process without a `.gitmodules`.
 * @throws GitError cancelled, no-git; StoreError locked
 */
export async function fillSubmodules(
  deps: SubmoduleDeps,
  worktree: string,
  o: { readonly signal?: AbortSignal | undefined } = {},
): Promise<FilledSubmodules> {
  if (!(await isFile(path.join(worktree, '.gitmodules')))) return { filled: [], leftOut: [] };
  const gitDir = await gitDirOf(worktree);
  if (gitDir === null)
    return { filled: [], leftOut: [{ path: '.gitmodules', why: `${worktree} is no worktree of git` }] };
  const fill = async (lost: AbortSignal) => {
    const signal = o.signal === undefined ? lost : AbortSignal.any([lost, o.signal]);
    const filling = new Filling(deps, path.join(gitDir, markName), signal);
    if (await filling.othersAtWork()) {
      return { filled: [], leftOut: [{ path: '.gitmodules', why: 'git is still filling the submodules; try again' }] };
    }
    await filling.fillAll({
      folder: worktree,
      prefix: '',
      modules: path.join(deps.layout.commonDir, 'modules'),
      top: true,
    });
    await filling.done();
    return { filled: filling.filled, leftOut: filling.leftOut };
  };
  return deps.locks.withLock(submodulesLock, fill, { waitMs: lockWaitMs });
}

/** In the worktree's git directory while git fills one: a process that was killed leaves its lock files behind. */
const markName = 'switchyard-submodules';

/** A checkout whose submodules are looked at. */
interface Around {
  /** Absolute. */
  readonly folder: string;
  /** What its path in the worktree begins with: empty, or ending in `/`. */
  readonly prefix: string;
  /** Where the main worktree keeps the repositories of these submodules; need not exist. */
  readonly modules: string;
  /** The worktree itself: only there did the user say which submodules are active. */
  readonly top: boolean;
}

interface Submodule {
  readonly name: string;
  /** Relative to the checkout around it. */
  readonly path: string;
}

class Filling {
  readonly filled: string[] = [];
  readonly leftOut: LeftOut[] = [];
  /** An earlier run was cut off. */
  #cutOff = false;

  constructor(
    readonly deps: SubmoduleDeps,
    readonly mark: string,
    readonly signal: AbortSignal,
  ) {}

  /** Whether the git of a process that was killed still fills submodules here. */
  async othersAtWork(): Promise<boolean> {
    const text = await readTrimmed(this.mark);
    if (text === null) return false;
    const [pid = Number.NaN, at = Number.NaN] = text.split(' ').map(Number);
    this.#cutOff = true;
    return Number.isInteger(pid) && Date.now() - at < longestMs && groupMayRun(pid);
  }

  async done(): Promise<void> {
    await rm(this.mark, { force: true });
  }

  async fillAll(around: Around): Promise<void> {
    for (const submodule of await this.#listed(around)) {
      const name = `${around.prefix}${submodule.path}`;
      const folder = path.join(around.folder, submodule.path);
      const isNew = !(await isFilled(folder));
      const why = isNew ? await this.#fill(around, submodule) : null;
      if (why !== null) this.leftOut.push({ path: name, why });
      // `submodule.<name>.update=none`: git passes it over, as the user wants it.
      if (!(await isFilled(folder))) continue;
      if (isNew) this.filled.push(name);
      const modules = path.join(around.modules, ...plainParts(submodule.name), 'modules');
      if (await isFile(path.join(folder, '.gitmodules'))) {
        await this.fillAll({ folder, prefix: `${name}/`, modules, top: false });
      }
    }
  }

  async #listed(around: Around): Promise<Submodule[]> {
    try {
      const all = await readSubmodules(this.deps.git, around.folder);
      return around.top ? await onlyActive(this.deps.git, around.folder, all) : all;
    } catch (error) {
      if (!GitError.is(error) || error.reason !== 'failed') throw error;
      this.leftOut.push({ path: `${around.prefix}.gitmodules`, why: tellingLine(error.stderr) || error.message });
      return [];
    }
  }

  /** null: done, or git passed it over. Else git's words. */
  async #fill(around: Around, submodule: Submodule): Promise<string | null> {
    const { git, settings, log } = this.deps;
    const source = path.join(around.modules, ...plainParts(submodule.name));
    // Borrowed only while it is cloned: a worktree must not depend on what the main one's submodule keeps.
    const borrow = (await isComplete(source)) ? [`--reference=${source}`, '--dissociate'] : [];
    const update = ['submodule', '--quiet', 'update', '--init', ...borrow, '--', submodule.path];
    try {
      if (this.#cutOff) await mendCutOff(git, around.folder, submodule);
      await git.run([...longPaths(), '--literal-pathspecs', ...update], {
        cwd: around.folder,
        read: false,
        ownGroup: true,
        timeoutMs: longestMs,
        signal: this.signal,
        env: checkoutEnvironment(settings),
        onSpawn: (pid) => this.#noteGit(pid),
      });
      return null;
    } catch (error) {
      if (!GitError.is(error) || error.reason === 'cancelled' || error.reason === 'no-git') throw error;
      log.warn(`The submodule ${submodule.path} in ${around.folder} was not filled: ${error.message}`);
      return tellingLine(error.stderr) || error.message;
    }
  }

  /** Synchronous and whole, like the journal of a worktree: no moment without the process id. */
  #noteGit(pid: number): void {
    writeFileSync(`${this.mark}.new`, `${pid} ${Date.now()}`);
    renameSync(`${this.mark}.new`, this.mark);
  }
}

/** The submodules that `.gitmodules` names and the index has, in the order of their paths. */
async function readSubmodules(git: Git, folder: string): Promise<Submodule[]> {
  const { stdout } = await git.run(['config', '-z', '-f', '.gitmodules', '--get-regexp', '^submodule\\..*\\.path$'], {
    cwd: folder,
    okExitCodes: [0, 1],
  });
  const named = new Map<string, string>();
  for (const entry of stdout.split('\0').slice(0, -1)) {
    const [key, value] = splitEntry(entry);
    if (value !== null) named.set(value, key.slice('submodule.'.length, -'.path'.length));
  }
  if (named.size === 0) return [];
  const paths = await gitlinks(git, folder, ['--literal-pathspecs'], [...named.keys()]);
  return paths.flatMap((each) => {
    const name = named.get(each);
    return name === undefined ? [] : [{ name, path: each }];
  });
}

/** `submodule.<name>.active`, else `submodule.active`, else whether it has a URL: the order of gitsubmodules(7). */
async function onlyActive(git: Git, folder: string, all: readonly Submodule[]): Promise<Submodule[]> {
  if (all.length === 0) return [];
  const { stdout } = await git.run(['config', '-z', '--get-regexp', '^submodule\\.'], {
    cwd: folder,
    okExitCodes: [0, 1],
  });
  const entries = stdout.split('\0').slice(0, -1).map(splitEntry);
  const said = new Map(entries);
  const patterns = entries.flatMap(([key, value]) => (key === 'submodule.active' && value !== null ? [value] : []));
  const matched = patterns.length === 0 ? null : new Set(await gitlinks(git, folder, [], patterns));
  return all.filter(({ name, path: each }) => {
    const own = said.get(`submodule.${name}.active`);
    // A key without a value is true (git-config(1), "Values", boolean).
    if (own !== undefined) return own === null || /^(true|yes|on|[1-9][0-9]*)$/i.test(own);
    return matched === null ? said.has(`submodule.${name}.url`) : matched.has(each);
  });
}

async function gitlinks(git: Git, cwd: string, options: string[], pathspecs: string[]): Promise<string[]> {
  const { stdout } = await git.run([...options, 'ls-files', '-z', '--stage', '--', ...pathspecs], { cwd });
  const lines = stdout.split('\0').filter((line) => line.startsWith('160000 '));
  return lines.map((line) => line.slice(line.indexOf('\t') + 1));
}

/** One entry of `git config -z`: key, line break, value; the value is absent where the key stands alone. */
function splitEntry(entry: string): [string, string | null] {
  const split = entry.indexOf('\n');
  return split < 0 ? [entry, null] : [entry.slice(0, split), entry.slice(split + 1)];
}

/** Whether something was checked out: a clone that was cut off has a git directory and no index in it. */
async function isFilled(folder: string): Promise<boolean> {
  const gitDir = await gitDirOf(folder);
  return gitDir !== null && (await isFile(path.join(gitDir, 'index')));
}

/**
 * Prepares a submodule whose filling was cut off for another try; git takes a checkout that never ended for one where
 * all files were deleted. Nobody can have worked in it: it never had an index.
 */
async function mendCutOff(git: Git, around: string, submodule: Submodule): Promise<void> {
  const parent = await gitDirOf(around);
  const folder = path.join(around, submodule.path);
  if (parent === null || (await isFilled(folder))) return;
  const gitDir = path.join(parent, 'modules', ...plainParts(submodule.name));
  if (!(await isFile(path.join(gitDir, 'logs', 'HEAD')))) {
    // Not even cloned (builtin/clone.c writes HEAD when it has the objects): nothing but what git began is there.
    await rm(gitDir, { recursive: true, force: true });
  } else {
    await rm(path.join(gitDir, 'index.lock'), { force: true });
    await dissociate(git, gitDir);
  }
  // Without the pointer git connects the folder anew and checks everything out.
  if (await isFile(path.join(folder, '.git'))) await rm(path.join(folder, '.git'));
}

/** What `clone --dissociate` does last. */
async function dissociate(git: Git, gitDir: string): Promise<void> {
  const alternates = path.join(gitDir, 'objects', 'info', 'alternates');
  if (!(await isFile(alternates))) return;
  const repack = [`--git-dir=${gitDir}`, 'repack', '-a', '-d', '--quiet'];
  await git.run(repack, { cwd: gitDir, read: false, timeoutMs: longestMs, ownGroup: true });
  await rm(alternates, { force: true });
}

/** A shallow repository cannot be borrowed from, and git refuses what is none. */
async function isComplete(gitDir: string): Promise<boolean> {
  if (!(await isFolder(path.join(gitDir, 'objects')))) return false;
  return (await readFile(path.join(gitDir, 'shallow')).catch(() => null)) === null;
}

/** The name of a submodule comes from the branch: one that leads elsewhere leads nowhere. */
function plainParts(name: string): string[] {
  const parts = name.split('/');
  return parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\\')) ? ['?'] : parts;
}
