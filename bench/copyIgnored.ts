import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGit } from '../src/core/git/git';
import { findRepository } from '../src/core/git/repository';
import { defaultSettings, silentLog } from '../src/core/ports';
import { copyIgnored } from '../src/core/worktrees/copy/copyIgnored';
import { benchFolder, type Figure, git, makeRepository, median } from './measure';

const files = 50_000;

/**
 * An ignored folder of 50,000 files comes into a new worktree: the product's way, all of its questions to git included,
 * beside `cp -a` of the bare folder, and beside `cp -a --reflink=never` where the disk shares blocks.
 */
export async function copyOfIgnored(rounds: number): Promise<Figure[]> {
  const folder = benchFolder();
  try {
    const main = join(folder.path, 'project');
    makeRepository(main, 200);
    writeFileSync(join(main, '.gitignore'), 'node_modules/\n');
    git(main, 'add', '-A');
    git(main, 'commit', '-q', '-m', 'Ignore');
    const source = join(main, 'node_modules');
    fill(source);
    const worktree = join(folder.path, 'project-worktrees', 't');
    git(main, 'worktree', 'add', '-q', '-b', 'agent/t', worktree);
    const door = createGit({ gitPath: null, env: process.env, log: silentLog });
    const layout = await findRepository(door, main);
    const deps = { git: door, layout, settings: defaultSettings, log: silentLog };
    const target = join(worktree, 'node_modules');
    const ours = async () => {
      const { copied } = await copyIgnored(deps, { worktree, globs: ['node_modules/**'] });
      if (copied.length !== 1) throw new Error('node_modules was not copied.');
    };
    const clones = canClone(folder.path);
    const cp = (mode: 'auto' | 'never') => () => run('cp', '-a', `--reflink=${mode}`, source, target);
    const times: Record<'ours' | 'cp' | 'full' | 'own', number[]> = { ours: [], cp: [], full: [], own: [] };
    for (let round = 0; round < rounds; round += 1) {
      times.ours.push(await timed(() => counted(ours, times.own), target));
      times.cp.push(await timed(cp('auto'), target));
      if (clones) times.full.push(await timed(cp('never'), target));
    }
    return figures(times, clones);
  } finally {
    folder.remove();
  }
}

function figures(times: Record<'ours' | 'cp' | 'full' | 'own', number[]>, clones: boolean): Figure[] {
  const [ours, cp, full] = [median(times.ours), median(times.cp), median(times.full)];
  const found: Figure[] = [
    {
      name: `copy of ${files} ignored files / cp -a`,
      value: ours / cp,
      unit: '×',
      limit: 1.1,
      beside: `${ours.toFixed(0)} ms / ${cp.toFixed(0)} ms`,
    },
    {
      name: '  processor time of the process that asked for it',
      value: median(times.own),
      unit: 'ms',
      limit: 150,
      beside: clones ? '' : 'this disk shares no blocks: --reflink=never is the same as cp -a',
    },
  ];
  if (!clones) return found;
  const beside = `${ours.toFixed(0)} ms / ${full.toFixed(0)} ms`;
  return [...found, { name: '  the same / cp -a --reflink=never', value: ours / full, unit: '×', limit: 0.7, beside }];
}

/** A thousand packages of fifty files, 0.5 to 2 kB each. */
function fill(folder: string): void {
  for (let index = 0; index < files; index += 1) {
    const lib = join(
      folder,
      `package-${String(Math.floor(index / 50)).padStart(4, '0')}`,
      `lib${Math.floor(index / 10) % 5}`,
    );
    if (index % 10 === 0) mkdirSync(lib, { recursive: true });
    writeFileSync(join(lib, `f${index}.js`), 'x'.repeat(500 + ((index * 7) % 1500)));
  }
}

async function timed(work: () => unknown, target: string): Promise<number> {
  const before = performance.now();
  await work();
  const ms = performance.now() - before;
  rmSync(target, { recursive: true, force: true });
  return ms;
}

function canClone(folder: string): boolean {
  const file = join(folder, 'block');
  writeFileSync(file, Buffer.alloc(8192, 1));
  try {
    run('cp', '--reflink=always', file, `${file}-clone`);
    return true;
  } catch {
    // Refused: the disk shares no blocks, or this cp does not know the word.
    return false;
  }
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: 'ignore' });
}

/** Notes what the work cost this process itself, its threads included: the time that an extension host would be busy. */
async function counted(work: () => Promise<void>, own: number[]): Promise<void> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  own.push((user + system) / 1000);
}
