import { mkdir, readdir, readFile, readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Git } from '../../../../src/core/git/git';
import { findRepository } from '../../../../src/core/git/repository';
import { defaultSettings, silentLog } from '../../../../src/core/ports';
import { openStore, type Store } from '../../../../src/core/store/store';
import type { SyncDeps } from '../../../../src/core/worktrees/sync/request';
import { addWorktree, makeRepository, openGit, runGit, testEnvironment } from '../../support/repositories';

export const ref = { plan: 'plan', task: 'api' };

/** What a host would pass. */
export async function syncDeps(cwd: string, env = testEnvironment()): Promise<SyncDeps & { git: Git; store: Store }> {
  const git = openGit(silentLog, env);
  const layout = await findRepository(git, cwd);
  await mkdir(layout.storeDir, { recursive: true });
  const store = await openStore(layout.storeDir, { log: silentLog, actor: 'cli' });
  return {
    git,
    layout,
    settings: defaultSettings,
    journals: store.journals,
    locks: store.locks,
    syncDir: path.join(store.dir, 'sync'),
    log: silentLog,
    store,
  };
}

export interface Scene {
  readonly root: string;
  readonly worktree: string;
  readonly deps: Awaited<ReturnType<typeof syncDeps>>;
}

/** A repository with `main` checked out and a worktree `w` on `agent/api`, cut from it. */
export async function scene(dir: string, files = 5): Promise<Scene> {
  const root = await makeRepository(dir, { files });
  const worktree = await addWorktree(root, path.join(dir, 'w'), 'agent/api', 'main');
  return { root, worktree, deps: await syncDeps(root) };
}

/** Everything of a worktree that a person could miss: files with bytes, modes and links; index entries; HEAD. */
export async function photograph(worktree: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  async function walk(folder: string): Promise<void> {
    for (const entry of await readdir(path.join(worktree, folder), { withFileTypes: true })) {
      const name = path.posix.join(folder, entry.name);
      const file = path.join(worktree, name);
      if (name === '.git') continue;
      if (entry.isDirectory()) {
        found[`${name}/`] = 'folder';
        await walk(name);
      } else if (entry.isSymbolicLink()) found[name] = `-> ${await readlink(file)}`;
      else found[name] = `${(await stat(file)).mode.toString(8)} ${(await readFile(file)).toString('latin1')}`;
    }
  }
  await walk('');
  found['(index)'] = await runGit(worktree, 'ls-files', '-s', '-v');
  found['(status)'] = await runGit(worktree, 'status', '--porcelain=v2', '--untracked-files=all', '--ignored');
  found['(head)'] = await runGit(worktree, 'rev-parse', 'HEAD', '--symbolic-full-name', 'HEAD');
  return found;
}

/** Nothing of a sync is left: no journal, no lock, no folder but those that wait to be removed. */
export async function leftovers({ deps, worktree }: Scene): Promise<string[]> {
  const journals = (await readdir(path.join(deps.store.dir, 'cache'))).filter((name) => name.startsWith('journal-'));
  const folders = await readdir(deps.syncDir).catch(() => []);
  const gitDir = await runGit(worktree, 'rev-parse', '--absolute-git-dir');
  const locks = (await readdir(gitDir)).filter((name) => name.endsWith('.lock'));
  const beside = (await readdir(worktree)).filter((name) => name.startsWith('.switchyard-sync'));
  return [...journals, ...folders.filter((name) => !name.startsWith('retired-')), ...locks, ...beside];
}

/** So that the same commits have the same ids. */
export const fixedDates = { GIT_COMMITTER_DATE: '1700000000 +0000', GIT_AUTHOR_DATE: '1700000000 +0000' };
