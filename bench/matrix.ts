import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../src/core/conflicts/matrix/engine';
import { createMerger } from '../src/core/conflicts/merge/merger';
import type { ScratchPlace } from '../src/core/conflicts/parts';
import { committedSnapshot, type Side } from '../src/core/conflicts/side';
import { createSnapshots } from '../src/core/conflicts/snapshot/snapshots';
import { createGit, type Git } from '../src/core/git/git';
import { findRepository, type RepositoryLayout } from '../src/core/git/repository';
import { openScratchObjects } from '../src/core/git/scratchObjects';
import { silentLog } from '../src/core/ports';
import { type MatrixFixture, makeMatrixFixture } from './matrixFixture';
import { benchFolder, type Figure, git, median } from './measure';

interface Bench {
  readonly folder: string;
  readonly fixture: MatrixFixture;
  readonly git: Git;
  readonly layout: RepositoryLayout;
}

let made = 0;

/** A scratch store that nothing was written to yet. */
async function freshScratch({ folder, layout }: Bench): Promise<ScratchPlace> {
  made += 1;
  const dir = join(folder, `scratch-${made}`);
  const scratch = await openScratchObjects(layout.commonDir, join(dir, 'objects'));
  return { dir, generation: String(made), env: scratch.env };
}

function readSides({ fixture }: Bench, refs: readonly string[]): Side[] {
  const scannedAt = new Date().toISOString();
  const format = '--format=%(refname:short) %(objectname) %(tree)';
  const listed = git(fixture.path, 'for-each-ref', format, ...refs.map((ref) => `refs/heads/${ref}`));
  return listed
    .trim()
    .split('\n')
    .map((line) => {
      const [ref = '', commit = '', tree = ''] = line.split(' ');
      return { ref, snapshot: committedSnapshot({ commit, tree }, scannedAt) };
    });
}

const newEngine = ({ git: door, layout }: Bench) =>
  createEngine({ git: door, layout, log: silentLog, merger: createMerger({ git: door, layout, log: silentLog }) });

async function timed<T>(run: () => Promise<T> | T): Promise<{ ms: number; value: T }> {
  const began = performance.now();
  const value = await run();
  return { ms: performance.now() - began, value };
}

/** Every pair in one process, with nothing known: what the ratios are of. */
function oneBatch({ fixture }: Bench, sides: readonly Side[], at: ScratchPlace): void {
  const commits = sides.map(({ snapshot }) => snapshot.commit ?? '');
  const input = commits.flatMap((a, index) => commits.slice(index + 1).map((b) => `${a} ${b}\n`)).join('');
  const env = { ...process.env, ...at.env };
  const args = ['merge-tree', '--stdin', '--name-only', '--no-messages'];
  execFileSync('git', args, { cwd: fixture.path, env, input, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'ignore'] });
}

/** One process for each of some pairs; ms for one. */
function processEach({ fixture }: Bench, sides: readonly Side[], at: ScratchPlace, sample: number): number {
  const env = { ...process.env, ...at.env };
  const began = performance.now();
  for (let n = 0; n < sample; n += 1) {
    const [a, b] = samplePair(sides, n);
    spawnSync('git', ['merge-tree', '--write-tree', '--name-only', '--no-messages', a, b], { cwd: fixture.path, env });
  }
  return (performance.now() - began) / sample;
}

/** The loop of checkouts, merges and aborts, for some pairs in one direction; ms for one. */
function checkoutLoop({ fixture }: Bench, sides: readonly Side[], sample: number): number {
  const quiet = { cwd: fixture.path, stdio: 'ignore' } as const;
  spawnSync('git', ['reset', '-q', '--hard'], quiet);
  let ms = 0;
  for (let n = 0; n < sample; n += 1) {
    const [a, b] = samplePair(sides, n);
    const began = performance.now();
    spawnSync('git', ['checkout', '-q', '--detach', a], quiet);
    spawnSync('git', ['merge', '--no-commit', '--no-ff', b], quiet);
    spawnSync('git', ['merge', '--abort'], quiet);
    ms += performance.now() - began;
  }
  return ms / sample;
}

function samplePair(sides: readonly Side[], n: number): [string, string] {
  const a = (n * 7) % sides.length;
  const b = (a + 1 + ((n * 11) % (sides.length - 1))) % sides.length;
  return [sides[a]?.snapshot.commit ?? '', sides[b]?.snapshot.commit ?? ''];
}

/** Fifty branches of 20,000 files: all pairs, held against the ways there are without it, in one interleaved run. */
export async function matrix(rounds: number): Promise<Figure[]> {
  const folder = benchFolder();
  try {
    const bench = await open(folder.path, 20_000, 50);
    return [...(await allPairs(bench, rounds)), ...(await oneMoved(bench, rounds)), ...(await oneSaved(bench, rounds))];
  } finally {
    folder.remove();
  }
}

async function open(folder: string, files: number, branches: number): Promise<Bench> {
  const fixture = makeMatrixFixture(join(folder, 'project'), files, branches);
  const door = createGit({ gitPath: null, env: process.env, log: silentLog });
  return { folder, fixture, git: door, layout: await findRepository(door, fixture.path) };
}

async function allPairs(bench: Bench, rounds: number): Promise<Figure[]> {
  const sides = readSides(bench, ['agent']);
  const [main] = readSides(bench, ['main']);
  const bases = new Map(main === undefined ? [] : sides.map(({ ref }) => [ref, main]));
  const pairs = (sides.length * (sides.length - 1)) / 2;
  const ms = { batch: [] as number[], cold: [] as number[], warm: [] as number[], each: [] as number[] };
  const loop: number[] = [];
  let told = '';
  for (let round = 0; round < rounds; round += 1) {
    const [theirs, ours] = [await freshScratch(bench), await freshScratch(bench)];
    ms.batch.push((await timed(() => oneBatch(bench, sides, theirs))).ms);
    const cold = await timed(() => newEngine(bench).compute(ours, { sides, bases }));
    ms.cold.push(cold.ms);
    ms.warm.push((await timed(() => newEngine(bench).compute(ours, { sides, bases }))).ms);
    ms.each.push(processEach(bench, sides, theirs, 60));
    loop.push(checkoutLoop(bench, sides, 3));
    const { merged, gitProcesses } = cold.value.timing;
    const conflicts = cold.value.pairs.filter(({ verdict }) => verdict === 'conflict').length;
    told = `${merged} merged, ${conflicts} conflicts, ${gitProcesses} processes`;
    for (const at of [theirs, ours]) rmSync(at.dir, { recursive: true });
  }
  const [batch, cold, warm] = [median(ms.batch), median(ms.cold), median(ms.warm)];
  // The loop takes every pair in both orders.
  const [each, naive] = [median(ms.each) * pairs, median(loop) * pairs * 2];
  const name = `matrix: ${sides.length} branches, ${pairs} pairs, `;
  return [
    {
      name: `${name}cold, of one batch`,
      value: cold / batch,
      unit: '×',
      limit: 0.6,
      beside: `${cold.toFixed(0)} of ${batch.toFixed(0)} ms; ${told}`,
    },
    {
      name: `${name}warm, of one batch cold`,
      value: warm / batch,
      unit: '×',
      limit: 0.35,
      beside: `${warm.toFixed(0)} ms`,
    },
    {
      name: `${name}cold, of the loop / 1,000`,
      value: (1000 * cold) / naive,
      unit: '×',
      limit: 1,
      beside: `checkout, merge, abort: ${(naive / 1000).toFixed(0)} s, from ${3 * rounds} pairs`,
    },
    {
      name: `${name}cold, of a process a pair / 10`,
      value: (10 * cold) / each,
      unit: '×',
      limit: 1,
      beside: `${(each / 1000).toFixed(1)} s, from ${60 * rounds} pairs`,
    },
  ];
}

/** What starting git costs just now: a busy machine makes every figure in ms longer. */
async function start({ git: door, fixture }: Bench): Promise<string> {
  const ms: number[] = [];
  for (let n = 0; n < 9; n += 1) {
    ms.push((await timed(() => door.run(['rev-parse', 'HEAD'], { cwd: fixture.path }))).ms);
  }
  return `starting git: ${median(ms).toFixed(1)} ms`;
}

async function oneMoved(bench: Bench, rounds: number): Promise<Figure[]> {
  const ref = bench.fixture.branches[7] ?? '';
  const at = await freshScratch(bench);
  const engine = newEngine(bench);
  const [main] = readSides(bench, ['main']);
  const compute = async () => {
    const sides = readSides(bench, ['agent']);
    const bases = new Map(main === undefined ? [] : sides.map((side) => [side.ref, main]));
    return timed(() => engine.compute(at, { sides, bases }));
  };
  await compute();
  const ms: number[] = [];
  let told = { processes: 0, merged: 0 };
  for (let round = 0; round < 3 * rounds; round += 1) {
    const input = `commit refs/heads/${ref}\ncommitter B <b@example.invalid> ${1_800_000_000 + round} +0000\ndata 1\nx\nfrom refs/heads/${ref}^0\nM 644 inline src/new/moved${round % 3}.ts\ndata ${String(round).length + 1}\n${round}\n\nM 644 inline src/area0/part0/file7.ts\ndata ${String(round).length + 1}\n${round}\n\ndone\n`;
    execFileSync('git', ['fast-import', '--quiet', '--done'], { cwd: bench.fixture.path, input });
    const { ms: took, value } = await compute();
    ms.push(took);
    told = { processes: value.timing.gitProcesses, merged: value.timing.merged };
  }
  return [
    {
      name: 'matrix: one branch of 50 moved → its row',
      value: median(ms),
      unit: 'ms',
      limit: 40,
      beside: `${told.merged} merged, ${told.processes} processes; ${await start(bench)}`,
    },
  ];
}

/** A file saved in a worktree with uncommitted work: its snapshot and its row. */
async function oneSaved(bench: Bench, rounds: number): Promise<Figure[]> {
  const { fixture, git: door, layout } = bench;
  const ref = fixture.branches[7] ?? '';
  const path = join(bench.folder, 'saved');
  git(fixture.path, 'worktree', 'add', '-q', path, ref);
  const worktree = { path, gitDir: git(path, 'rev-parse', '--absolute-git-dir').trim(), main: false };
  const at = await freshScratch(bench);
  const engine = newEngine(bench);
  const snapshots = createSnapshots({ git: door, layout, log: silentLog });
  const committed = readSides(bench, ['agent']);
  const [main] = readSides(bench, ['main']);
  const bases = new Map(main === undefined ? [] : committed.map((side) => [side.ref, main]));
  const compute = async () => {
    const snapshot = await snapshots.take(at, worktree, { worktrees: [fixture.path, path] });
    const sides = committed.map((side) => (side.ref === ref ? { ref, snapshot } : side));
    return engine.compute(at, { sides, bases });
  };
  await compute();
  const ms: number[] = [];
  const processes: number[] = [];
  for (let round = 0; round < 3 * rounds; round += 1) {
    writeFileSync(join(path, 'src', 'area0', 'part0', 'file7.ts'), `${round}\n`);
    const before = door.started;
    ms.push((await timed(compute)).ms);
    processes.push(door.started - before);
  }
  const name = 'matrix: one file saved among 50 worktrees → its row';
  return [
    { name, value: median(ms), unit: 'ms', limit: 150, beside: `snapshot included; ${await start(bench)}` },
    { name: '  git processes for it', value: Math.max(...processes), unit: 'processes', limit: 5, beside: '' },
  ];
}

/** A hundred branches of 100,000 files: how long the first matrix takes, and how much memory it keeps. */
export async function bigMatrix(): Promise<Figure[]> {
  const folder = benchFolder();
  try {
    const bench = await open(folder.path, 100_000, 100);
    const sides = readSides(bench, ['agent']);
    const [main] = readSides(bench, ['main']);
    const bases = new Map(main === undefined ? [] : sides.map(({ ref }) => [ref, main]));
    const at = await freshScratch(bench);
    const engine = newEngine(bench);
    const idle = process.memoryUsage().rss;
    let most = idle;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 5);
    const cold = await timed(() => engine.compute(at, { sides, bases })).finally(() => clearInterval(watch));
    const { pairs, merged } = cold.value.timing;
    const name = `matrix: 100,000 files, 100 branches, ${pairs} pairs, `;
    return [
      { name: `${name}cold`, value: cold.ms, unit: 'ms', limit: 10_000, beside: `${merged} merged` },
      { name: `${name}memory`, value: (most - idle) / 1e6, unit: 'MB', limit: 300, beside: 'at most, above idle' },
    ];
  } finally {
    folder.remove();
  }
}
