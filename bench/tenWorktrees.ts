import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '../src/core/openRepository';
import { defaultSettings, silentLog } from '../src/core/ports';
import { benchFolder, type Figure, git, makeRepository, median } from './measure';

const count = 10;

/**
 * Ten worktrees of 20,000 files: the product's own path in a process that is loaded, and its command line, beside ten
 * plain `git worktree add` in a loop; interleaved on one disk, medians.
 */
export async function tenWorktrees(cli: string, rounds = 5): Promise<Figure[]> {
  const folder = benchFolder();
  try {
    const repository = join(folder.path, 'project');
    makeRepository(repository, 20_000);
    const settings = join(folder.path, 'settings.json');
    writeFileSync(settings, JSON.stringify({ wipLimit: 1000, fetchBase: false }));
    const times = { plain: [] as number[], ours: [] as number[], cli: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      times.plain.push(plainLoop(repository, join(folder.path, 'plain'), round));
      times.ours.push(await prepareTen(repository, `ours${round}`));
      times.cli.push(spawnTen(cli, repository, `cli${round}`, settings));
      clear(repository, folder.path);
    }
    const alone = median(times.plain);
    const figure = (name: string, ms: number, limit: number): Figure => ({
      name: `${count} worktrees, 20,000 files, ${name}`,
      value: ms / alone,
      unit: '×',
      limit,
      beside: `${ms.toFixed(0)} ms; ${count} × git worktree add in a loop ${alone.toFixed(0)} ms`,
    });
    return [
      figure('made together', median(times.ours), 1),
      // Beside it for the reader: Node's own start and whatever else makes a worktree ready are in it.
      figure('switchyard spawn', median(times.cli), Number.POSITIVE_INFINITY),
    ];
  } finally {
    folder.remove();
  }
}

function plainLoop(repository: string, folder: string, round: number): number {
  mkdirSync(folder, { recursive: true });
  const before = performance.now();
  for (let n = 0; n < count; n += 1) {
    git(repository, 'worktree', 'add', '-q', '-b', `plain-${round}-${n}`, join(folder, `w${n}`), 'HEAD');
  }
  return performance.now() - before;
}

/** Plan and repository are there before the clock runs, as they are in a window. */
async function prepareTen(root: string, plan: string): Promise<number> {
  const refs = writePlan(root, plan);
  const repository = await openRepository(root, {
    log: silentLog,
    settings: () => ({ ...defaultSettings, wipLimit: 1000, fetchBase: false }),
    env: process.env,
    actor: 'cli',
    window: null,
    version: '0.0.0',
  });
  try {
    const before = performance.now();
    await repository.tasks.prepareAll(refs, { purpose: 'spawn' });
    return performance.now() - before;
  } finally {
    repository.dispose();
  }
}

function spawnTen(cli: string, root: string, plan: string, settings: string): number {
  const names = writePlan(root, plan).map(({ task }) => `${plan}/${task}`);
  const before = performance.now();
  execFileSync(process.execPath, [cli, '-C', root, 'spawn', ...names, '--json'], {
    env: { ...process.env, SWITCHYARD_SETTINGS: settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return performance.now() - before;
}

function writePlan(root: string, plan: string): { plan: string; task: string }[] {
  const dir = join(root, '.switchyard', plan);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'plan.md'), `---\ntitle: ${plan}\n---\n`);
  return Array.from({ length: count }, (_, n) => {
    const task = `${plan}-${n}`;
    writeFileSync(join(dir, `${task}.md`), `---\nagent: human\n---\n\nChange the file number ${n} of ${plan}.\n`);
    return { plan, task };
  });
}

/** All of the round go, so that rounds are alike and memory does not fill up. */
function clear(repository: string, folder: string): void {
  for (const name of ['plain', 'project-worktrees']) rmSync(join(folder, name), { recursive: true, force: true });
  git(repository, 'worktree', 'prune');
}
