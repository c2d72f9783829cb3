import assert from 'node:assert/strict';
import path from 'node:path';
import { createEngine } from '../../../../src/core/conflicts/matrix/engine';
import { silentLog } from '../../../../src/core/ports';
import { memoryFolder, runGit, withTempDir } from '../../support/repositories';
import { importCommits, open, sideOf } from '../train/support';
import { PlainMerger } from './plainMerger';

/**
 * Since which commits two sides are judged, by their places in the history.
 * @param parents of each commit, by place
 * @param sides place of each, and of its base
 */
async function originsOf(
  parents: readonly (readonly number[])[],
  sides: { readonly a: number; readonly b: number; readonly baseOfA?: number | 'b'; readonly baseOfB?: number | 'a' },
): Promise<[number, number, boolean] | null> {
  return withTempDir(async (dir) => {
    const root = path.join(dir, 'r');
    importCommits(
      root,
      parents.map((some, place) => ({ files: new Map([[`f${place}`, `${place}\n`]]), parents: some })),
    );
    const { git, layout, at } = await open(root);
    const engine = createEngine({ git, layout, merger: new PlainMerger(root), log: silentLog });
    const side = (ref: string, place: number) => sideOf(root, ref, `c${place}`);
    const [a, b] = [await side('a', sides.a), await side('b', sides.b)];
    const baseOf = async (place: number | 'a' | 'b' | undefined) =>
      place === undefined ? [] : [place === 'a' ? a : place === 'b' ? b : await side(`base${place}`, place)];
    const bases = new Map([
      ...(await baseOf(sides.baseOfA)).map((base) => ['a', base] as const),
      ...(await baseOf(sides.baseOfB)).map((base) => ['b', base] as const),
    ]);
    const [found, turned] = await engine.origins(
      at,
      [
        [a, b],
        [b, a],
      ],
      { bases },
    );
    if (found == null || turned == null) return null;
    assert.deepEqual([turned.a, turned.b, turned.contained], [found.b, found.a, found.contained]);
    const names = parents.map((_, place) => `c${place}`);
    const ids = (await runGit(root, 'rev-parse', ...names)).split('\n');
    return [ids.indexOf(found.a), ids.indexOf(found.b), found.contained];
  }, memoryFolder());
}

describe('conflicts: since when sides are judged', () => {
  it('each since it left the base, wherever the other did', async () => {
    // 0 - 1 - 2 main; 3 from 0, 4 from 1
    assert.deepEqual(await originsOf([[], [0], [1], [0], [1]], { a: 3, b: 4, baseOfA: 2, baseOfB: 2 }), [0, 1, false]);
  });

  it('each since it merged the base last', async () => {
    // 3 from 0, 4 merges 1 into it; 5 from 0
    const parents = [[], [0], [1], [0], [3, 1], [0]];
    assert.deepEqual(await originsOf(parents, { a: 4, b: 5, baseOfA: 2, baseOfB: 2 }), [1, 0, false]);
  });

  it('two that were cut from a third: since they left that', async () => {
    // 0 main; 1, 2 a branch; 3 and 4 from 1
    assert.deepEqual(await originsOf([[], [0], [1], [1], [1]], { a: 3, b: 4, baseOfA: 0, baseOfB: 0 }), [1, 1, false]);
  });

  it('two that left the base at places where it was not one line yet: each since its own', async () => {
    // 1 and 2 from 0, merged as 3, which is main; 4 from 1, 5 from 2
    const parents = [[], [0], [0], [1, 2], [1], [2]];
    assert.deepEqual(await originsOf(parents, { a: 4, b: 5, baseOfA: 3, baseOfB: 3 }), [1, 2, false]);
  });

  it('a side with its base: both since they parted', async () => {
    assert.deepEqual(await originsOf([[], [0], [0]], { a: 1, b: 2, baseOfA: 'b' }), [0, 0, false]);
  });

  it('a side with the one it is stacked on, which has a base of its own', async () => {
    // 0 main; 1, 3 is a; 2 from 1 is b
    assert.deepEqual(await originsOf([[], [0], [1], [1]], { a: 3, b: 2, baseOfA: 0, baseOfB: 'a' }), [1, 1, false]);
  });

  it('without a base: both since they parted', async () => {
    assert.deepEqual(await originsOf([[], [0], [0]], { a: 1, b: 2 }), [0, 0, false]);
  });

  it('of two of which one has all of the other nothing is to be judged', async () => {
    const [, , contained] = (await originsOf([[], [0], [1]], { a: 1, b: 2, baseOfA: 0, baseOfB: 0 })) ?? [];
    assert.equal(contained, true);
    const [, , same] = (await originsOf([[], [0]], { a: 1, b: 1, baseOfA: 0, baseOfB: 0 })) ?? [];
    assert.equal(same, true);
  });

  it('with nothing in common they are not judged', async () => {
    assert.equal(await originsOf([[], []], { a: 0, b: 1 }), null);
  });

  it('where they have several merge bases, what they share would seem new: not judged', async () => {
    // 1 and 2 from 0, merged both ways as 3 and 4
    const crossed = [[], [0], [0], [1, 2], [2, 1]];
    assert.equal(await originsOf(crossed, { a: 3, b: 4 }), null);
    // 5 and 6 from these, with a base that each left at one place
    const parents = [[], [0], [0], [1, 2], [2, 1], [3], [4]];
    assert.deepEqual(await originsOf(parents, { a: 5, b: 6, baseOfA: 3, baseOfB: 4 }), [3, 4, false]);
  });
});
