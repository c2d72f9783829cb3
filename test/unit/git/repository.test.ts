import { strict as assert } from 'node:assert';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GitError } from '../../../src/core/git/errors';
import { createGit } from '../../../src/core/git/git';
import {
  findRepository,
  type RepositoryLayout,
  readLayoutWithoutGit,
  rememberMainWorktree,
  topLevel,
} from '../../../src/core/git/repository';
import { listWorktrees, parseWorktreeList } from '../../../src/core/git/worktreeList';
import { silentLog } from '../../../src/core/ports';
import {
  addWorktree,
  makeBare,
  makeRepository,
  makeSeparate,
  makeSubmodule,
  makeSymlinked,
  runGit,
  testEnvironment,
  withTempDir,
} from '../support/repositories';

const door = () => createGit({ gitPath: null, env: testEnvironment(), log: silentLog });

function expected(commonDir: string, main: string | null, name: string, kind: RepositoryLayout['kind']) {
  const storeDir = path.join(commonDir, 'switchyard');
  const plansDir = main === null ? path.join(storeDir, 'plans') : path.join(main, '.switchyard');
  return { commonDir, mainWorktree: main, name, kind, plansDir, storeDir };
}

/** The same layout from each place, and the same main worktree in git's list. */
async function assertLayout(layout: RepositoryLayout, ...places: string[]): Promise<void> {
  for (const place of places) {
    const git = door();
    assert.deepEqual(await findRepository(git, place), layout, place);
    assert.ok(git.started <= 3, `${git.started} processes`);
    const [first, ...rest] = await listWorktrees(git, layout);
    assert.equal(first?.path, layout.mainWorktree ?? layout.commonDir);
    assert.equal(first?.main, true);
    assert.equal(first?.adminDir, null);
    for (const linked of rest)
      assert.equal(path.dirname(linked.adminDir ?? ''), path.join(layout.commonDir, 'worktrees'));
  }
}

describe('layouts', () => {
  it('plain, from its top, a folder in it, its git directory and a linked worktree', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const linked = await addWorktree(root, path.join(dir, 'w'), 'b');
      const common = path.join(root, '.git');
      const layout = expected(common, root, 'repo', 'plain');
      await assertLayout(layout, root, path.join(root, 'src'), common, linked, path.join(linked, 'src'));
      const git = door();
      await findRepository(git, root);
      assert.equal(git.started, 2, 'the version and one question');
      assert.equal(await topLevel(git, path.join(linked, 'src')), linked);
      const store = layout.storeDir;
      assert.deepEqual(await readLayoutWithoutGit(root), {
        commonDir: common,
        gitDir: common,
        storeDir: store,
        linked: false,
      });
      const gitDir = path.join(common, 'worktrees', 'w');
      assert.deepEqual(await readLayoutWithoutGit(linked), {
        commonDir: common,
        gitDir,
        storeDir: store,
        linked: true,
      });
    }));

  it('bare with linked worktrees', () =>
    withTempDir(async (dir) => {
      const { bare, main, side } = await makeBare(dir);
      await assertLayout(expected(bare, null, 'project', 'bare'), bare, main, side, path.join(side, 'src'));
      assert.equal((await readLayoutWithoutGit(side))?.commonDir, bare);
      assert.equal(await readLayoutWithoutGit(bare), null);
      await assert.rejects(topLevel(door(), bare), (error) => GitError.is(error) && error.reason === 'bare');
    }));

  it('a hidden bare repository in the folder of its worktrees, with and without a .git file beside it', () =>
    withTempDir(async (dir) => {
      const project = path.join(dir, 'project');
      await mkdir(project);
      const { bare, main, side } = await makeBare(dir);
      for (const worktree of [main, side]) await runGit(bare, 'worktree', 'remove', worktree);
      const hidden = path.join(project, '.bare');
      await rename(bare, hidden);
      await writeFile(path.join(project, '.git'), 'gitdir: ./.bare\n');
      const linked = await addWorktree(hidden, path.join(project, 'feature'), 'feature', 'main');
      await assertLayout(expected(hidden, null, 'project', 'bare'), project, hidden, linked);
      assert.equal((await readLayoutWithoutGit(project))?.commonDir, hidden);
    }));

  it('bare that was told safe.bareRepository=explicit, from a linked worktree', () =>
    withTempDir(async (dir) => {
      const { bare, side } = await makeBare(dir);
      const env = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.bareRepository', GIT_CONFIG_VALUE_0: 'explicit' };
      const git = createGit({ gitPath: null, env: testEnvironment(env), log: silentLog });
      const layout = await findRepository(git, side);
      assert.deepEqual(layout, expected(bare, null, 'project', 'bare'));
      assert.equal((await listWorktrees(git, layout)).length, 3);
      await assert.rejects(findRepository(git, bare), (error) => GitError.is(error) && error.reason === 'bare');
    }));

  it('a submodule and its linked worktree', () =>
    withTempDir(async (dir) => {
      const { root, submodule } = await makeSubmodule(dir);
      const linked = await addWorktree(submodule, path.join(dir, 'w'), 'b');
      const common = path.join(root, '.git', 'modules', 'libs', 'part');
      const layout = expected(common, submodule, 'part', 'submodule');
      await assertLayout(layout, submodule, path.join(submodule, 'src'), linked, common);
      await assertLayout(expected(path.join(root, '.git'), root, 'super', 'plain'), root, path.join(root, 'libs'));
      // The .git file of a submodule holds a relative path.
      assert.match(await readFile(path.join(submodule, '.git'), 'utf8'), /^gitdir: \.\.\//);
      assert.deepEqual((await readLayoutWithoutGit(submodule))?.gitDir, common);
      assert.equal((await readLayoutWithoutGit(linked))?.commonDir, common);
    }));

  it('a separate git directory; its linked worktree needs the note of where the checkout is', () =>
    withTempDir(async (dir) => {
      const { root, gitDir } = await makeSeparate(dir);
      const linked = await addWorktree(root, path.join(dir, 'w'), 'b');
      const layout = expected(gitDir, root, 'checkout', 'separate');
      await assertLayout(layout, root, path.join(root, 'src'));
      assert.equal((await findRepository(door(), linked)).mainWorktree, null);
      await mkdir(layout.storeDir);
      await rememberMainWorktree(layout);
      await assertLayout(layout, linked);
      assert.equal((await readLayoutWithoutGit(root))?.gitDir, gitDir);
      // A note that is out of date is not believed.
      await rename(root, path.join(dir, 'moved'));
      assert.equal((await findRepository(door(), linked)).mainWorktree, null);
    }));

  it('through a symbolic link to the repository, and with a .git that is a link', () =>
    withTempDir(async (dir) => {
      const { root, link } = await makeSymlinked(dir);
      const layout = expected(path.join(root, '.git'), root, 'real', 'plain');
      await assertLayout(layout, link, path.join(link, 'src'));
      assert.deepEqual(await readLayoutWithoutGit(link), await readLayoutWithoutGit(root));
      await rename(path.join(root, '.git'), path.join(dir, 'kept.git'));
      await symlink(
        path.join(dir, 'kept.git'),
        path.join(root, '.git'),
        process.platform === 'win32' ? 'junction' : 'dir',
      );
      await assertLayout(expected(path.join(dir, 'kept.git'), root, 'real', 'separate'), root);
    }));

  it('a linked worktree whose gitdir and commondir are relative', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const linked = await addWorktree(root, path.join(dir, 'w'), 'b');
      const admin = path.join(root, '.git', 'worktrees', 'w');
      await writeFile(path.join(linked, '.git'), `gitdir: ${path.relative(linked, admin)}\n`);
      await writeFile(path.join(admin, 'gitdir'), `${path.relative(admin, path.join(linked, '.git'))}\n`);
      const layout = await readLayoutWithoutGit(linked);
      assert.equal(layout?.commonDir, path.join(root, '.git'));
      assert.equal(layout?.gitDir, admin);
      assert.equal(layout?.linked, true);
    }));

  it('says nothing without git about folders that are no worktree', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      assert.equal(await readLayoutWithoutGit(path.join(root, 'src')), null);
      assert.equal(await readLayoutWithoutGit(dir), null);
      assert.equal(await readLayoutWithoutGit(path.join(dir, 'gone')), null);
      await mkdir(path.join(dir, 'fake', '.git'), { recursive: true });
      assert.equal(await readLayoutWithoutGit(path.join(dir, 'fake')), null);
      await mkdir(path.join(dir, 'dangling'));
      await writeFile(path.join(dir, 'dangling', '.git'), 'gitdir: /nowhere/at/all\n');
      assert.equal(await readLayoutWithoutGit(path.join(dir, 'dangling')), null);
    }));

  it('a folder that is only called .git is no repository', () =>
    withTempDir(async (dir) => {
      await mkdir(path.join(dir, 'fake', '.git'), { recursive: true });
      await assert.rejects(findRepository(door(), path.join(dir, 'fake')), (error) => {
        return GitError.is(error) && error.reason === 'no-repository';
      });
    }));
});

describe('list of worktrees', () => {
  it('tells branch, detached, locked, gone and unborn apart', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const head = await runGit(root, 'rev-parse', 'HEAD');
      const at = (name: string) => path.join(dir, name);
      await addWorktree(root, at('branch ü'), 'agent/x');
      await runGit(root, 'worktree', 'add', '-q', '--detach', at('detached'));
      await addWorktree(root, at('locked'), 'l1');
      await runGit(root, 'worktree', 'lock', '--reason', 'on a stick\nof mine', at('locked'));
      await addWorktree(root, at('locked2'), 'l2');
      await runGit(root, 'worktree', 'lock', at('locked2'));
      await addWorktree(root, at('gone'), 'gone');
      await rm(at('gone'), { recursive: true });
      const git = door();
      const list = await listWorktrees(git, await findRepository(git, root));
      const byName = new Map(list.map((worktree) => [path.basename(worktree.path), worktree]));
      assert.equal(list.length, 6);
      assert.equal(byName.get('branch ü')?.branch, 'agent/x');
      assert.equal(byName.get('branch ü')?.head, head);
      assert.deepEqual([byName.get('detached')?.branch, byName.get('detached')?.detached], [null, true]);
      assert.equal(byName.get('locked')?.locked, 'on a stick\nof mine');
      assert.equal(byName.get('locked2')?.locked, 'locked');
      assert.match(byName.get('gone')?.prunable ?? '', /non-existent/);
      assert.equal(byName.get('gone')?.adminDir, path.join(root, '.git', 'worktrees', 'gone'));
      assert.equal(byName.get('repo')?.prunable, null);
    }));

  it('lists a repository without commits', () =>
    withTempDir(async (dir) => {
      await runGit(dir, 'init', '-q', 'empty');
      const git = door();
      const list = await listWorktrees(git, await findRepository(git, path.join(dir, 'empty')));
      assert.deepEqual([list.length, list[0]?.head, list[0]?.branch], [1, null, 'main']);
    }));

  it('passes over attributes it does not know and records that were cut off', () => {
    const text =
      'worktree /a\0HEAD 1111111111111111111111111111111111111111\0novelty x\0detached\0\0worktree /b\0HEAD 22';
    const [only, ...rest] = parseWorktreeList(text);
    assert.deepEqual(rest, []);
    assert.equal(only?.detached, true);
    assert.deepEqual(parseWorktreeList(''), []);
  });

  it('lists while git adds a worktree, whose files are there before their content is', async () => {
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await addWorktree(root, path.join(dir, 'side'), 'side');
      const git = door();
      const layout = await findRepository(git, root);
      const file = path.join(root, '.git', 'worktrees', 'side', 'commondir');
      const content = await readFile(file);
      await writeFile(file, '');
      setTimeout(() => void writeFile(file, content), 60);
      assert.equal((await listWorktrees(git, layout)).length, 2);
      await writeFile(file, '');
      await assert.rejects(listWorktrees(git, layout), (error) => GitError.is(error) && error.reason === 'locked');
    });
  });
});
