import { strict as assert } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { hunksOfFile } from '../../../../src/core/conflicts/sides/fileHunks';
import { meetingHunks, parseHunks } from '../../../../src/core/conflicts/sides/hunks';
import { objectPlace } from '../../../../src/core/conflicts/sides/objects';
import { readCell, sidesOfFiles } from '../../../../src/core/conflicts/sides/readCell';
import { makeRepository, memoryFolder, runGit, withTempDir } from '../../support/repositories';
import { sampled } from '../../support/sampled';
import { openRoom } from './support';

const hunk = (base: [number, number], text = '+x') => ({
  base: { start: base[0], count: base[1] },
  side: { start: base[0], count: 1 },
  text,
});

describe('conflicts: hunks', () => {
  it('are read from a diff without context, whatever the lines say', () => {
    const diff = [
      'diff --git a/1 b/2',
      'index 1..2 100644',
      '--- a/1',
      '+++ b/2',
      '@@ -3 +3,2 @@ function of() {',
      '-three',
      '+@@ -1 +1 @@',
      '+Binary files a and b differ',
      '@@ -7,0 +9 @@',
      '+new',
      '\\ No newline at end of file',
      '',
    ].join('\n');
    assert.deepEqual(parseHunks(diff), [
      {
        base: { start: 3, count: 1 },
        side: { start: 3, count: 2 },
        text: '+@@ -1 +1 @@\n+Binary files a and b differ',
      },
      { base: { start: 7, count: 0 }, side: { start: 9, count: 1 }, text: '+new\n\\ No newline at end of file' },
    ]);
    assert.equal(parseHunks('diff --git a/1 b/2\nBinary files a/1 and b/2 differ\n'), null);
    assert.deepEqual(parseHunks(''), []);
  });

  it('meet where their lines overlap or touch, and not where both say the same', () => {
    const meets = (a: [number, number], b: [number, number]) => meetingHunks([hunk(a)], [hunk(b, '+y')]).a.length === 1;
    assert.deepEqual(
      [
        meets([10, 1], [11, 1]),
        meets([10, 1], [12, 1]),
        meets([10, 0], [10, 0]),
        meets([10, 0], [11, 1]),
        meets([10, 0], [12, 1]),
        meets([10, 0], [10, 1]),
        meets([1, 30], [12, 1]),
      ],
      [true, false, true, true, false, true, true],
    );
    assert.deepEqual(meetingHunks([hunk([10, 1])], [hunk([10, 1])]), { a: [], b: [] });
  });

  it('that meet are found wherever git finds a conflict', async function () {
    this.timeout(300_000);
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const room = await openRoom(root);
      const edits = fc.array(
        fc.record({ line: fc.nat(11), kind: fc.constantFrom('change', 'delete', 'insert'), word: fc.nat(2) }),
        { minLength: 1, maxLength: 4 },
      );
      let conflicts = 0;
      const commitOf = async (text: string, parent: string | null) => {
        await writeFile(path.join(dir, 'text'), text);
        const blob = await runGit(root, 'hash-object', '-w', path.join(dir, 'text'));
        await runGit(root, 'read-tree', '--empty');
        await runGit(root, 'update-index', '--add', '--cacheinfo', `100644,${blob},x`);
        const tree = await runGit(root, 'write-tree');
        return runGit(root, 'commit-tree', tree, '-m', 'x', ...(parent === null ? [] : ['-p', parent]));
      };
      const base = await commitOf(apply([]), null);
      await fc.assert(
        fc.asyncProperty(edits, edits, async (mine, theirs) => {
          const [ours, others] = [await commitOf(apply(mine), base), await commitOf(apply(theirs), base)];
          const cell = await readCell(room, room.at, { ours, theirs: others });
          if (cell.record.stages.length === 0) return;
          conflicts += 1;
          const [sides] = await sidesOfFiles(room, room.at, cell, ['x']);
          assert.ok(sides);
          const hunks = await hunksOfFile(room.git, objectPlace(room.layout, room.at), sides);
          assert.equal(hunks?.meet, true);
        }),
        sampled(25, () => conflicts > 0),
      );
      assert.ok(conflicts > 0, 'some of them conflict');
    }, memoryFolder());
  });
});

function apply(edits: readonly { line: number; kind: string; word: number }[]): string {
  const text = Array.from({ length: 12 }, (_, i) => [`line ${i}`]);
  for (const { line, kind, word } of edits) {
    if (kind === 'change') text[line] = [`changed ${word}`];
    else if (kind === 'delete') text[line] = [];
    else text[line]?.push(`new ${word}`);
  }
  return text
    .flat()
    .map((each) => `${each}\n`)
    .join('');
}
