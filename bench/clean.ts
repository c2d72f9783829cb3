import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listWorktrees } from '../src/core/git/worktreeList';
import { openRepository, type Repository } from '../src/core/openRepository';
import { defaultSettings, silentLog } from '../src/core/ports';
import { archiveRefName, archiveWorktree } from '../src/core/worktrees/archive/archiveRef';
import { readWorktree } from '../src/core/worktrees/state/reading';
import { surveyWorktree } from '../src/core/worktrees/survey/survey';
import { cleanWorktree } from '../src/core/worktrees/trash/clean';
import { benchFolder, type Figure, git, makeRepository, median } from './measure';

const files = 20_000;
const changed = 200;

/**
 * A dirty worktree goes: survey, ref and trash in a process that is loaded, beside `git stash -u` and `git worktree
 * remove`; interleaved on one disk, medians.
 */
export async function clean(rounds = 5): Promise<Figure[]> {
  const folder = benchFolder();
  let repository: Repository | null = null;
  try {
    const main = join(folder.path, 'project');
    makeRepository(main, files);
    mkdirSync(join(folder.path, 'project-worktrees'));
    repository = await openRepository(main, {
      log: silentLog,
      settings: () => defaultSettings,
      env: process.env,
      actor: 'cli',
      window: null,
      version: '0.0.0',
    });
    const times = { ours: [] as number[], gits: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      times.gits.push(stashAndRemove(main, dirtyWorktree(main, folder.path, `gits${round}`)));
      times.ours.push(await cleanBothLayers(repository, dirtyWorktree(main, folder.path, `ours${round}`), round));
      rmSync(join(folder.path, 'project-worktrees', '.trash'), { recursive: true });
    }
    const [ours, gits] = [median(times.ours), median(times.gits)];
    return [
      {
        name: `clean, ${files.toLocaleString('en')} files, ${changed} changed`,
        value: ours / gits,
        unit: '×',
        limit: 1.3,
        beside: `${ours.toFixed(0)} ms; git stash -u and git worktree remove ${gits.toFixed(0)} ms`,
      },
    ];
  } finally {
    repository?.dispose();
    folder.remove();
  }
}

/** Half of the changes in tracked files, some of them staged, a quarter untracked. */
function dirtyWorktree(main: string, folder: string, name: string): string {
  const worktree = join(folder, 'project-worktrees', name);
  git(main, 'worktree', 'add', '-q', '-b', `agent/${name}`, worktree);
  for (let n = 0; n < changed; n += 1) {
    const at = n * (files / changed);
    const module = join(worktree, 'src', `m${String(Math.floor(at / 50)).padStart(4, '0')}`);
    writeFileSync(join(module, n % 4 === 0 ? `new${n}.ts` : `f${at}.ts`), `export const changed = '${name} ${n}';\n`);
    if (n === changed / 2) git(worktree, 'add', '-A');
  }
  // Without it the first question of either side would pay for the checkout.
  git(worktree, 'status', '--porcelain');
  return worktree;
}

function stashAndRemove(main: string, worktree: string): number {
  const before = performance.now();
  git(worktree, 'stash', 'push', '-q', '--include-untracked');
  git(main, 'worktree', 'remove', worktree);
  return performance.now() - before;
}

async function cleanBothLayers(repository: Repository, worktree: string, round: number): Promise<number> {
  const { git: door, layout, context } = repository;
  const { store, host } = context;
  const ref = { plan: 'bench', task: `t${round}` };
  const id = `round-${round}`;
  const before = performance.now();
  const found = (await listWorktrees(door, layout)).find((each) => each.path === worktree);
  if (found?.adminDir == null) throw new Error(`git lists no worktree ${worktree}.`);
  const { head, branch, adminDir } = found;
  const target = { worktree, adminDir, head, branch, copied: [], base: null };
  const deps = { git: door, layout, scratchDir: join(store.dir, 'cache') };
  const reading = await readWorktree(deps, target);
  const survey = await surveyWorktree(deps, target, { integrated: null, reading });
  if (survey.losses.length < changed) throw new Error(`The survey names ${survey.losses.length} losses only.`);
  await cleanWorktree(
    { ...deps, settings: host.settings(), locks: store.locks, journals: store.journals, log: host.log },
    {
      ref,
      target,
      archive: {
        id,
        ref: archiveRefName(ref, id),
        commit: async (signal) => (await archiveWorktree(deps, target, { id, ref, reading, signal })).commit,
      },
      deleteBranch: null,
      onDone: async () => undefined,
    },
  );
  return performance.now() - before;
}
