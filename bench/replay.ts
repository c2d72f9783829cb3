// node --import tsx bench/replay.ts <clone> [--newest N] [--hazards]
//
// Plays the merge commits of a clone again as pairs: the cell of both parents beside real merges of them in a copy, in
// both directions. Prints how many there were of each kind and every difference; exit 1 when there is one. What merged
// cleanly is judged as well: every hazard is printed, and how many pairs have any. The clone is only read: the copy borrows
// its objects and has its configuration, info/attributes and submodules.
//
// With --hazards nothing is merged for comparison.
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { FoundHazard } from '../src/core/conflicts/hazards/hazards';
import { Judgement } from '../src/core/conflicts/hazards/judgement';
import type { Unjudged } from '../src/core/conflicts/hazards/parts';
import { createEngine, type MatrixEngine } from '../src/core/conflicts/matrix/engine';
import { createMerger } from '../src/core/conflicts/merge/merger';
import { openScratch } from '../src/core/conflicts/scratch/scratch';
import { committedSnapshot, type Side } from '../src/core/conflicts/side';
import { createGit } from '../src/core/git/git';
import { findRepository, placeOf } from '../src/core/git/repository';
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

async function main(clone: string, newest: string | undefined, compared: boolean): Promise<boolean> {
  const folder = benchFolder();
  try {
    const copy = copyOf(clone, folder.path);
    const merges = mergesOf(copy, newest);
    const counts: Record<string, number> = {};
    const times = { ours: 0, real: 0 };
    let differences = 0;
    const place = new MergePlace(copy);
    const { engine, scratch, judge } = await open(copy);
    const tally = new Tally();
    for (const { id, parents } of merges) {
      const [a, b] = parents;
      if (a === undefined || b === undefined) continue;
      const began = performance.now();
      const cell = await scratch.use(async (at) => (await engine.compute(at, sidesOf(a, b))).pairs[0]);
      const then = performance.now();
      times.ours += then - began;
      if (cell?.verdict === 'clean') tally.add(id, [a.commit, b.commit], await judge(a, b));
      if (!compared) continue;
      const real = performance.now();
      const states = new Map<string, State>([
        ['a', { commit: a.commit, also: null, unknown: [], untracked: new Set(), beside: [] }],
        ['b', { commit: b.commit, also: null, unknown: [], untracked: new Set(), beside: [] }],
      ]);
      const truth = (await new Oracle(place, states).pairs([['a', 'b']])).get('a b');
      times.real += performance.now() - real;
      if (cell === undefined || truth === undefined) throw new Error(`${id} gave no answer.`);
      const kind = [truth.verdict, truth.direction, ...truth.reasons].filter((word) => word !== null).join(' ');
      counts[kind] = (counts[kind] ?? 0) + 1;
      const wrong = difference(cell, truth);
      if (wrong === null) continue;
      differences += 1;
      console.log(`${id} (${a.commit} × ${b.commit}): ${wrong}\n${truth.said}`);
    }
    tally.print();
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

async function open(copy: string) {
  const log = silentLog;
  const door = createGit({ gitPath: null, env: testEnvironment(), log });
  const layout = await findRepository(door, copy);
  const merger = createMerger({ git: door, layout, log });
  const engine: MatrixEngine = createEngine({ git: door, layout, merger, log });
  const scratch = await openScratch({ layout, log });
  const judgement = new Judgement(door, { ...log, error: (message) => console.error(message) });
  /** null: not judged. */
  const judge = (a: Parent, b: Parent): Promise<Judged> =>
    scratch.use(async (at) => {
      const { sides } = sidesOf(a, b);
      const [one, other] = sides;
      if (one === undefined || other === undefined) return null;
      const [origins] = await engine.origins(at, [[one, other]], { bases: new Map() });
      if (origins == null) return null;
      if (origins.contained) return { hazards: [], unjudged: [] };
      const froms = [origins.a, origins.b];
      const answer = await judgement.judge({
        place: { ...placeOf(layout), env: at.env },
        sides: sides.map(({ ref, snapshot }, index) => {
          return { ref, from: froms[index] ?? '', to: snapshot.commit ?? '', rules: null };
        }),
        alone: [],
        pairs: [[0, 1, 'side']],
        files: [],
      });
      const hazards = answer.pairs[0] ?? null;
      return hazards === null ? null : { hazards, unjudged: answer.unjudged.flatMap((files) => files ?? []) };
    });
  return { engine, scratch, judge };
}

type Judged = { readonly hazards: readonly FoundHazard[]; readonly unjudged: readonly Unjudged[] } | null;

/** Hazards of the pairs that merged cleanly. */
class Tally {
  #clean = 0;
  #open = 0;
  #dangerous = 0;
  readonly #pairs = new Map<string, number>();
  readonly #unjudged = new Map<string, number>();

  add(id: string, commits: readonly string[], judged: Judged): void {
    this.#clean += 1;
    if (judged === null) {
      this.#open += 1;
      console.log(`${id} (${commits.join(' × ')}): not judged`);
      return;
    }
    const kinds = new Set(judged.hazards.map(({ kind }) => kind));
    if ([...kinds].some((kind) => kind !== 'write')) this.#dangerous += 1;
    for (const kind of kinds) this.#pairs.set(kind, (this.#pairs.get(kind) ?? 0) + 1);
    for (const { why } of judged.unjudged) this.#unjudged.set(why, (this.#unjudged.get(why) ?? 0) + 1);
    for (const { kind, message, files, line } of judged.hazards) {
      console.log(`${id} (${commits.join(' × ')}) ${kind} ${files[0]}:${line ?? '-'} ${message}`);
    }
  }

  print(): void {
    const percent = (count: number) => `${((100 * count) / Math.max(1, this.#clean)).toFixed(2)} %`;
    for (const [why, count] of this.#unjudged) console.log(`${String(count).padStart(6)}  files not judged: ${why}`);
    for (const [kind, count] of this.#pairs)
      console.log(`${String(count).padStart(6)}  ${percent(count)} with ${kind}`);
    console.log(
      `${this.#clean} clean pairs, ${this.#open} not judged, ${this.#dangerous} (${percent(this.#dangerous)}) with a hazard other than write`,
    );
  }
}

type Parent = Merge['parents'][number];

function sidesOf(a: Parent, b: Parent): { sides: Side[]; bases: Map<string, Side> } {
  const now = new Date().toISOString();
  const sides = Object.entries({ a, b }).map(([ref, parent]) => ({ ref, snapshot: committedSnapshot(parent, now) }));
  return { sides, bases: new Map() };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { newest: { type: 'string' }, hazards: { type: 'boolean' } },
});
const [clone] = positionals;
if (clone === undefined) {
  console.error('Name a clone: node --import tsx bench/replay.ts <clone> [--newest N] [--hazards]');
  process.exitCode = 2;
} else {
  main(clone, values.newest, values.hazards !== true).then(
    (equal) => {
      process.exitCode = equal ? 0 : 1;
    },
    (error: unknown) => {
      console.error(error);
      process.exitCode = 3;
    },
  );
}
