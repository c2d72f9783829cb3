import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ScratchPlace, Snapshots } from '../../../../src/core/conflicts/parts';
import { openScratch } from '../../../../src/core/conflicts/scratch/scratch';
import type { SideWorktree, Snapshot } from '../../../../src/core/conflicts/side';
import { createSnapshots, type SnapshotDeps } from '../../../../src/core/conflicts/snapshot/snapshots';
import type { Git } from '../../../../src/core/git/git';
import { gitDirOf } from '../../../../src/core/git/layoutFiles';
import { findRepository, type RepositoryLayout } from '../../../../src/core/git/repository';
import { silentLog } from '../../../../src/core/ports';
import { memoryFolder, openGit, runGit, testEnvironment, withTempDir } from '../../support/repositories';

const run = promisify(execFile);

/** What a test of snapshots works with, for one repository. */
export interface Looking {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly snapshots: Snapshots;
  use<T>(fn: (at: ScratchPlace) => Promise<T>): Promise<T>;
  /** One look at a worktree (default: the main one), in the kept scratch. */
  take(worktree?: string, o?: { worktrees?: readonly string[]; signal?: AbortSignal }): Promise<Snapshot>;
  /** `git` in the repository with the scratch's objects; standard output without the last line end. */
  inScratch(...args: string[]): Promise<string>;
}

/** @param dir an empty folder for the scratch: nothing is left in the system's memory. */
export async function look(
  root: string,
  dir: string,
  o: Partial<Pick<SnapshotDeps, 'limits' | 'timeoutMs'>> & { env?: Record<string, string> } = {},
): Promise<Looking> {
  const git = openGit(silentLog, testEnvironment(o.env));
  const layout = await findRepository(git, root);
  const memory = path.join(dir, 'memory');
  await mkdir(memory, { recursive: true });
  const scratch = await openScratch({ layout, log: silentLog, memory });
  const snapshots = createSnapshots({ git, layout, log: silentLog, ...o });
  return {
    git,
    layout,
    snapshots,
    use: (fn) => scratch.use(fn),
    take: async (worktree = root, options = {}) => {
      const side = await sideOf(layout, worktree);
      return scratch.use((at) => snapshots.take(at, side, { worktrees: options.worktrees ?? [], ...options }));
    },
    inScratch: (...args) =>
      scratch.use(async (at) => {
        const { stdout } = await run('git', args, { cwd: root, env: { ...testEnvironment(), ...at.env } });
        return stdout.replace(/\n$/, '');
      }),
  };
}

export async function sideOf(layout: RepositoryLayout, worktree: string): Promise<SideWorktree> {
  const gitDir = await gitDirOf(worktree);
  if (gitDir === null) throw new Error(`${worktree} has no git directory`);
  return { path: worktree, gitDir, main: gitDir === layout.commonDir };
}

/** A repository in memory and a look at it. */
export async function withRepository(
  make: (dir: string) => Promise<string>,
  fn: (root: string, looking: Looking, dir: string) => Promise<void>,
  o: Partial<Pick<SnapshotDeps, 'limits' | 'timeoutMs'>> = {},
): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await make(dir);
    await fn(root, await look(root, dir, o), dir);
  }, memoryFolder());
}

/**
 * The tree that the user's own `git add -A && git commit` would make, in a copy of worktree and repository.
 * @param paths what is added
 */
export async function committedTree(root: string, dir: string): Promise<string> {
  const copy = path.join(dir, 'copy');
  await run('cp', ['-a', root, copy]);
  try {
    await rm(path.join(copy, '.git', 'index.lock'), { force: true });
    await runGit(copy, 'add', '-A', '--sparse');
    await runGit(copy, 'commit', '-q', '--no-verify', '--allow-empty', '-m', 'all of it');
    return await runGit(copy, 'rev-parse', 'HEAD^{tree}');
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** Every file under a folder with its content, kind, mode and times: what looking must not change. */
export async function footprint(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const walk = async (relative: string): Promise<void> => {
    const file = path.join(folder, relative);
    const facts = await lstat(file, { bigint: true });
    if (facts.isDirectory()) {
      for (const name of await readdir(file)) await walk(path.join(relative, name));
    } else {
      const content = facts.isSymbolicLink() ? await readlink(file) : await readFile(file);
      const hash = createHash('sha256').update(content).digest('hex');
      // git gives packs and shared indexes that it reads a new time, so that nobody removes them; what is in them stays.
      const time = /\.pack$|\/sharedindex\.[0-9a-f]+$/.test(file) ? '' : facts.mtimeNs;
      found.set(file, `${facts.mode} ${facts.ino} ${time} ${hash}`);
    }
  };
  await walk('');
  return found;
}
