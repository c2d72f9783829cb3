import { join } from 'node:path';
import { WorkerJudge } from '../src/core/conflicts/hazards/workerJudge';
import { createEngine, type MatrixEngine } from '../src/core/conflicts/matrix/engine';
import { createMerger } from '../src/core/conflicts/merge/merger';
import { openScratch } from '../src/core/conflicts/scratch/scratch';
import { committedSnapshot, type Side } from '../src/core/conflicts/side';
import { createGit } from '../src/core/git/git';
import { findRepository, placeOf } from '../src/core/git/repository';
import { silentLog } from '../src/core/ports';
import { HazardKeeper } from '../src/core/tasks/conflicts/hazardKeeper';
import { makeHazardsFixture, moveBranch } from './hazardsFixture';
import { benchFolder, type Figure, git, longestBlock, median } from './measure';

const moved = 'agent/b007';

function sidesIn(path: string): { sides: Side[]; bases: Map<string, Side> } {
  const scannedAt = new Date().toISOString();
  const format = '--format=%(refname:short) %(objectname) %(tree)';
  const all = git(path, 'for-each-ref', format, 'refs/heads')
    .trim()
    .split('\n')
    .map((line): Side => {
      const [ref = '', commit = '', tree = ''] = line.split(' ');
      return { ref, snapshot: committedSnapshot({ commit, tree }, scannedAt) };
    });
  const main = all.find(({ ref }) => ref === 'main');
  const sides = all.filter(({ ref }) => ref !== 'main');
  return { sides, bases: new Map(main === undefined ? [] : sides.map(({ ref }) => [ref, main])) };
}

/** Fifty branches of 23 changed files each, on 20,000: everything judged for the first time, then what one of them costs. */
export async function hazards(root: string, rounds: number): Promise<Figure[]> {
  const folder = benchFolder();
  const path = join(folder.path, 'project');
  makeHazardsFixture(path, 20_000, 50);
  const door = createGit({ gitPath: null, env: process.env, log: silentLog });
  const layout = await findRepository(door, path);
  const deps = { git: door, layout, log: silentLog };
  const scratch = await openScratch(deps);
  const engine: MatrixEngine = createEngine({ ...deps, merger: createMerger(deps) });
  const program = join(root, 'dist', 'hazards.js');
  const cold: number[] = [];
  const row: number[] = [];
  const blocks: number[] = [];
  const memory: number[] = [];
  let told = '';
  try {
    for (let round = 0; round < rounds; round += 1) {
      const judge = new WorkerJudge({ gitPath: null, env: process.env, log: silentLog, program });
      const keeper = new HazardKeeper({ engine, judge, place: placeOf(layout) });
      const set = async () => {
        const now = sidesIn(path);
        const result = await scratch.use((at) => engine.compute(at, now));
        keeper.set({ ...now, result, rules: new Map() });
        return result;
      };
      const run = () => scratch.use((at) => keeper.judge(at, new AbortController().signal));
      const result = await set();
      const idle = process.memoryUsage().rss;
      let most = idle;
      const watch = setInterval(() => {
        most = Math.max(most, process.memoryUsage().rss);
      }, 20);
      const began = performance.now();
      blocks.push(await longestBlock(run));
      cold.push(performance.now() - began);
      clearInterval(watch);
      memory.push((most - idle) / 1e6);
      const clean = result.pairs.filter(({ verdict }) => verdict === 'clean');
      const judged = clean.filter(({ a, b }) => keeper.ofPair(a, b) !== null).length;
      const found = new Set(clean.flatMap(({ a, b }) => keeper.ofPair(a, b) ?? []).map(({ id }) => id)).size;
      told = `${judged} of ${clean.length} clean pairs judged, ${found} hazards`;
      if (judged < clean.length) throw new Error(told);
      for (let n = 0; n < 5; n += 1) {
        moveBranch(path, moved, 5 * round + n);
        await set();
        const then = performance.now();
        blocks.push(await longestBlock(run));
        row.push(performance.now() - then);
      }
      judge.dispose();
    }
  } finally {
    folder.remove();
  }
  const name = 'hazards: 50 branches × 23 files on 20,000, ';
  return [
    {
      name: `${name}cold`,
      value: median(cold),
      unit: 'ms',
      limit: 2500,
      beside: `its thread's start included; ${told}`,
    },
    { name: `${name}one branch moved`, value: median(row), unit: 'ms', limit: 30, beside: '' },
    {
      name: `${name}longest block`,
      value: Math.max(...blocks),
      unit: 'ms',
      limit: 20,
      beside: 'of the thread that asks',
    },
    { name: `${name}memory`, value: Math.max(...memory), unit: 'MB', limit: 150, beside: 'at most, above idle' },
  ];
}
