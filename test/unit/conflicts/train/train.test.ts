import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { createMerger } from '../../../../src/core/conflicts/merge/merger';
import type { Side } from '../../../../src/core/conflicts/side';
import { Chain, landedBase } from '../../../../src/core/conflicts/train/chain';
import { Forks } from '../../../../src/core/conflicts/train/forks';
import { createTrain, type PreviewOptions, type Train } from '../../../../src/core/conflicts/train/train';
import { silentLog } from '../../../../src/core/ports';
import { memoryFolder, runGit, withTempDir } from '../../support/repositories';
import { sampled } from '../../support/sampled';
import { type Files, histories, importCommits, mergeForReal, type Opened, open, seedFiles, sideOf } from './support';

const inMemory = <T>(fn: (dir: string) => Promise<T>) => withTempDir(fn, memoryFolder());

function mergerOf({ git, layout }: Opened) {
  return createMerger({ git, layout, log: silentLog });
}

async function chainOf(o: Opened, base: Side, sides: readonly Side[], looking: boolean): Promise<Chain> {
  const place = { cwd: o.root, args: [], env: o.at.env };
  const commits = sides.flatMap(({ snapshot }) => snapshot.commit ?? []);
  const forks = looking ? await new Forks(o.git).read(place, base.snapshot.commit ?? '', commits) : new Map();
  const parts = { git: o.git, merger: mergerOf(o), at: o.at, place, base, forks };
  return new Chain(parts, landedBase(base.snapshot.commit ?? '', base.snapshot.tree ?? ''));
}

async function runChain(o: Opened, base: Side, sides: readonly Side[], looking: boolean) {
  const chain = await chainOf(o, base, sides, looking);
  const before = o.git.started;
  const cells = [];
  for (const side of sides) cells.push((await chain.step(side)).cell);
  const processes = o.git.started - before;
  return { cells, processes, tree: (await chain.whole()).tree };
}

/** The entries in which two results differ: what is seen once in a thousand runs is told with all that is known. */
async function differenceOf({ git, root, at }: Opened, real: string, ours: string): Promise<string> {
  if (real === ours) return '';
  const { stdout } = await git.run(['diff-tree', '-r', '--abbrev', real, ours], { cwd: root, env: at.env });
  return `from git merge to ours:\n${stdout}`;
}

describe('conflicts: train', () => {
  it('property: says what git merge does, one after the other, and skips nothing that is not clean', async () => {
    let skipped = 0;
    let conflicts = 0;
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(histories(7), fc.boolean(), async (history, directoryRenames) => {
        await inMemory(async (dir) => {
          const root = path.join(dir, 'r');
          importCommits(root, history.commits);
          await runGit(root, 'config', 'merge.directoryRenames', directoryRenames ? 'true' : 'conflict');
          const o = await open(root);
          const base = await sideOf(root, `c${history.base}`);
          const sides = await Promise.all(history.tips.map((tip) => sideOf(root, `c${tip}`)));
          const quick = await runChain(o, base, sides, true);
          const plain = await runChain(o, base, sides, false);
          const real = mergeForReal(
            root,
            base.ref,
            sides.map(({ ref }) => ref),
          );
          assert.deepEqual(
            plain.cells.map(({ verdict }) => verdict === 'clean'),
            real.clean,
            'plain chain',
          );
          assert.equal(
            plain.tree,
            real.tree,
            `result of the plain chain\n${await differenceOf(o, real.tree, plain.tree)}`,
          );
          assert.deepEqual(quick.cells, plain.cells);
          assert.equal(quick.tree, real.tree, 'result');
          steps += sides.length;
          conflicts += real.clean.filter((clean) => !clean).length;
          skipped += Math.max(0, plain.processes - quick.processes);
        });
      }),
      sampled(40, () => conflicts > 0 && skipped > 0),
    );
    console.log(`      ${steps} steps, ${conflicts} conflicts, ${skipped} processes saved`);
    assert.ok(conflicts > 0 && skipped > 0, 'the sample shows conflicts and skipped steps');
  });

  it('shows three-way trouble that no pair shows: two that each move half a folder, and one that adds to it', async () => {
    await inMemory(async (dir) => {
      const root = path.join(dir, 'r');
      const two: Files = new Map([
        ['d/one', linesOf('one')],
        ['d/two', linesOf('two')],
        ['top', linesOf('top')],
      ]);
      const edited = (change: (files: Map<string, string>) => void) => {
        const files = new Map(two);
        change(files);
        return { files, parents: [0] };
      };
      const moved = (name: string) =>
        edited((files) => {
          files.delete(`d/${name}`);
          files.set(`e/${name}`, linesOf(name));
        });
      importCommits(root, [
        { files: two, parents: [] },
        moved('one'),
        moved('two'),
        edited((files) => files.set('d/three', linesOf('three'))),
        // Ten that have to do with nobody: so many that looking at what they change is worth it.
        ...Array.from({ length: 10 }, (_, i) => edited((files) => files.set(`free${i}`, 'free\n'))),
      ]);
      const o = await open(root);
      const merger = mergerOf(o);
      const refs = ['c1', 'c2', 'c3', ...Array.from({ length: 10 }, (_, i) => `c${i + 4}`)];
      const sides = await Promise.all(refs.map((ref) => sideOf(root, ref)));
      const jobs = sides.flatMap((a, i) => sides.slice(i + 1).map((b) => ({ a, b, crissCross: false })));
      for (const cell of await merger.pairs(o.at, jobs)) assert.equal(cell.verdict, 'clean');
      const steps = await trainOf(o).preview(o.at, await optionsOf(root, sides));
      assert.deepEqual(
        steps.filter(({ verdict }) => verdict !== 'clean').map(({ ref, verdict }) => [ref, verdict]),
        [['c3', 'conflict']],
      );
      assert.deepEqual(
        steps[2]?.files.map((file) => file.path),
        ['e/three'],
      );
      assert.equal(mergeForReal(root, 'c0', refs).clean[2], false);
    });
  });

  it('shows three-way trouble that the base has a part in: what follows a renamed folder meets what was put there', async () => {
    await inMemory(async (dir) => {
      const root = path.join(dir, 'r');
      const inFolder = (folder: string) => [
        [`${folder}/one`, linesOf('one')] as const,
        [`${folder}/two`, linesOf('two')] as const,
      ];
      const free = Array.from({ length: 4 }, (_, i) => ({
        files: new Map([...inFolder('d'), [`free${i}`, 'x\n'] as const]),
        parents: [0],
      }));
      importCommits(root, [
        { files: new Map(inFolder('d')), parents: [] },
        { files: new Map(inFolder('e')), parents: [0] },
        { files: new Map([...inFolder('d'), ['d/new', 'one thing\n']]), parents: [0] },
        { files: new Map([...inFolder('d'), ['e/new', 'another\n']]), parents: [0] },
        ...free,
      ]);
      await runGit(root, 'config', 'merge.directoryRenames', 'true');
      const o = await open(root);
      const refs = ['c2', 'c3', 'c4', 'c5', 'c6', 'c7'];
      const sides = await Promise.all(refs.map((ref) => sideOf(root, ref)));
      const base = await sideOf(root, 'c1');
      const jobs = [base, ...sides].flatMap((a, i) => sides.slice(i).map((b) => ({ a, b, crissCross: false })));
      for (const cell of await mergerOf(o).pairs(o.at, jobs)) assert.equal(cell.verdict, 'clean');
      const steps = await trainOf(o).preview(o.at, await optionsOf(root, sides, 'c1'));
      assert.deepEqual(
        steps.map(({ verdict }) => verdict),
        ['clean', 'conflict', 'clean', 'clean', 'clean', 'clean'],
      );
      assert.deepEqual(mergeForReal(root, 'c1', refs).clean, [true, false, true, true, true, true]);
    });
  });

  it('merges on its own merge base what is stacked on something that was laid over', async () => {
    await inMemory(async (dir) => {
      const root = path.join(dir, 'r');
      const grown = (extra: readonly (readonly [string, string])[]) => new Map([...seedFiles, ...extra]);
      const below = grown([['one', 'rewritten\n']]);
      importCommits(root, [
        { files: seedFiles, parents: [] },
        { files: below, parents: [0] },
        { files: grown([['one', 'rewritten\nand more\n']]), parents: [1] },
        { files: grown([['free', 'free\n']]), parents: [0] },
        { files: grown([['freer', 'free\n']]), parents: [0] },
      ]);
      const o = await open(root);
      const sides = await Promise.all(['c1', 'c2', 'c3', 'c4'].map((ref) => sideOf(root, ref)));
      const steps = await trainOf(o).preview(o.at, await optionsOf(root, sides));
      assert.deepEqual(
        steps.map(({ verdict }) => verdict),
        ['clean', 'clean', 'clean', 'clean'],
      );
    });
  });

  it('takes back, with a branch stacked on another, what the other changed', async () => {
    await inMemory(async (dir) => {
      const root = path.join(dir, 'r');
      const made = (extra: readonly (readonly [string, string])[], parent = 0) => ({
        files: new Map([...seedFiles, ...extra]),
        parents: [parent],
      });
      importCommits(root, [
        { files: seedFiles, parents: [] },
        made([['one', 'rewritten\n']]),
        // Held against the base it changes another file only.
        made([['added', 'x\n']], 1),
        made([['one', 'something else\n']]),
        made([['free', 'x\n']]),
      ]);
      const o = await open(root);
      const refs = ['c1', 'c2', 'c4', 'c3'];
      const sides = await Promise.all(refs.map((ref) => sideOf(root, ref)));
      const steps = await trainOf(o).preview(o.at, await optionsOf(root, sides));
      assert.deepEqual(
        steps.map(({ verdict }) => verdict),
        ['clean', 'clean', 'clean', 'clean'],
      );
      assert.deepEqual(mergeForReal(root, 'c0', refs).clean, [true, true, true, true]);
    });
  });

  it('leaves out of the result what conflicts or is unknown, and goes on', async () => {
    await inMemory(async (dir) => {
      const root = path.join(dir, 'r');
      const one = (text: string) => ({ files: new Map([...seedFiles, ['one', text]]), parents: [0] });
      importCommits(root, [{ files: seedFiles, parents: [] }, one('first\n'), one('second\n'), one('first\n')]);
      const o = await open(root);
      const sides = await Promise.all(['c1', 'c2', 'c3'].map((ref) => sideOf(root, ref)));
      const merging: Side = {
        ref: 'merging',
        snapshot: {
          ...(sides[0] as Side).snapshot,
          commit: null,
          unknown: { reason: 'operation in progress', detail: 'merge' },
        },
      };
      const steps = await trainOf(o).preview(
        o.at,
        await optionsOf(root, [...sides.slice(0, 2), merging, ...sides.slice(2)]),
      );
      assert.deepEqual(
        steps.map(({ ref, verdict, reason, detail }) => [ref, verdict, reason, detail]),
        [
          ['c1', 'clean', null, null],
          ['c2', 'conflict', null, null],
          ['merging', 'unknown', 'operation in progress', 'merge'],
          ['c3', 'clean', null, null],
        ],
      );
      assert.deepEqual(
        steps[1]?.files.map(({ path: name, kind }) => [name, kind]),
        [['one', 'content']],
      );
    });
  });

  it('is unknown where one left out what another touches, and only there', async () => {
    await inMemory(async (dir) => {
      const root = path.join(dir, 'r');
      const added = (name: string) => ({ files: new Map([...seedFiles, [name, 'x\n']]), parents: [0] });
      importCommits(root, [
        { files: seedFiles, parents: [] },
        added('big/video'),
        added('x'),
        added('y'),
        added('z'),
        added('big'),
      ]);
      const o = await open(root);
      const [touching, ...others] = await Promise.all(['c1', 'c2', 'c3', 'c4'].map((ref) => sideOf(root, ref)));
      assert.ok(touching !== undefined);
      const leaving = others.map((side, i): Side => (i === 1 ? leftOut(side, 'big/') : side));
      const told = async (sides: readonly Side[]) =>
        (await trainOf(o).preview(o.at, await optionsOf(root, sides))).map(({ verdict, reason, detail }) => [
          verdict,
          reason,
          detail,
        ]);
      const clean = ['clean', null, null];
      const unknown = ['unknown', 'left out', 'big/'];
      assert.deepEqual(await told([touching, ...leaving]), [clean, clean, unknown, clean]);
      assert.deepEqual(await told([...leaving, touching]), [clean, clean, clean, unknown]);
      assert.deepEqual(await told(leaving), [clean, clean, clean]);
      // Also of a side that has nothing else.
      const nothing = leftOut(await sideOf(root, 'none', 'c0'), 'big/');
      assert.deepEqual(await told([touching, ...others, nothing]), [clean, clean, clean, clean, unknown]);
    });
  });

  it('makes one train for each base', async () => {
    await inMemory(async (dir) => {
      const root = path.join(dir, 'r');
      const one = (text: string, parent = 0) => ({ files: new Map([...seedFiles, ['one', text]]), parents: [parent] });
      importCommits(root, [{ files: seedFiles, parents: [] }, one('next\n'), one('a\n'), one('b\n', 1)]);
      const o = await open(root);
      const [main, next, a, b] = await Promise.all(['c0', 'c1', 'c2', 'c3'].map((ref) => sideOf(root, ref)));
      assert.ok(main && next && a && b);
      const bases = new Map([
        ['c2', main],
        ['c3', next],
      ]);
      const order = [
        { ref: 'c3', why: 'x' },
        { ref: 'c2', why: 'y' },
        { ref: 'c9', why: 'z' },
      ];
      const steps = await trainOf(o).preview(o.at, { order, sides: [a, b], bases });
      // On one base they would conflict.
      assert.deepEqual(
        steps.map(({ ref, verdict, why }) => [ref, verdict, why]),
        [
          ['c3', 'clean', 'x'],
          ['c2', 'clean', 'y'],
          ['c9', 'unknown', 'z'],
        ],
      );
    });
  });

  it('property: a train that was kept says what a fresh one says', async () => {
    const turns = fc.array(fc.record({ drop: fc.nat(7), swap: fc.nat(7), unknown: fc.option(fc.nat(7)) }), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(histories(6), turns, async (history, changes) => {
        await inMemory(async (dir) => {
          const root = path.join(dir, 'r');
          importCommits(root, history.commits);
          const o = await open(root);
          let sides = await Promise.all(history.tips.map((tip) => sideOf(root, `c${tip}`)));
          const kept = trainOf(o);
          for (const { drop, swap, unknown } of changes) {
            const options = await optionsOf(root, sides, `c${history.base}`);
            assert.deepEqual(await kept.preview(o.at, options), await trainOf(o).preview(o.at, options));
            const moved = sides.filter((_, i) => i !== drop % (sides.length + 2));
            const at = swap % Math.max(moved.length, 1);
            sides = [...moved.slice(at), ...moved.slice(0, at)].map(
              (side, i): Side => (i === unknown ? { ...side, snapshot: { ...side.snapshot, commit: null } } : side),
            );
          }
        });
      }),
      sampled(15),
    );
  });

  it('begins anew when what it had kept is gone', async () => {
    await inMemory(async (dir) => {
      const root = path.join(dir, 'r');
      const made = (name: string) => ({ files: new Map([...seedFiles, ['one', `${name}\n`]]), parents: [0] });
      const lines = ['a', 'b'].map((name) => ({ files: new Map([...seedFiles, [name, 'x\n']]), parents: [0] }));
      importCommits(root, [{ files: seedFiles, parents: [] }, ...lines, made('c'), made('d')]);
      const o = await open(root);
      const [a, b, c, d] = await Promise.all(['c1', 'c2', 'c3', 'c4'].map((ref) => sideOf(root, ref)));
      assert.ok(a && b && c && d);
      const train = trainOf(o);
      await train.preview(o.at, await optionsOf(root, [a, b, c]));
      await rm(o.at.dir, { recursive: true });
      const steps = await train.preview(o.at, await optionsOf(root, [a, b, d]));
      assert.deepEqual(
        steps.map(({ verdict }) => verdict),
        ['clean', 'clean', 'clean'],
      );
    });
  });

  it('starts no process for a step that can meet nothing: fifty branches, of which five meet', async () => {
    await inMemory(async (dir) => {
      const root = path.join(dir, 'r');
      const lines = Array.from({ length: 60 }, (_, i) => `line ${i}`);
      const shared = (at: number) => `${lines.map((line, i) => (i === at ? 'changed' : line)).join('\n')}\n`;
      const made = (name: string, text: string) => ({ files: new Map([...seed, [name, text]]), parents: [0] });
      const seed = new Map([...seedFiles, ['shared', shared(-1)]]);
      importCommits(root, [
        { files: seed, parents: [] },
        ...Array.from({ length: 45 }, (_, i) => made(`own/${i}`, 'x\n')),
        ...Array.from({ length: 5 }, (_, i) => made('shared', shared(10 * i))),
      ]);
      const o = await open(root);
      const sides = await Promise.all(Array.from({ length: 50 }, (_, i) => sideOf(root, `c${i + 1}`)));
      const options = await optionsOf(root, sides);
      const merger = mergerOf(o);
      const train = createTrain({ git: o.git, layout: o.layout, merger, log: silentLog });
      // The matrix is there first, and the merger has seen everybody whom somebody meets.
      const meeting = sides.slice(45).map((a) => ({ a, b: sides[45] ?? a, crissCross: false }));
      await merger.pairs(o.at, meeting.slice(1));
      const ran: string[] = [];
      o.git.onDidRun(({ args }) => ran.push(args.join(' ')));
      const steps = await train.preview(o.at, options);
      assert.ok(steps.every(({ verdict }) => verdict === 'clean'));
      // Four of the five find the file changed. Besides: two to look at what all change, one to lay 46 over the result,
      // one to look for attribute files in what came of it.
      assert.ok(ran.length <= 4 + 4, ran.join('\n'));
    });
  });

  it('redoes only what stands behind a change, and nothing where nothing changed', async () => {
    await inMemory(async (dir) => {
      const root = path.join(dir, 'r');
      // Every branch changes another line of one file: all have to be merged by git.
      const lines = Array.from({ length: 60 }, (_, i) => `line ${i}`);
      const edited = (i: number, word = 'changed') =>
        new Map([['f', `${lines.map((line, n) => (n === i * 5 ? word : line)).join('\n')}\n`]]);
      const commits = Array.from({ length: 10 }, (_, i) => ({ files: edited(i), parents: [0] }));
      importCommits(root, [
        { files: edited(99), parents: [] },
        ...commits,
        { files: edited(8, 'moved'), parents: [9] },
      ]);
      const o = await open(root);
      const sides = await Promise.all(commits.map((_, i) => sideOf(root, `c${i + 1}`)));
      const train = trainOf(o);
      const costs = async (options: PreviewOptions) => {
        const before = o.git.started;
        const steps = await train.preview(o.at, options);
        assert.ok(steps.every(({ verdict }) => verdict === 'clean'));
        return o.git.started - before;
      };
      await costs(await optionsOf(root, sides));
      assert.equal(await costs(await optionsOf(root, sides)), 0);
      sides[8] = await sideOf(root, 'c9', 'c11');
      // Two steps; the attribute files of the new state and of what came of it are looked up as well.
      assert.ok((await costs(await optionsOf(root, sides))) <= 4);
    });
  });
});

function trainOf(o: Opened): Train {
  return createTrain({ git: o.git, layout: o.layout, merger: mergerOf(o), log: silentLog });
}

async function optionsOf(root: string, sides: readonly Side[], baseRef = 'c0'): Promise<PreviewOptions> {
  const base = await sideOf(root, baseRef);
  return {
    order: sides.map(({ ref }) => ({ ref, why: 'as it is' })),
    sides,
    bases: new Map(sides.map(({ ref }) => [ref, base])),
  };
}

function leftOut(side: Side, name: string): Side {
  return { ...side, snapshot: { ...side.snapshot, leftOut: [{ path: name, why: 'too large' }] } };
}

function linesOf(name: string): string {
  return Array.from({ length: 9 }, (_, i) => `${name} line ${i}\n`).join('');
}
