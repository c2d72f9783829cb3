import { strict as assert } from 'node:assert';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { type SharedLine, SharedLines } from '../../../../src/core/conflicts/lines/sharedLines';
import { readCell } from '../../../../src/core/conflicts/sides/readCell';
import { memoryFolder, runGit, withTempDir } from '../../support/repositories';
import { sampled } from '../../support/sampled';
import { lines, makePair, openRoom } from '../sides/support';

type Change = (root: string) => Promise<void>;
type Pair = Awaited<ReturnType<typeof makePair>>;

const file = 'code.txt';
const write =
  (text: string | Buffer, name = file): Change =>
  (root) =>
    writeFile(path.join(root, name), text);
const both =
  (...changes: Change[]): Change =>
  async (root) => {
    for (const change of changes) await change(root);
  };
const move =
  (to: string): Change =>
  (root) =>
    rename(path.join(root, file), path.join(root, to));

interface Asked {
  readonly at?: string;
  readonly live?: Buffer | null;
  readonly conflicts?: boolean;
}

async function ask(pair: Pair, { at = file, live = null, conflicts = false }: Asked = {}): Promise<SharedLine[]> {
  const others = [{ ref: 'agent/b', head: pair.b, commit: pair.b, conflicts }];
  return new SharedLines(pair).find({
    path: at,
    worktree: pair.root,
    ours: { head: pair.a, commit: pair.a },
    live,
    others,
  });
}

/** What is marked in the text of `a`. */
async function marked(base: Change, a: Change, b: Change, asked: Asked = {}): Promise<SharedLine[]> {
  return withTempDir(async (dir) => ask(await makePair(dir, { base, a, b }), asked), memoryFolder());
}

const brief = (found: readonly SharedLine[]) =>
  found.map(({ kind, lines: { start, count }, theirs }) => [kind, start, count, theirs]);

describe('conflicts: lines that two sides change', () => {
  it('are marked with what the other side made of them', async () => {
    const found = await marked(
      write(lines(20)),
      write(lines(20, { 1: 'one more\nline 1', 10: 'mine' })),
      write(lines(20, { 10: 'theirs\nand more' })),
    );
    assert.deepEqual(found, [
      { ref: 'agent/b', kind: 'changed', lines: { start: 11, count: 1 }, theirs: ['theirs', 'and more'] },
    ]);
  });

  it('are marked where they touch, and not one line further', async () => {
    const mine = write(lines(20, { 10: 'mine' }));
    assert.equal((await marked(write(lines(20)), mine, write(lines(20, { 11: 'theirs' })))).length, 1);
    assert.deepEqual(await marked(write(lines(20)), mine, write(lines(20, { 12: 'theirs' }))), []);
  });

  it('are not marked where both say the same', async () => {
    const same = write(lines(20, { 10: 'same' }));
    assert.deepEqual(await marked(write(lines(20)), same, same), []);
  });

  it('are a place where ours has deleted them', async () => {
    const without = write(lines(20).replace('line 10\n', ''));
    const found = await marked(write(lines(20)), without, write(lines(20, { 10: 'theirs' })));
    assert.deepEqual(brief(found), [['changed', 9, 0, ['theirs']]]);
  });

  it('are found when the other side has renamed the file', async () => {
    const theirs = both(write(lines(20, { 10: 'theirs' })), move('renamed.txt'));
    const found = await marked(write(lines(20)), write(lines(20, { 10: 'mine' })), theirs);
    assert.deepEqual(brief(found), [['changed', 10, 1, ['theirs']]]);
  });

  it('are found when our side has renamed the file, or both have', async () => {
    const mine = both(write(lines(20, { 10: 'mine' })), move('mine.txt'));
    const edit = write(lines(20, { 10: 'theirs' }));
    const at = { at: 'mine.txt' };
    assert.deepEqual(brief(await marked(write(lines(20)), mine, edit, at)), [['changed', 10, 1, ['theirs']]]);
    const moved = both(edit, move('theirs.txt'));
    assert.deepEqual(brief(await marked(write(lines(20)), mine, moved, at)), [['changed', 10, 1, ['theirs']]]);
  });

  it('are all of ours when the other side deleted the file', async () => {
    const gone: Change = (root) => rm(path.join(root, file));
    const found = await marked(write(lines(20)), write(lines(20, { 3: 'mine', 9: 'mine' })), gone);
    assert.deepEqual(brief(found), [
      ['deleted', 3, 1, null],
      ['deleted', 9, 1, null],
    ]);
  });

  it('are those that differ when both added the file', async () => {
    const nothing = write('x\n', 'other.txt');
    const found = await marked(nothing, write(lines(9)), write(lines(9, { 4: 'theirs' })));
    assert.deepEqual(brief(found), [['added', 4, 1, null]]);
    assert.deepEqual(await marked(nothing, write(lines(9)), write(lines(9))), []);
  });

  it('are told with CRLF and any encoding', async () => {
    const crlf = (replaced: Record<number, string> = {}) =>
      write(Buffer.from(lines(20, replaced).replaceAll('\n', '\r\n'), 'latin1'));
    const found = await marked(crlf(), crlf({ 10: 'm\u00fcne' }), crlf({ 10: 'th\u00ebirs' }));
    assert.deepEqual(brief(found), [['changed', 10, 1, ['th\u00ebirs\r']]]);
  });

  it('are none in a binary file', async () => {
    const bytes = (last: number) => write(Buffer.from([0, 1, 2, last]));
    assert.deepEqual(await marked(bytes(0), bytes(1), bytes(2), { conflicts: true }), []);
  });

  it('are told in the text of the editor where that is newer', async () => {
    const theirs = write(lines(20, { 10: 'theirs' }));
    const live = Buffer.from(`first\n${lines(20, { 10: 'typed' })}`);
    assert.deepEqual(brief(await marked(write(lines(20)), write(lines(20, { 1: 'mine' })), theirs, { live })), [
      ['changed', 11, 1, ['theirs']],
    ]);
    const reverted = { live: Buffer.from(lines(20)) };
    assert.deepEqual(await marked(write(lines(20)), write(lines(20, { 10: 'mine' })), theirs, reverted), []);
  });

  it('are told in that text as git would store it', async () => {
    const base = both(write('*.txt text eol=crlf\n', '.gitattributes'), write(lines(20)));
    const live = Buffer.from(lines(20, { 10: 'typed' }).replaceAll('\n', '\r\n'));
    const theirs = write(lines(20, { 10: 'theirs' }));
    assert.deepEqual(brief(await marked(base, write('x\n', 'x.txt'), theirs, { live })), [
      ['changed', 10, 1, ['theirs']],
    ]);
  });

  it('are never none where the matrix knows of a conflict', async () => {
    const apart = [write(lines(20, { 2: 'mine' })), write(lines(20, { 18: 'theirs' }))] as const;
    assert.deepEqual(brief(await marked(write(lines(20)), ...apart, { conflicts: true })), [['conflict', 2, 1, null]]);
    const elsewhere = [write('x\n', 'mine.txt'), write('y\n', 'theirs.txt')] as const;
    const asked = { conflicts: true, at: 'mine.txt' };
    assert.deepEqual(brief(await marked(write(lines(20)), ...elsewhere, asked)), [['conflict', 1, 1, null]]);
  });

  it('are not guessed from a state that is not kept any more', async () => {
    await withTempDir(async (dir) => {
      const pair = await makePair(dir, { base: write(lines(9)), a: write(lines(9, { 2: 'a' })), b: write('x\n') });
      const others = [{ ref: 'agent/b', head: pair.b, commit: 'b'.repeat(40), conflicts: true }];
      const query = { path: file, worktree: pair.root, ours: { head: pair.a, commit: pair.a }, live: null, others };
      assert.deepEqual(await new SharedLines(pair).find(query), []);
    }, memoryFolder());
  });

  it('cost five processes for all other sides, two after a save, none when nothing changed', async () => {
    await withTempDir(async (dir) => {
      const pair = await makePair(dir, {
        base: write(lines(40)),
        a: write(lines(40, { 10: 'mine' })),
        b: write(lines(40, { 10: 'theirs' })),
      });
      const others = [{ ref: 'agent/b', head: pair.b, commit: pair.b, conflicts: true }];
      for (let n = 0; n < 8; n += 1) {
        await runGit(pair.root, 'checkout', '-q', '-b', `other/${n}`, pair.base);
        await write(lines(40, { 10: `other ${n}` }))(pair.root);
        await runGit(pair.root, 'commit', '-qam', `${n}`);
        const commit = await runGit(pair.root, 'rev-parse', 'HEAD');
        others.push({ ref: `other/${n}`, head: commit, commit, conflicts: true });
      }
      const shared = new SharedLines(pair);
      const ours = { head: pair.a, commit: pair.a };
      const costs = async (live: Buffer | null) => {
        const before = pair.git.started;
        assert.equal((await shared.find({ path: file, worktree: pair.root, ours, live, others })).length, 9);
        return pair.git.started - before;
      };
      assert.ok((await costs(null)) <= 5);
      assert.equal(await costs(null), 0);
      assert.equal(await costs(Buffer.from(lines(40, { 10: 'typed' }))), 3);
    }, memoryFolder());
  });

  it('are some wherever git finds a conflict in a text', async function () {
    this.timeout(300_000);
    await withTempDir(async (dir) => {
      const { base, ...pair } = await makePair(dir, { base: write(apply([])), a: write('a\n'), b: write('b\n') });
      const room = await openRoom(pair.root);
      const shared = new SharedLines(room);
      let conflicts = 0;
      const commitOf = async (edits: readonly Edit[]) => {
        await writeFile(path.join(dir, 'text'), apply(edits));
        const blob = await runGit(pair.root, 'hash-object', '-w', path.join(dir, 'text'));
        await runGit(pair.root, 'read-tree', '--empty');
        await runGit(pair.root, 'update-index', '--add', '--cacheinfo', `100644,${blob},${file}`);
        const tree = await runGit(pair.root, 'write-tree');
        return runGit(pair.root, 'commit-tree', tree, '-m', 'x', '-p', base);
      };
      await fc.assert(
        fc.asyncProperty(edits, edits, async (mine, theirs) => {
          const [ours, other] = [await commitOf(mine), await commitOf(theirs)];
          const cell = await readCell(room, room.at, { ours, theirs: other });
          if (cell.record.stages.length === 0) return;
          conflicts += 1;
          // Without being told that they conflict.
          const others = [{ ref: 'b', head: other, commit: other, conflicts: false }];
          const query = { path: file, worktree: pair.root, ours: { head: ours, commit: ours }, live: null, others };
          const found = await shared.find(query);
          assert.notEqual(found.length, 0);
        }),
        sampled(25, () => conflicts > 0),
      );
      assert.ok(conflicts > 0, 'some of them conflict');
    }, memoryFolder());
  });
});

const edits = fc.array(
  fc.record({ line: fc.nat(11), kind: fc.constantFrom('change', 'delete', 'insert'), word: fc.nat(2) }),
  { minLength: 1, maxLength: 4 },
);
interface Edit {
  readonly line: number;
  readonly kind: string;
  readonly word: number;
}

function apply(all: readonly Edit[]): string {
  const text = Array.from({ length: 12 }, (_, i) => [`line ${i}`]);
  for (const { line, kind, word } of all) {
    if (kind === 'change') text[line] = [`changed ${word}`];
    else if (kind === 'delete') text[line] = [];
    else text[line]?.push(`new ${word}`);
  }
  return text
    .flat()
    .map((each) => `${each}\n`)
    .join('');
}
