import assert from 'node:assert/strict';
import { appendFile, mkdir, rm, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  addWorktree,
  commitAll,
  makeBare,
  makeRepository,
  makeSeparate,
  makeSubmodule,
  memoryFolder,
  runGit,
  withTempDir,
  writeFiles,
} from '../../support/repositories';
import { committedTree, look, withRepository } from './support';

const file = 'src/000/file-00000.txt';

describe('snapshots: where', () => {
  it('a linked worktree has its own index and HEAD', () =>
    withRepository(makeRepository, async (root, looking, dir) => {
      const linked = await addWorktree(root, path.join(dir, 'linked'), 'side');
      await appendFile(path.join(linked, file), 'in the linked one\n');
      await writeFile(path.join(root, 'main.txt'), 'in the main one\n');
      const [a, b] = await Promise.all([looking.take(root), looking.take(linked)]);
      assert.equal(await looking.inScratch('diff-tree', '-r', '--name-only', 'HEAD', a.commit ?? ''), 'main.txt');
      assert.equal(await looking.inScratch('diff-tree', '-r', '--name-only', 'HEAD', b.commit ?? ''), file);
    }));

  it('a worktree whose git file is gone is not taken for a folder of the repository around it', () =>
    withRepository(makeRepository, async (root, looking) => {
      const inside = await addWorktree(root, path.join(root, 'inside'), 'inside');
      const side = { path: inside, gitDir: path.join(root, '.git/worktrees/inside'), main: false };
      await unlink(path.join(inside, '.git'));
      const taken = await looking.use((at) => looking.snapshots.take(at, side, { worktrees: [] }));
      assert.deepEqual(
        [taken.unknown, taken.dirty, taken.head],
        [null, false, await runGit(root, 'rev-parse', 'inside')],
      );
    }));

  it('a folder that is gone is unknown', () =>
    withRepository(makeRepository, async (root, looking, dir) => {
      const linked = await addWorktree(root, path.join(dir, 'linked'), 'side');
      const side = { path: linked, gitDir: path.join(root, '.git/worktrees/linked'), main: false };
      await rm(linked, { recursive: true });
      const taken = await looking.use((at) => looking.snapshots.take(at, side, { worktrees: [] }));
      assert.equal(taken.unknown?.reason, 'git failed');
    }));

  it('worktrees of a bare repository, and a separate git directory', () =>
    withTempDir(async (dir) => {
      const { side } = await makeBare(dir);
      const { root } = await makeSeparate(path.join(dir));
      for (const [index, top] of [side, root].entries()) {
        const looking = await look(top, path.join(dir, `scratch-${index}`));
        await writeFile(path.join(top, 'new.txt'), 'new\n');
        const taken = await looking.take(top);
        assert.equal(taken.unknown, null);
        assert.equal(await looking.inScratch('diff-tree', '-r', '--name-only', 'HEAD', taken.commit ?? ''), 'new.txt');
      }
    }, memoryFolder()));

  it('a repository that borrows its objects', () =>
    withTempDir(async (dir) => {
      const source = await makeRepository(dir, { name: 'source' });
      await runGit(dir, 'clone', '-q', '--shared', source, 'repo');
      const root = path.join(dir, 'repo');
      await writeFile(path.join(root, '.git/objects/info/alternates'), '../../../source/.git/objects\n');
      const looking = await look(root, dir);
      await appendFile(path.join(root, file), 'changed\n');
      const taken = await looking.take();
      assert.equal(await looking.inScratch('diff', '--name-only', 'HEAD', taken.commit ?? ''), file);
    }, memoryFolder()));

  it('a sha256 repository', () =>
    withTempDir(async (dir) => {
      await runGit(dir, 'init', '-q', '--object-format=sha256', 'repo');
      const root = path.join(dir, 'repo');
      await writeFiles(root, 3);
      await commitAll(root, 'first');
      const looking = await look(root, dir);
      assert.equal((await looking.take()).commit, await runGit(root, 'rev-parse', 'HEAD'));
      await writeFile(path.join(root, 'new.txt'), 'new\n');
      await unlink(path.join(root, file));
      const taken = await looking.take();
      assert.equal(taken.commit?.length, 64);
      assert.equal(taken.tree, await committedTree(root, dir));
      await looking.inScratch('fsck', '--strict', taken.commit ?? '');
    }, memoryFolder()));

  for (const [mode, skips] of [
    ['--cone', 'cone'],
    ['--no-cone', 'patterns'],
    ['--sparse-index', 'sparse index'],
  ] as const) {
    it(`a sparse checkout (${skips}): what is skipped is no deletion, what lies outside is taken`, () =>
      withRepository(
        (dir) => makeRepository(dir, { files: 250 }),
        async (root, looking, dir) => {
          const args = mode === '--sparse-index' ? ['--cone', '--sparse-index'] : [mode];
          await runGit(root, 'sparse-checkout', 'set', ...args, mode === '--no-cone' ? '/src/000/' : 'src/000');
          assert.equal((await looking.take()).dirty, false);
          await appendFile(path.join(root, file), 'changed\n');
          await mkdir(path.join(root, 'src/002'), { recursive: true });
          await writeFile(path.join(root, 'src/002/outside.txt'), 'outside\n');
          await writeFile(path.join(root, 'src/002/file-00200.txt'), 'there in spite of it\n');
          const taken = await looking.take();
          assert.equal(taken.unknown, null);
          assert.equal(taken.tree, await committedTree(root, dir));
          assert.deepEqual(
            (await looking.inScratch('diff-tree', '-r', '--name-only', 'HEAD', taken.commit ?? '')).split('\n'),
            [file, 'src/002/file-00200.txt', 'src/002/outside.txt'],
          );
        },
      ));
  }

  it('a submodule that stands on another commit, whatever is configured to be ignored; work inside it is its own', () =>
    withRepository(
      async (dir) => (await makeSubmodule(dir)).root,
      async (root, looking, dir) => {
        const part = path.join(root, 'libs/part');
        await runGit(root, 'config', 'submodule.libs/part.ignore', 'all');
        await writeFile(path.join(part, 'uncommitted.txt'), 'inside\n');
        assert.equal((await looking.take()).dirty, false);
        const moved = await commitAll(part, 'moved');
        const taken = await looking.take();
        assert.equal(await looking.inScratch('rev-parse', `${taken.commit}:libs/part`), moved);
        assert.equal(taken.tree, await committedTree(root, dir));
        assert.deepEqual(taken.leftOut, []);
      },
    ));

  it('a submodule that was taken away, or replaced by a file', () =>
    withRepository(
      async (dir) => (await makeSubmodule(dir)).root,
      async (root, looking, dir) => {
        await rm(path.join(root, 'libs'), { recursive: true });
        assert.equal((await looking.take()).tree, await committedTree(root, dir));
        await mkdir(path.join(root, 'libs'));
        await writeFile(path.join(root, 'libs/part'), 'a file now\n');
        assert.equal((await looking.take()).tree, await committedTree(root, dir));
      },
    ));

  it('in a submodule itself', () =>
    withTempDir(async (dir) => {
      const { submodule } = await makeSubmodule(dir);
      const looking = await look(submodule, dir);
      await writeFile(path.join(submodule, 'new.txt'), 'new\n');
      const taken = await looking.take();
      assert.equal(taken.unknown, null);
      assert.deepEqual([...taken.untracked], ['new.txt']);
    }, memoryFolder()));
});
