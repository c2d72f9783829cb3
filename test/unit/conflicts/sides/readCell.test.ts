import { strict as assert } from 'node:assert';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CellError } from '../../../../src/core/conflicts/sides/cellError';
import { hunksOfFile } from '../../../../src/core/conflicts/sides/fileHunks';
import { firstMarker, nameMarkers } from '../../../../src/core/conflicts/sides/markers';
import { objectPlace, readObject } from '../../../../src/core/conflicts/sides/objects';
import {
  type FileSides,
  type FileVersion,
  readCell,
  sidesOfFiles,
} from '../../../../src/core/conflicts/sides/readCell';
import { bytePath, onDisk } from '../../../../src/core/git/bytePath';
import { commitAll, memoryFolder, runGit, withTempDir } from '../../support/repositories';
import { lines, makePair, type Room } from './support';

const most = 1_000_000;

async function textOf(room: Room, version: FileVersion | null): Promise<string | null> {
  if (version === null) return null;
  const read = await readObject(room.git, objectPlace(room.layout, room.at), version.id, most);
  return read.kind === 'text' ? read.content.toString('utf8') : read.kind;
}

type Pair = Room & { readonly a: string; readonly b: string };

async function open(pair: Pair, ...paths: string[]): Promise<FileSides[]> {
  const cell = await readCell(pair, pair.at, { ours: pair.a, theirs: pair.b });
  return sidesOfFiles(pair, pair.at, cell, paths);
}

async function openOne(pair: Pair, name: string): Promise<FileSides> {
  const [sides] = await open(pair, name);
  assert.ok(sides);
  return sides;
}

describe('conflicts: both sides of a cell', function () {
  this.timeout(60_000);
  const inDir = (fn: (dir: string) => Promise<void>) => () => withTempDir(fn, memoryFolder());

  it(
    'are read with their base and the result, and the lines that meet are told',
    inDir(async (dir) => {
      const pair = await makePair(dir, {
        base: (root) => writeFile(path.join(root, 'x.ts'), lines(40)),
        a: (root) => writeFile(path.join(root, 'x.ts'), lines(40, { 3: 'mine alone', 20: 'mine\nand more' })),
        b: (root) => writeFile(path.join(root, 'x.ts'), lines(40, { 21: 'theirs', 38: 'theirs alone' })),
      });
      const sides = await openOne(pair, 'x.ts');
      assert.equal(await textOf(pair, sides.base), lines(40));
      assert.match((await textOf(pair, sides.ours)) ?? '', /mine\nand more/);
      assert.match((await textOf(pair, sides.theirs)) ?? '', /theirs alone/);

      const hunks = await hunksOfFile(pair.git, objectPlace(pair.layout, pair.at), sides);
      assert.ok(hunks);
      assert.deepEqual(
        [hunks.ours.map(({ base, side }) => [base, side]), hunks.theirs.map(({ base, side }) => [base, side])],
        [
          [
            [
              { start: 20, count: 1 },
              { start: 20, count: 2 },
            ],
          ],
          [
            [
              { start: 21, count: 1 },
              { start: 21, count: 1 },
            ],
          ],
        ],
      );
      assert.equal(hunks.meet, true);

      const result = await readObject(pair.git, objectPlace(pair.layout, pair.at), sides.result?.id ?? '', most);
      assert.ok(result.kind === 'text');
      const names = new Map([
        [pair.a, 'agent/a'],
        [pair.b, 'agent/ü'],
      ]);
      const shown = nameMarkers(result.content, names);
      assert.match(shown.toString('utf8'), /^<{7} agent\/a\nmine\nand more\n.*^>{7} agent\/ü$/ms);
      assert.equal(firstMarker(shown), 20);
    }),
  );

  it(
    'may be missing: deleted on one, added on both',
    inDir(async (dir) => {
      const pair = await makePair(dir, {
        base: (root) => writeFile(path.join(root, 'gone.txt'), 'one\n'),
        a: async (root) => {
          await rm(path.join(root, 'gone.txt'));
          await writeFile(path.join(root, 'new.txt'), 'mine\n');
        },
        b: async (root) => {
          await writeFile(path.join(root, 'gone.txt'), 'two\n');
          await writeFile(path.join(root, 'new.txt'), 'theirs\n');
        },
      });
      const [deleted, added] = await open(pair, 'gone.txt', 'new.txt');
      assert.ok(deleted && added);
      assert.deepEqual(
        [await textOf(pair, deleted.base), deleted.ours, await textOf(pair, deleted.theirs)],
        ['one\n', null, 'two\n'],
      );
      assert.equal(await hunksOfFile(pair.git, objectPlace(pair.layout, pair.at), deleted), null);
      assert.deepEqual(
        [added.base, await textOf(pair, added.ours), await textOf(pair, added.theirs)],
        [null, 'mine\n', 'theirs\n'],
      );
      const hunks = await hunksOfFile(pair.git, objectPlace(pair.layout, pair.at), added);
      assert.deepEqual(hunks?.ours[0]?.side, { start: 1, count: 1 });
      assert.equal(hunks?.meet, true);
    }),
  );

  it(
    'belong together under their different names: renamed on one, renamed on both',
    inDir(async (dir) => {
      const pair = await makePair(dir, {
        base: async (root) => {
          await writeFile(path.join(root, 'one.txt'), lines(30));
          await writeFile(path.join(root, 'two.txt'), lines(50));
        },
        a: async (root) => {
          await writeFile(path.join(root, 'moved.txt'), lines(30, { 9: 'mine' }));
          await rm(path.join(root, 'one.txt'));
          await rename(path.join(root, 'two.txt'), path.join(root, 'two-a.txt'));
        },
        b: async (root) => {
          await writeFile(path.join(root, 'one.txt'), lines(30, { 9: 'theirs' }));
          await rename(path.join(root, 'two.txt'), path.join(root, 'two-b.txt'));
        },
      });
      const [moved, ...two] = await open(pair, 'moved.txt', 'two.txt', 'two-a.txt', 'two-b.txt');
      assert.ok(moved);
      assert.equal(await textOf(pair, moved.base), lines(30));
      assert.equal(await textOf(pair, moved.theirs), lines(30, { 9: 'theirs' }));
      assert.deepEqual(
        [moved.base?.path, moved.ours?.path, moved.theirs?.path, moved.result?.path],
        ['one.txt', 'moved.txt', 'one.txt', 'moved.txt'],
      );
      for (const sides of two) {
        assert.deepEqual(
          [sides.base?.path, sides.ours?.path, sides.theirs?.path],
          ['two.txt', 'two-a.txt', 'two-b.txt'],
        );
      }
    }),
  );

  it(
    'are no text: binary files, links, a folder where the other has a file',
    inDir(async (dir) => {
      const pair = await makePair(dir, {
        base: async (root) => {
          await writeFile(path.join(root, 'image'), Buffer.from([0, 1]));
          await symlink('here', path.join(root, 'link'));
        },
        a: async (root) => {
          await writeFile(path.join(root, 'image'), Buffer.from([0, 2]));
          await rm(path.join(root, 'link'));
          await symlink('there', path.join(root, 'link'));
          await writeFile(path.join(root, 'thing'), 'a file\n');
        },
        b: async (root) => {
          await writeFile(path.join(root, 'image'), Buffer.from([0, 3]));
          await rm(path.join(root, 'link'));
          await symlink('elsewhere', path.join(root, 'link'));
          await mkdir(path.join(root, 'thing'));
          await writeFile(path.join(root, 'thing', 'inside'), 'x\n');
        },
      });
      const [image, link, thing] = await open(pair, 'image', 'link', 'thing');
      assert.ok(image && link && thing);
      assert.equal(await textOf(pair, image.ours), 'binary');
      assert.equal(await hunksOfFile(pair.git, objectPlace(pair.layout, pair.at), image), null);
      assert.deepEqual([await textOf(pair, link.ours), await textOf(pair, link.theirs)], ['there', 'elsewhere']);
      assert.equal(await textOf(pair, thing.ours), 'a file\n');
      assert.equal(thing.ours?.path, 'thing');
      assert.equal(thing.theirs, null);
    }),
  );

  it(
    'are found under names that are no text',
    inDir(async (dir) => {
      const names = [bytePath('a "quoted"\nname ü'), '\xff\xfe.txt', ':(glob)*'];
      const write = (text: string) => async (root: string) => {
        for (const name of names) await writeFile(onDisk(root, name), text);
      };
      const pair = await makePair(dir, { base: write('base\n'), a: write('mine\n'), b: write('theirs\n') });
      for (const sides of await open(pair, ...names)) {
        assert.deepEqual(
          [await textOf(pair, sides.base), await textOf(pair, sides.ours), await textOf(pair, sides.theirs)],
          ['base\n', 'mine\n', 'theirs\n'],
        );
        assert.match((await textOf(pair, sides.result)) ?? '', /<<<<<<< /);
      }
    }),
  );

  it(
    'stand on a base that git merged itself where there are several',
    inDir(async (dir) => {
      const pair = await makePair(dir, {
        base: (root) => writeFile(path.join(root, 'x'), lines(20)),
        a: (root) => writeFile(path.join(root, 'x'), lines(20, { 2: 'a' })),
        b: (root) => writeFile(path.join(root, 'x'), lines(20, { 18: 'b' })),
      });
      const { root } = pair;
      const cross = async (name: string, other: string, text: string) => {
        await runGit(root, 'checkout', '-q', '-B', `${name}2`, name);
        await runGit(root, 'merge', '-q', '--no-edit', other);
        await writeFile(path.join(root, 'x'), text);
        return commitAll(root, `${name}2`);
      };
      const a = await cross('agent/a', pair.b, lines(20, { 2: 'a', 10: 'mine', 18: 'b' }));
      const b = await cross('agent/b', pair.a, lines(20, { 2: 'a', 10: 'theirs', 18: 'b' }));
      const cell = await readCell(pair, pair.at, { ours: a, theirs: b });
      assert.deepEqual([...cell.bases].sort(), [pair.a, pair.b].sort());
      const [sides] = await sidesOfFiles(pair, pair.at, cell, ['x']);
      assert.equal(await textOf(pair, sides?.base ?? null), lines(20, { 2: 'a', 18: 'b' }));
    }),
  );

  it(
    'are looked at as the direction wants it: attributes of the side that is merged into',
    inDir(async (dir) => {
      const pair = await makePair(dir, {
        base: (root) => writeFile(path.join(root, 'gen.txt'), lines(3)),
        a: async (root) => {
          await writeFile(path.join(root, 'gen.txt'), lines(3, { 2: 'mine' }));
          await writeFile(path.join(root, '.gitattributes'), 'gen.txt merge=union\n');
        },
        b: (root) => writeFile(path.join(root, 'gen.txt'), lines(3, { 2: 'theirs' })),
      });
      const intoA = await readCell(pair, pair.at, { ours: pair.a, theirs: pair.b });
      const intoB = await readCell(pair, pair.at, { ours: pair.b, theirs: pair.a });
      assert.deepEqual([intoA.record.stages.length, intoB.record.stages.length], [0, 3]);
      // Where git lists no stage, the trees say where the file is.
      const [sides] = await sidesOfFiles(pair, pair.at, intoA, ['gen.txt']);
      assert.ok(sides);
      assert.deepEqual(
        [await textOf(pair, sides.base), await textOf(pair, sides.theirs)],
        [lines(3), lines(3, { 2: 'theirs' })],
      );
    }),
  );

  it(
    'that are not kept any more are told, not guessed',
    inDir(async (dir) => {
      const nothing = async () => undefined;
      const pair = await makePair(dir, { a: nothing, b: nothing });
      const lost = { ours: pair.a, theirs: '1234567890'.repeat(4) };
      const isGone = (error: unknown) => CellError.is(error) && error.reason === 'gone';
      await assert.rejects(readCell(pair, pair.at, lost), isGone);
      await assert.rejects(readObject(pair.git, objectPlace(pair.layout, pair.at), lost.theirs, most), isGone);
      await assert.rejects(readObject(pair.git, objectPlace(pair.layout, pair.at), '--help', most), isGone);
      await assert.rejects(readObject(pair.git, objectPlace(pair.layout, pair.at), pair.a, most), isGone);
    }),
  );

  it(
    'larger than what is shown are named by their size',
    inDir(async (dir) => {
      const nothing = async () => undefined;
      const pair = await makePair(dir, {
        base: (root) => writeFile(path.join(root, 'large'), 'x'.repeat(2000)),
        a: nothing,
        b: nothing,
      });
      const id = await runGit(pair.root, 'rev-parse', 'main:large');
      assert.deepEqual(await readObject(pair.git, objectPlace(pair.layout, pair.at), id, 1999), {
        kind: 'too-large',
        bytes: 2000,
      });
    }),
  );

  it(
    'leaves the repository as it was',
    inDir(async (dir) => {
      const pair = await makePair(dir, {
        base: (root) => writeFile(path.join(root, 'x'), lines(9)),
        a: (root) => writeFile(path.join(root, 'x'), lines(9, { 5: 'mine' })),
        b: (root) => writeFile(path.join(root, 'x'), lines(9, { 5: 'theirs' })),
      });
      const before = await runGit(pair.root, 'count-objects', '-v');
      await openOne(pair, 'x');
      assert.equal(await runGit(pair.root, 'count-objects', '-v'), before);
    }),
  );
});
