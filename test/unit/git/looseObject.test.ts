import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { treeOfLooseCommit, writeLooseObject, writeOwnCommit } from '../../../src/core/git/looseObject';
import { makeRepository, runGit, withTempDir } from '../support/repositories';

describe('git: loose objects', () => {
  for (const format of ['sha1', 'sha256']) {
    it(`are what git itself writes (${format})`, () =>
      withTempDir(async (dir) => {
        await runGit(dir, 'init', '-q', `--object-format=${format}`, 'repo');
        const root = path.join(dir, 'repo');
        await writeFile(path.join(root, 'file'), 'content\n');
        await runGit(root, 'add', 'file');
        const tree = await runGit(root, 'write-tree');
        const objects = path.join(root, '.git', 'objects');
        const blob = await writeLooseObject(objects, 'blob', Buffer.from('other\n'), tree);
        await writeFile(path.join(dir, 'other'), 'other\n');
        assert.equal(blob, await runGit(root, 'hash-object', path.join(dir, 'other')));
        assert.equal(await runGit(root, 'cat-file', 'blob', blob), 'other');
        const first = await writeOwnCommit(objects, { tree, parents: [], message: 'one\n' });
        const second = await writeOwnCommit(objects, { tree, parents: [first], message: 'two\n' });
        assert.equal(await runGit(root, 'rev-list', second), `${second}\n${first}`);
        await runGit(root, 'fsck', '--strict', '--no-dangling', second);
        assert.equal(await writeOwnCommit(objects, { tree, parents: [first], message: 'two\n' }), second);
        assert.equal(await treeOfLooseCommit(objects, second), tree);
        for (const other of [tree, blob, '0'.repeat(tree.length)]) {
          assert.equal(await treeOfLooseCommit(objects, other), null);
        }
      }));
  }

  it('are written once by many at the same time, and leave nothing beside', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const objects = path.join(dir, 'objects');
      await mkdir(objects);
      const tree = await runGit(root, 'rev-parse', 'HEAD^{tree}');
      const ids = await Promise.all(
        Array.from({ length: 20 }, () => writeOwnCommit(objects, { tree, parents: [], message: 'same\n' })),
      );
      assert.equal(new Set(ids).size, 1);
      assert.deepEqual(await readdir(objects), [ids[0]?.slice(0, 2)]);
      assert.deepEqual(await readdir(path.join(objects, ids[0]?.slice(0, 2) ?? '')), [ids[0]?.slice(2)]);
    }));

  it('of ours are younger than every commit, so that a merge base is found without walking the whole history', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const objects = path.join(root, '.git', 'objects');
      const base = await runGit(root, 'rev-parse', 'HEAD');
      const tree = await runGit(root, 'rev-parse', 'HEAD^{tree}');
      const a = await writeOwnCommit(objects, { tree, parents: [base], message: 'a\n' });
      const b = await writeOwnCommit(objects, { tree, parents: [base], message: 'b\n' });
      assert.equal(await runGit(root, 'merge-base', a, b), base);
      assert.equal(await runGit(root, 'log', '-1', '--format=%ct', a), '2147483647');
    }));
});
