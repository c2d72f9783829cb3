import { strict as assert } from 'node:assert';
import { chmod, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { type Archived, archiveWorktree } from '../../../../src/core/worktrees/clean/archiveRef';
import { type ArchiveContent, readArchive } from '../../../../src/core/worktrees/clean/manifest';
import type { CleanTarget } from '../../../../src/core/worktrees/clean/target';
import { withTempDir } from '../../support/repositories';
import { filesOf, makeScene, type Scene } from './support';

const ref = { plan: 'inbox', task: 'work' };

async function archive(
  scene: Scene,
  o: Partial<CleanTarget> = {},
): Promise<{
  archived: Archived;
  read: ArchiveContent;
  worktree: Record<string, string>;
  index: Record<string, string>;
}> {
  const archived = await archiveWorktree(scene.deps, await scene.target(o), { id: 'first', ref });
  const read = await readArchive(scene.deps.git, scene.deps.layout, archived.ref);
  return {
    archived,
    read,
    worktree: await filesOf(scene.root, read.worktreeTree),
    index: await filesOf(scene.root, read.indexTree),
  };
}

describe('worktrees: archive ref', () => {
  it('keeps files and staged state, and touches neither worktree nor index', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      const { git, write } = scene;
      await write('kept.txt', 'staged\n');
      await git('add', 'kept.txt');
      await write('kept.txt', 'staged\nand changed\n');
      await write('new folder/été.txt', 'untracked\n');
      await git('rm', '-q', '--cached', 'src/000/file-00000.txt');
      await rm(path.join(scene.worktree, 'src/000/file-00001.txt'));
      await symlink('kept.txt', path.join(scene.worktree, 'link'));
      await write('run.sh', 'true\n');
      await chmod(path.join(scene.worktree, 'run.sh'), 0o755);
      await write('private.txt', 'mine\n');
      await chmod(path.join(scene.worktree, 'private.txt'), 0o600);
      await write('secret.env', 'TOKEN=1\n');
      const target = await scene.target();
      const indexFile = path.join(target.adminDir, 'index');
      const before = [
        await readFile(indexFile, 'hex'),
        (await stat(indexFile)).mtimeMs,
        await git('--no-optional-locks', 'status', '-s'),
      ];

      const { archived, read, worktree, index } = await archive(scene);

      assert.equal(archived.ref, 'refs/switchyard/archive/inbox/work/first');
      assert.deepEqual(worktree, {
        '.gitignore': '*.env\nnode_modules/\ndata/\n',
        'kept.txt': 'staged\nand changed\n',
        link: '120000 kept.txt',
        [Buffer.from('new folder/été.txt').toString('latin1')]: 'untracked\n',
        'private.txt': 'mine\n',
        'run.sh': '100755 true\n',
        'src/000/file-00000.txt': 'line one of 0\nline two\n',
        'src/000/file-00002.txt': 'line one of 2\nline two\n',
      });
      assert.deepEqual(index, {
        '.gitignore': '*.env\nnode_modules/\ndata/\n',
        'kept.txt': 'staged\n',
        'src/000/file-00001.txt': 'line one of 1\nline two\n',
        'src/000/file-00002.txt': 'line one of 2\nline two\n',
      });
      assert.deepEqual(read.modes, [['private.txt', 0o600]]);
      assert.equal(read.head, target.head);
      assert.equal(read.branch, 'work');
      assert.equal(read.branchTip, target.head);
      assert.deepEqual(archived.leftOut, [{ path: 'secret.env', why: 'git ignores it' }]);
      const after = [
        await readFile(indexFile, 'hex'),
        (await stat(indexFile)).mtimeMs,
        await git('--no-optional-locks', 'status', '-s'),
      ];
      assert.deepEqual(after, before);
    }));

  it('Bad input, a conflicted index: keeps every side and the file with its marks', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      const { git, write } = scene;
      await write('kept.txt', 'ours\n');
      await git('commit', '-qam', 'ours');
      await git('checkout', '-q', '-b', 'other', 'main');
      await write('kept.txt', 'theirs\n');
      await git('commit', '-qam', 'theirs');
      const theirs = await git('rev-parse', 'HEAD');
      await git('checkout', '-q', 'work');
      await git('branch', '-q', '-D', 'other');
      await assert.rejects(git('merge', '-q', theirs));

      const { archived, read, worktree, index } = await archive(scene);

      assert.match(worktree['kept.txt'] ?? '', /^<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> /);
      assert.equal(index['kept.txt'], undefined);
      const sides = (await git('ls-files', '-u')).split('\n');
      const read3 = read.stages.map((entry) => `${entry.mode} ${entry.id} ${entry.stage}\t${entry.path}`);
      assert.deepEqual(read3, sides);
      assert.deepEqual((await git('log', '-1', '--format=%P', archived.commit)).split(' '), [read.head, theirs]);
    }));

  it('a file that gave way to a folder, a folder to a file and to a link', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await scene.write('deep/a/b.txt', 'b\n');
      await scene.git('add', '-A');
      await scene.git('commit', '-qm', 'deep');
      await rename(path.join(scene.worktree, 'deep'), path.join(scene.worktree, 'elsewhere'));
      await symlink('elsewhere', path.join(scene.worktree, 'deep'));
      await rm(path.join(scene.worktree, 'kept.txt'));
      await scene.write('kept.txt/inner.txt', 'inner\n');
      await rm(path.join(scene.worktree, 'src'), { recursive: true });
      await scene.write('src', 'a file now\n');
      const { worktree } = await archive(scene);
      assert.deepEqual(Object.keys(worktree), ['.gitignore', 'deep', 'elsewhere/a/b.txt', 'kept.txt/inner.txt', 'src']);
      assert.equal(worktree.deep, '120000 elsewhere');
    }));
});
