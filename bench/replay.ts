// node --import tsx bench/replay.ts <clone> [--newest N]
//
// Plays the merge commits of a clone again as pairs: the cell of both parents beside real merges of them in a copy, in
// both directions. Prints how many there were of each kind and every difference; exit 1 when there is one. The clone
// is only read: the copy borrows its objects and has its configuration, info/attributes and submodules.
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createEngine, type MatrixEngine } from '../src/core/conflicts/matrix/engine';
import { createMerger } from '../src/core/conflicts/merge/merger';
import { openScratch } from '../src/core/conflicts/scratch/scratch';
import { committedSnapshot, type Side } from '../src/core/conflicts/side';
import { createGit } from '../src/core/git/git';
import { findRepository } from '../src/core/git/repository';
import { silentLog } from '../src/core/ports';
import { difference } from '../test/unit/conflicts/support/compare';
import { MergePlace, Oracle, type State } from '../test/unit/conflicts/support/oracle';
import { testEnvironment } from '../test/unit/support/repositories';
import { benchFolder, git } from './measure';

/** Parents of one merge commit, with their trees. */
interface Merge {
  readonly id: string;
  readonly parents: readonly { readonly commit: string; readonly tree: string }[];
}

async function main(clone: string, newest: string | undefined): Promise<boolean> {
  const folder = benchFolder();
  try {
    const copy = copyOf(clone, folder.path);
    const merges = mergesOf(copy, newest);
    const counts: Record<string, number> = {};
    const times = { ours: 0, real: 0 };
    let differences = 0;
    const place = new MergePlace(copy);
    const { engine, scratch } = await open(copy);
    for (const { id, parents } of merges) {
      const [a, b] = parents;
      if (a === undefined || b === undefined) continue;
      const began = performance.now();
      const cell = await scratch.use(async (at) => (await engine.compute(at, sidesOf(a, b))).pairs[0]);
      const then = performance.now();
      const states = new Map<string, State>([
        ['a', { commit: a.commit, also: null, unknown: [], untracked: new Set() }],
        ['b', { commit: b.commit, also: null, unknown: [], untracked: new Set() }],
      ]);
      const truth = (await new Oracle(place, states).pairs([['a', 'b']])).get('a b');
      times.ours += then - began;
      times.real += performance.now() - then;
      if (cell === undefined || truth === undefined) throw new Error(`${id} gave no answer.`);
      const kind = [truth.verdict, truth.direction, ...truth.reasons].filter((word) => word !== null).join(' ');
      counts[kind] = (counts[kind] ?? 0) + 1;
      const wrong = difference(cell, truth);
      if (wrong === null) continue;
      differences += 1;
      console.log(`${id} (${a.commit} × ${b.commit}): ${wrong}\n${truth.said}`);
    }
    for (const [kind, count] of Object.entries(counts)) console.log(`${String(count).padStart(6)}  ${kind}`);
    console.log(
      `${merges.length} merges, ${differences} differences; ours ${seconds(times.ours)}, real ${seconds(times.real)}`,
    );
    return differences === 0;
  } finally {
    folder.remove();
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** A clone of the clone whose working folder may be thrown about. */
function copyOf(clone: string, folder: string): string {
  const copy = join(folder, 'copy');
  const common = resolve(clone, git(clone, 'rev-parse', '--git-common-dir').trim());
  mkdirSync(folder, { recursive: true });
  git(folder, 'clone', '-q', '--shared', '--no-checkout', common, copy);
  for (const part of ['config', 'info/attributes', 'modules']) {
    const from = join(common, part);
    if (existsSync(from)) cpSync(from, join(copy, '.git', part), { recursive: true });
  }
  git(copy, 'config', 'core.bare', 'false');
  // Where a separate git directory has its checkout: the copy has its own.
  if (git(copy, 'config', '--list').includes('core.worktree=')) git(copy, 'config', '--unset-all', 'core.worktree');
  return copy;
}

function mergesOf(copy: string, newest: string | undefined): Merge[] {
  const count = newest === undefined ? [] : [`--max-count=${Number(newest)}`];
  const range = ['--all', '--min-parents=2', '--max-parents=2'];
  const lines = git(copy, 'rev-list', '--parents', ...range, ...count)
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => {
    const [id = '', ...parents] = line.split(' ');
    const trees = git(copy, 'rev-parse', ...parents.map((parent) => `${parent}^{tree}`)).split('\n');
    return { id, parents: parents.map((commit, index) => ({ commit, tree: trees[index] ?? '' })) };
  });
}

async function open(copy: string): Promise<{ engine: MatrixEngine; scratch: Awaited<ReturnType<typeof openScratch>> }> {
  const log = silentLog;
  const door = createGit({ gitPath: null, env: testEnvironment(), log });
  const layout = await findRepository(door, copy);
  const merger = createMerger({ git: door, layout, log });
  return { engine: createEngine({ git: door, layout, merger, log }), scratch: await openScratch({ layout, log }) };
}

type Parent = Merge['parents'][number];

function sidesOf(a: Parent, b: Parent): { sides: Side[]; bases: Map<string, Side> } {
  const now = new Date().toISOString();
  const sides = Object.entries({ a, b }).map(([ref, parent]) => ({ ref, snapshot: committedSnapshot(parent, now) }));
  return { sides, bases: new Map() };
}

const [clone, option, newest] = process.argv.slice(2);
if (clone === undefined || (option !== undefined && option !== '--newest')) {
  console.error('Name a clone: node --import tsx bench/replay.ts <clone> [--newest N]');
  process.exitCode = 2;
} else {
  main(clone, newest).then(
    (equal) => {
      process.exitCode = equal ? 0 : 1;
    },
    (error: unknown) => {
      console.error(error);
      process.exitCode = 3;
    },
  );
}
