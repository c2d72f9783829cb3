import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import lockfile from 'proper-lockfile';
import type { Git } from '../../../src/core/git/git';
import { findRepository } from '../../../src/core/git/repository';
import { defaultSettings, type Log } from '../../../src/core/ports';
import type { WorktreeDeps } from '../../../src/core/worktrees/make/makeWorktree';
import { openGit, testEnvironment } from '../support/repositories';

/** What a host would pass, with a lock that holds over processes; `lines` is what was logged, `extra` git's environment. */
export async function depsFor(
  cwd: string,
  extra: Record<string, string> = {},
): Promise<WorktreeDeps & { git: Git; lines: string[] }> {
  const lines: string[] = [];
  const keep = (level: string) => (line: string) => {
    lines.push(`${level}: ${line}`);
  };
  const log: Log = { debug: () => undefined, info: keep('info'), warn: keep('warn'), error: keep('error') };
  const git = openGit(log, testEnvironment(extra));
  const layout = await findRepository(git, cwd);
  await mkdir(layout.storeDir, { recursive: true });
  const withLock: WorktreeDeps['locks']['withLock'] = async (name, fn) => {
    const release = await lockfile.lock(layout.storeDir, {
      lockfilePath: path.join(layout.storeDir, `${name}.lock`),
      stale: 2000,
      retries: { retries: 2000, minTimeout: 10, maxTimeout: 20 },
      onCompromised: (error) => {
        throw error;
      },
    });
    try {
      return await fn(new AbortController().signal);
    } finally {
      await release();
    }
  };
  const journalDir = path.join(layout.storeDir, 'cache');
  return { git, layout, settings: defaultSettings, locks: { withLock }, journalDir, log, lines };
}

/** One setting for every git of `depsFor`, also for those that git starts in submodules. */
export function gitSetting(key: string, value: string): Record<string, string> {
  return { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: key, GIT_CONFIG_VALUE_0: value };
}

/** Makes worktrees in a process of its own. */
export const makerProgram = path.join(import.meta.dirname, 'makeInChild.ts');

/** Waits for a condition, with a deadline. */
export async function until(what: string, condition: () => Promise<boolean> | boolean, ms = 45_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * A filter that holds every checkout of `src/zz-held.txt`: it writes `<dir>/reached` and waits for `<dir>/go`.
 * Files before it in the tree are written already, files after it are not.
 */
export async function holdCheckoutAt(root: string, dir: string, git: (...args: string[]) => Promise<string>) {
  await writeFile(path.join(root, '.gitattributes'), 'src/zz-held.txt filter=hold\n');
  await writeFile(path.join(root, 'src', 'zz-held.txt'), 'held\n');
  await writeFile(path.join(root, 'zz-after.txt'), 'after\n');
  await git('add', '-A');
  await git('commit', '-q', '-m', 'hold');
  await git('config', 'filter.hold.clean', 'cat');
  const script = `touch '${dir}/reached'; while [ ! -e '${dir}/go' ]; do sleep 0.02; done; cat`;
  await git('config', 'filter.hold.smudge', script);
}
