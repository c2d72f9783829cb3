import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRepository, type Repository } from '../src/core/openRepository';
import { defaultSettings, silentLog } from '../src/core/ports';
import { Monitor } from '../src/core/tasks/monitor';
import { benchFolder, type Figure, git, makeRepository, median } from './measure';

const count = 50;

/**
 * Fifty worktrees in the rows of one window: one file changes in one of them, and then nothing happens for a while.
 * Beside it: asking git about all fifty, four at a time, as a view without hints has to.
 */
export async function fiftyWorktrees(idleMs: number): Promise<Figure[]> {
  const folder = benchFolder();
  let repository: Repository | null = null;
  let monitor: Monitor | null = null;
  try {
    const main = join(folder.path, 'project');
    makeRepository(main, 2_000);
    mkdirSync(join(folder.path, 'project-worktrees'));
    for (let n = 0; n < count; n += 1) {
      git(main, 'worktree', 'add', '-q', '-b', `agent/t${n}`, join(folder.path, 'project-worktrees', `t${n}`));
    }
    repository = await openRepository(main, {
      log: silentLog,
      settings: () => defaultSettings,
      env: process.env,
      actor: 'window',
      window: null,
      version: '0.0.0',
    });
    monitor = new Monitor(repository.context, null);
    await monitor.start();
    await monitor.settled();
    const refresh = await refreshes(repository, monitor, folder.path);
    const all = await askAll(folder.path);
    const before = repository.git.started;
    await sleep(idleMs);
    const idle = repository.git.started - before;
    return [
      {
        name: `${count} worktrees, one file changed → row`,
        value: refresh.ms,
        unit: 'ms',
        limit: 150,
        beside: `git status of all ${count}: ${all.toFixed(0)} ms (ratio ${(refresh.ms / all).toFixed(2)})`,
      },
      {
        name: '  git processes for it',
        value: refresh.processes,
        unit: 'processes',
        limit: 3,
        beside: 'one readStatus',
      },
      {
        name: `${count} idle worktrees for ${Math.round(idleMs / 1000)} s`,
        value: idle,
        unit: 'processes',
        limit: 0,
        beside: '',
      },
    ];
  } finally {
    monitor?.dispose();
    repository?.dispose();
    folder.remove();
  }
}

/** Median time from a write to the row that shows it, and the most git processes one write cost. */
async function refreshes(repository: Repository, monitor: Monitor, folder: string) {
  const times: number[] = [];
  let processes = 0;
  for (let round = 0; round < 9; round += 1) {
    const worktree = join(folder, 'project-worktrees', `t${round * 5}`);
    const started = repository.git.started;
    const shown = new Promise<number>((resolve) => {
      const listener = monitor.onDidChange(() => {
        if (monitor.worktrees.find((row) => row.path === worktree)?.dirty !== true) return;
        listener.dispose();
        resolve(performance.now());
      });
    });
    const before = performance.now();
    appendFileSync(join(worktree, 'src', 'm0000', 'f0.ts'), '// changed\n');
    await repository.store.hints.touch(repository.store.hints.worktreeKey(worktree));
    times.push((await shown) - before);
    await monitor.settled();
    processes = Math.max(processes, repository.git.started - started);
  }
  return { ms: median(times), processes };
}

async function askAll(folder: string): Promise<number> {
  const before = performance.now();
  const { createGit } = await import('../src/core/git/git');
  const door = createGit({ gitPath: null, env: process.env, log: silentLog });
  const trees = Array.from({ length: count }, (_, n) => join(folder, 'project-worktrees', `t${n}`));
  await Promise.all(trees.map((cwd) => door.run(['status', '--porcelain=v2', '-z', '--branch'], { cwd })));
  return performance.now() - before;
}
