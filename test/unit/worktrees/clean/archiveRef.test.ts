import { strict as assert } from 'node:assert';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { type Archived, archiveWorktree } from '../../../../src/core/worktrees/archive/archiveRef';
import { type ArchiveContent, readArchive } from '../../../../src/core/worktrees/archive/manifest';
import { WorktreeError } from '../../../../src/core/worktrees/errors';
import { largeFile } from '../../../../src/core/worktrees/state/keep';
import type { CleanTarget } from '../../../../src/core/worktrees/state/target';
import { surveyWorktree } from '../../../../src/core/worktrees/survey/survey';
import {
  addWorktree,
  commitAll,
  makeBare,
  makeRepository,
  makeSeparate,
  makeSubmodule,
  runGit,
  withTempDir,
} from '../../support/repositories';
import { filesOf, makeScene, type Scene, sceneOf } from './support';

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

  it('a folder of staged files that gave way to a link to itself', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await scene.write('a/b/new.txt', 'new\n');
      await scene.git('add', 'a');
      await rm(path.join(scene.worktree, 'a'), { recursive: true });
      await symlink('a', path.join(scene.worktree, 'a'));
      const { worktree, index } = await archive(scene);
      assert.equal(worktree.a, '120000 a');
      assert.equal(index['a/b/new.txt'], 'new\n');
    }));

  it('Bad input, index locked: reads all the same, and leaves the lock', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await scene.write('kept.txt', 'changed\n');
      const { adminDir } = await scene.target();
      await writeFile(path.join(adminDir, 'index.lock'), '');
      const { worktree } = await archive(scene);
      assert.equal(worktree['kept.txt'], 'changed\n');
      assert.equal(await readFile(path.join(adminDir, 'index.lock'), 'utf8'), '');
    }));

  it('Bad input, names with newlines, of no text, and like options and patterns', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      const names = [
        'two\nlines',
        ' leading',
        'tab\there',
        '-n',
        ':(top)x',
        '*',
        'a[b]',
        '"quoted"',
        'back\\slash',
        'latin-\xe9',
      ];
      for (const name of names) {
        await writeFile(Buffer.concat([Buffer.from(`${scene.worktree}/`), Buffer.from(name, 'latin1')]), name);
      }
      await scene.git('add', '-A');
      await scene.git('commit', '-qm', 'names');
      for (const name of names)
        await rm(Buffer.concat([Buffer.from(`${scene.worktree}/`), Buffer.from(name, 'latin1')]));
      await mkdir(path.join(scene.worktree, 'line\nfolder'));
      await writeFile(Buffer.concat([Buffer.from(`${scene.worktree}/line\nfolder/`), Buffer.from([0xff])]), 'x');
      const { worktree, index } = await archive(scene);
      const odd = Object.keys(index).filter((file) => names.includes(file));
      assert.deepEqual(odd.sort(), [...names].sort());
      assert.deepEqual(
        Object.keys(worktree).filter((file) => !file.startsWith('src/')),
        ['.gitignore', 'kept.txt', 'line\nfolder/\xff'],
      );
    }));

  it('Bad input, detached HEAD; and a branch on which nothing is committed; and nothing ever checked out', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await scene.git('checkout', '-q', '--detach');
      await scene.write('a.txt', 'a\n');
      const head = await commitAll(scene.worktree, 'detached');
      const detached = await archive(scene);
      assert.deepEqual([detached.read.head, detached.read.branch, detached.read.branchTip], [head, null, null]);
      assert.equal(await scene.git('log', '-1', '--format=%P', detached.archived.commit), head);

      await scene.git('checkout', '-q', '--orphan', 'fresh');
      const target = await scene.target({ head: null, branch: 'fresh' });
      const orphan = await archiveWorktree(scene.deps, target, { id: 'second', ref });
      const read = await readArchive(scene.deps.git, scene.deps.layout, orphan.ref);
      assert.deepEqual([read.head, read.branch, read.branchTip], [null, 'fresh', null]);
      assert.equal((await filesOf(scene.root, read.indexTree))['a.txt'], 'a\n');

      const bare = path.join(dir, 'bare');
      await runGit(scene.root, 'worktree', 'add', '-q', '--no-checkout', '-b', 'bare', bare);
      const other = await sceneOf(dir, scene.root, bare);
      const empty = await archiveWorktree(other.deps, await other.target(), { id: 'third', ref });
      const content = await readArchive(other.deps.git, other.deps.layout, empty.ref);
      assert.equal(content.hasIndex, false);
      assert.deepEqual(await filesOf(scene.root, content.indexTree), {});
    }));

  it('keeps every commit that the worktree knows, through gc, when worktree and branch are gone', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      const { git, write } = scene;
      const commit = async (name: string) => {
        await write(`${name}.txt`, name);
        return commitAll(scene.worktree, name);
      };
      const ids = [await commit('one')];
      ids.push(await commit('reset away'), await commit('and its child'));
      await git('reset', '-q', '--hard', 'HEAD~2');
      await git('commit', '-q', '--amend', '-m', 'amended');
      ids.push(await git('rev-parse', 'HEAD'));
      await git('update-ref', 'refs/worktree/mine', await git('commit-tree', '-m', 'own ref', 'HEAD^{tree}'));
      ids.push(await git('rev-parse', 'refs/worktree/mine'));
      await git('checkout', '-q', '--detach', 'main');
      ids.push(await commit('first pick'), await commit('second pick'));
      await git('checkout', '-q', 'work');
      await write('first pick.txt', 'in the way');
      await git('add', '-A');
      ids.push(await commit('in the way'));
      await assert.rejects(git('cherry-pick', ids.at(-3) ?? '', ids.at(-2) ?? ''));

      const { archived } = await archive(scene);
      const parents = (await git('log', '-1', '--format=%P', archived.commit)).split(' ');
      assert.equal(parents[0], ids.at(-1));
      assert.ok(parents.length <= 6, 'no parent that another one leads to');
      await rm(scene.worktree, { recursive: true });
      await runGit(scene.root, 'worktree', 'prune');
      await runGit(scene.root, 'branch', '-q', '-D', 'work');
      await runGit(scene.root, 'reflog', 'expire', '--expire=now', '--expire-unreachable=now', '--all');
      await runGit(scene.root, 'gc', '-q', '--prune=now');
      for (const id of ids) await runGit(scene.root, 'cat-file', '-e', `${id}^{tree}`);
      await runGit(scene.root, 'fsck', '--strict', '--connectivity-only');
    }));

  it('flags of the index: intent to add, assume unchanged, skip worktree; split and sparse indexes', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await scene.git('update-index', '--split-index');
      await scene.write('intent.txt', 'intent\n');
      await scene.git('add', '-N', 'intent.txt');
      await scene.git('update-index', '--assume-unchanged', 'kept.txt');
      await scene.git('update-index', '--skip-worktree', 'src/000/file-00000.txt');
      await rm(path.join(scene.worktree, 'src/000/file-00000.txt'));
      const { read, worktree, index, archived } = await archive(scene);
      assert.deepEqual(
        [read.intentToAdd, read.assumeUnchanged, read.skipWorktree, read.sparse],
        [['intent.txt'], ['kept.txt'], ['src/000/file-00000.txt'], null],
      );
      assert.equal(worktree['intent.txt'], 'intent\n');
      assert.equal(index['intent.txt'], undefined);
      assert.equal(
        worktree['src/000/file-00000.txt'],
        'line one of 0\nline two\n',
        'left out of the folder on purpose',
      );
      assert.deepEqual(archived.leftOut, []);

      const second = path.join(dir, 'sparse');
      await runGit(scene.root, 'worktree', 'add', '-q', '-b', 'sparse', second);
      await runGit(second, 'sparse-checkout', 'set', '--cone', '--sparse-index', 'none');
      const sparse = await sceneOf(dir, scene.root, second);
      await sparse.write('src/000/new.txt', 'outside the cone\n');
      await sparse.write('kept.txt', 'changed\n');
      const kept = await archiveWorktree(sparse.deps, await sparse.target(), { id: 'second', ref });
      const content = await readArchive(sparse.deps.git, sparse.deps.layout, kept.ref);
      assert.match(content.sparse ?? '', /\/none\//);
      const files = await filesOf(scene.root, content.worktreeTree);
      assert.equal(files['src/000/new.txt'], 'outside the cone\n');
      assert.equal(files['kept.txt'], 'changed\n');
      assert.equal(files['src/000/file-00002.txt'], 'line one of 2\nline two\n');
    }));

  it('intent to add: also when the file is gone, or git was told to overlook it', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await scene.write('empty.txt', '');
      await scene.git('add', 'empty.txt');
      for (const name of ['gone', 'looked-past', 'left']) {
        await scene.write(name, 'x');
        await scene.git('add', '-N', name);
      }
      await rm(path.join(scene.worktree, 'gone'));
      await scene.git('update-index', '--assume-unchanged', 'looked-past');
      await scene.git('update-index', '--skip-worktree', 'left');
      const { read, index } = await archive(scene);
      assert.deepEqual(read.intentToAdd, ['gone', 'left', 'looked-past']);
      assert.deepEqual([index['empty.txt'], index.gone], ['', undefined]);
    }));

  it('goes through the clean filters, whatever the user wants to be warned about, and needs no identity', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await scene.git('config', 'core.autocrlf', 'true');
      await scene.git('config', 'core.safecrlf', 'true');
      await scene.git('config', 'user.useConfigOnly', 'true');
      await scene.git('config', 'user.email', '');
      await scene.git('config', 'filter.case.clean', 'tr a-z A-Z');
      await scene.write('.gitattributes', '*.up filter=case\n');
      await scene.write('crlf.txt', 'a\r\nb\n');
      await scene.write('x.up', 'upper\n');
      const { worktree } = await archive(scene);
      assert.deepEqual([worktree['crlf.txt'], worktree['x.up']], ['a\nb\n', 'UPPER\n']);
    }));

  it('submodule at another commit: its commit is recorded; a nested repository and a large file are named', () =>
    withTempDir(async (dir) => {
      const { root } = await makeSubmodule(dir);
      const scene = await sceneOf(dir, root, await addWorktree(root, path.join(dir, 'work'), 'work'));
      await scene.git('submodule', '--quiet', 'update', '--init');
      const part = path.join(scene.worktree, 'libs/part');
      await writeFile(path.join(part, 'a.txt'), 'SECRET');
      const inside = await commitAll(part, 'inside');
      await writeFile(path.join(part, 'b.txt'), 'loose');
      await makeRepository(scene.worktree, { name: 'nested' });
      await rm(path.join(scene.worktree, 'src/000/file-00000.txt'));
      await makeRepository(path.join(scene.worktree, 'src/000'), { name: 'file-00000.txt' });
      await rm(path.join(scene.worktree, 'src/000/file-00001.txt'));
      await scene.write('src/000/file-00001.txt/loose', 'x');
      await runGit(path.join(scene.worktree, 'src/000/file-00001.txt'), 'init', '-q');
      await scene.write('large.bin', '');
      await truncate(path.join(scene.worktree, 'large.bin'), largeFile + 1);
      await scene.write('limit.bin', '');
      await truncate(path.join(scene.worktree, 'limit.bin'), largeFile);
      const { archived, worktree } = await archive(scene);
      assert.equal(worktree['libs/part'], `160000 ${inside}`);
      assert.deepEqual(archived.leftOut, [
        { path: 'large.bin', why: 'it is larger than 50 MB' },
        { path: 'nested', why: 'it is a repository of its own' },
        { path: 'src/000/file-00000.txt', why: 'it is a repository of its own' },
        { path: 'src/000/file-00001.txt', why: 'it is a repository of its own' },
      ]);
      assert.ok('limit.bin' in worktree);
      assert.ok(!Object.keys(worktree).some((file) => /^(?:nested|src.000.file-0000[01])/.test(file)));
    }));

  it('a bare repository, a separate git directory, and a submodule with linked worktrees', () =>
    withTempDir(async (dir) => {
      const repositories = {
        bare: (await makeBare(path.join(dir))).bare,
        separate: (await makeSeparate(dir)).root,
        submodule: (await makeSubmodule(await mkdtemp(path.join(dir, 'sub-')))).submodule,
      };
      for (const [name, root] of Object.entries(repositories)) {
        const worktree = await addWorktree(root, path.join(dir, `work-${name}`), 'work');
        const scene = await sceneOf(dir, root, worktree);
        await scene.write('new.txt', 'new\n');
        await scene.write('.hidden', 'x');
        if (name !== 'bare') await writeFile(path.join(root, '.gitignore'), '.hidden\n');
        const { worktree: files, archived } = await archive(scene);
        assert.equal(files['new.txt'], 'new\n', name);
        assert.deepEqual(
          archived.leftOut.map((file) => file.path),
          name === 'bare' ? [] : ['.hidden'],
          name,
        );
        const { losses } = await surveyWorktree(scene.deps, await scene.target(), { integrated: null });
        assert.deepEqual(
          losses.map(({ kind }) => kind),
          ['untracked', 'untracked'],
          name,
        );
      }
    }));

  it('never replaces an archive; refuses names that are none; tells an archive from other commits', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      const target = await scene.target();
      const { ref: name, commit } = await archiveWorktree(scene.deps, target, { id: 'first', ref });
      await scene.write('later.txt', 'x');
      const reason = (wanted: string) => (error: unknown) => WorktreeError.is(error) && error.reason === wanted;
      await assert.rejects(archiveWorktree(scene.deps, target, { id: 'first', ref }), reason('exists'));
      assert.equal(await scene.git('rev-parse', name), commit);
      for (const id of ['', 'a/b', '../x', 'x.lock', '-x', 'a b']) {
        await assert.rejects(archiveWorktree(scene.deps, target, { id, ref }), reason('bad-name'), id);
      }
      for (const wrong of ['refs/heads/main', 'refs/switchyard/archive/inbox/work/none']) {
        await assert.rejects(readArchive(scene.deps.git, scene.deps.layout, wrong), reason('nothing-to-restore'));
      }
      assert.deepEqual(await readdir(scene.deps.scratchDir), []);
    }));

  it('a scratch folder that cannot be written: says so, and makes no ref', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await writeFile(path.join(dir, 'file'), '');
      const deps = { ...scene.deps, scratchDir: path.join(dir, 'file') };
      await assert.rejects(archiveWorktree(deps, await scene.target(), { id: 'first', ref }), /could not be written/);
      assert.equal(await scene.git('for-each-ref', 'refs/switchyard'), '');
    }));

  it('removes what a killed archive left in the scratch folder a day ago, and nothing else', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      const left = (name: string) => path.join(scene.deps.scratchDir, name);
      for (const name of ['clean-old', 'clean-young', 'other']) {
        await mkdir(left(name), { recursive: true });
        await writeFile(path.join(left(name), 'index'), 'x');
      }
      const before = new Date(Date.now() - 25 * 3_600_000);
      for (const name of ['clean-old', 'other']) await utimes(left(name), before, before);
      await archive(scene);
      assert.deepEqual((await readdir(scene.deps.scratchDir)).sort(), ['clean-young', 'other']);
    }));

  it('two at once on one worktree: both are whole, or one says that the name is taken', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await scene.write('kept.txt', 'changed\n');
      const target = await scene.target();
      const ids = ['a', 'a', 'b', 'c'];
      const results = await Promise.allSettled(ids.map((id) => archiveWorktree(scene.deps, target, { id, ref })));
      assert.equal(results.filter(({ status }) => status === 'rejected').length, 1);
      for (const id of ['a', 'b', 'c']) {
        const read = await readArchive(scene.deps.git, scene.deps.layout, `refs/switchyard/archive/inbox/work/${id}`);
        assert.equal((await filesOf(scene.root, read.worktreeTree))['kept.txt'], 'changed\n');
      }
    }));
});
