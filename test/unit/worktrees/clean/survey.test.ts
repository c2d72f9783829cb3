import { strict as assert } from 'node:assert';
import {
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import type { Integrated, Loss, LossKind } from '../../../../src/contract/json';
import type { CleanTarget } from '../../../../src/core/worktrees/state/target';
import { surveyWorktree } from '../../../../src/core/worktrees/survey/survey';
import {
  addWorktree,
  commitAll,
  makeRepository,
  makeSubmodule,
  makeWithRemote,
  runGit,
  withTempDir,
} from '../../support/repositories';
import { makeScene, type Scene, sceneOf } from './support';

async function survey(scene: Scene, o: Partial<CleanTarget> & { integrated?: Integrated } = {}) {
  const { integrated = null, ...target } = o;
  return surveyWorktree(scene.deps, await scene.target(target), { integrated });
}

/** The losses of one kind as `path: why`. */
async function named(scene: Scene, kind: LossKind, o: Partial<CleanTarget> & { integrated?: Integrated } = {}) {
  return (await survey(scene, o)).losses
    .filter((loss) => loss.kind === kind)
    .map((loss) => `${loss.path}: ${loss.why}`);
}

async function nothing(scene: Scene, o: Partial<CleanTarget> = {}): Promise<void> {
  assert.deepEqual(await survey(scene, o), { losses: [], discards: false });
}

describe('worktrees: survey', () => {
  it('a worktree just made loses nothing', () => withTempDir(async (dir) => nothing(await makeScene(dir))));

  it('changes: staged, unstaged, deleted, conflicted, modes; a file that was only touched is none', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await utimes(path.join(scene.worktree, 'kept.txt'), new Date(), new Date());
      await nothing(scene);
      await scene.write('kept.txt', 'changed\n');
      await scene.write('new.txt', 'new\n');
      await scene.git('add', 'new.txt');
      await scene.git('rm', '-q', 'src/000/file-00000.txt');
      await rm(path.join(scene.worktree, 'src/000/file-00001.txt'));
      await scene.git('update-index', '--chmod=+x', 'src/000/file-00002.txt');
      await scene.write('intent.txt', 'x\n');
      await scene.git('add', '-N', 'intent.txt');
      assert.deepEqual(await named(scene, 'changes'), [
        'intent.txt: not staged: added',
        'kept.txt: not staged: modified',
        'new.txt: staged: added',
        'src/000/file-00000.txt: staged: deleted',
        'src/000/file-00001.txt: not staged: deleted',
        'src/000/file-00002.txt: staged: modified, not staged: modified',
      ]);
      assert.equal((await survey(scene)).discards, true);
    }));

  it('changes: what git was told to overlook; a sparse checkout is none', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await scene.git('update-index', '--skip-worktree', 'kept.txt', 'src/000/file-00000.txt');
      await scene.git('update-index', '--assume-unchanged', 'src/000/file-00001.txt', 'src/000/file-00002.txt');
      await rm(path.join(scene.worktree, 'src/000/file-00000.txt'));
      await nothing(scene);
      await scene.write('kept.txt', 'password\n');
      await scene.write('src/000/file-00001.txt', 'mine\n');
      const why = 'changed; kept in the trash only, because git was told to overlook its changes';
      assert.deepEqual(await named(scene, 'changes'), [`kept.txt: ${why}`, `src/000/file-00001.txt: ${why}`]);
    }));

  it('untracked: files, with names of line breaks and of no text; a folder without files is none', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await mkdir(path.join(scene.worktree, 'empty/deeper'), { recursive: true });
      await nothing(scene);
      await scene.write('two\nlines.txt', 'x');
      await scene.write(':(top)magic', 'x');
      await writeFile(Buffer.concat([Buffer.from(`${scene.worktree}/latin-`), Buffer.from([0xe9])]), 'x');
      const why = 'git does not track it';
      assert.deepEqual(await named(scene, 'untracked'), [
        `:(top)magic: ${why}`,
        `latin-\ufffd: ${why}`,
        `two\nlines.txt: ${why}`,
      ]);
    }));

  it('names two hundred of a kind, and how many more', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      for (let i = 0; i < 205; i += 1) await scene.write(`many/${String(i).padStart(3, '0')}`, 'x');
      const untracked = await named(scene, 'untracked');
      assert.equal(untracked.length, 201);
      assert.equal(untracked[199], 'many/199: git does not track it');
      assert.equal(untracked[200], '…: and 5 more');
    }));

  it('ignored: its own and changed ones; unchanged copies are none', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      const inMain = (file: string) => path.join(scene.root, file);
      await writeFile(inMain('copied.env'), 'A=1\n');
      await writeFile(inMain('changed.env'), 'A=1\n');
      await mkdir(inMain('data/deep'), { recursive: true });
      await writeFile(inMain('data/deep/one'), 'one\n');
      await writeFile(inMain('data/two'), 'two\n');
      for (const file of ['copied.env', 'changed.env']) await copyFile(inMain(file), path.join(scene.worktree, file));
      await cp(inMain('data'), path.join(scene.worktree, 'data'), { recursive: true, preserveTimestamps: true });
      const copied = ['copied.env', 'changed.env', 'data/'];
      await nothing(scene, { copied });
      await nothing(scene);
      await scene.write('changed.env', 'A=2\n');
      await scene.write('own.env', 'B=1\n');
      await scene.write('data/two', 'TWO\n');
      await scene.write('data/three', 'three\n');
      assert.deepEqual(await named(scene, 'ignored', { copied }), [
        "changed.env: it is not the main worktree's",
        'data/three: it is not in the main worktree',
        "data/two: it is not the main worktree's",
        'own.env: it is not in the main worktree',
      ]);
      await rm(inMain('data'), { recursive: true });
      const { losses } = await survey(scene, { copied });
      const folder = losses.find((loss) => loss.path === 'data/');
      assert.equal(folder?.why, 'it is not in the main worktree');
      assert.ok((folder?.bytes ?? 0) > 0);
    }));

  it('ignored: a copy of the same size and time counts as unchanged only when it was copied', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await writeFile(path.join(scene.root, 'a.env'), 'A=1\n');
      await scene.write('a.env', 'A=2\n');
      const { atime, mtime } = await stat(path.join(scene.root, 'a.env'));
      await utimes(path.join(scene.root, 'a.env'), atime, mtime);
      await utimes(path.join(scene.worktree, 'a.env'), atime, mtime);
      assert.deepEqual(await named(scene, 'ignored'), ["a.env: it is not the main worktree's"]);
    }));

  it('rebuildable: ignored folders by name, with their size; not when something in them is tracked', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await scene.write('node_modules/part/index.js', 'x'.repeat(20_000));
      await scene.write('packages/a/node_modules/x', 'x');
      const { losses, discards } = await survey(scene);
      assert.deepEqual(
        losses.map(({ kind, path: file }) => `${kind} ${file}`),
        ['rebuildable node_modules/', 'rebuildable packages/a/node_modules/'],
      );
      assert.ok((losses[0]?.bytes ?? 0) >= 20_000);
      assert.equal(discards, false);
      await scene.git('add', '-f', 'node_modules/part/index.js');
      await scene.git('commit', '-qm', 'patched');
      await scene.write('node_modules/own', 'x');
      assert.deepEqual(await named(scene, 'ignored'), ['node_modules/own: it is not in the main worktree']);
    }));

  it('rebuildable: a link to packages elsewhere; a link of another name is its own', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await writeFile(path.join(scene.root, '.git/info/exclude'), 'node_modules\n/shortcut\n');
      await symlink(path.join(scene.root, 'src'), path.join(scene.worktree, 'node_modules'));
      await symlink('src', path.join(scene.worktree, 'shortcut'));
      assert.deepEqual(await named(scene, 'rebuildable'), ['node_modules: a link; what it leads to stays']);
      assert.deepEqual(await named(scene, 'ignored'), ['shortcut: it is not in the main worktree']);
    }));

  it('rebuildable: a folder of that name that git does not ignore is untracked work', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await scene.write('dist/page.html', 'x');
      assert.deepEqual(await named(scene, 'untracked'), ['dist/page.html: git does not track it']);
      assert.deepEqual(await named(scene, 'rebuildable'), []);
    }));

  it('repository: at any depth, in ignored folders too, with its state', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      const at = (folder: string) => path.join(scene.worktree, folder);
      const { remote } = await makeWithRemote(await mkdtemp(path.join(dir, 'far-')));
      await runGit(dir, 'clone', '-q', remote, at('a/clone'));
      await makeRepository(at('data/deep'), { name: 'own' });
      await writeFile(at('data/deep/own/loose.txt'), 'x');
      await mkdir(at('node_modules/bare'), { recursive: true });
      await runGit(at('node_modules/bare'), 'init', '-q');
      await runGit(scene.root, 'worktree', 'add', '-q', '-b', 'inner', at('inner'));
      await mkdir(at('data/broken/.git'), { recursive: true });
      const found = await named(scene, 'repository');
      assert.deepEqual(found.slice(0, 1), [
        'a/clone/: it is a repository of its own, with 0 changed files and 0 commits on no remote',
      ]);
      assert.match(found[1] ?? '', /^data\/broken\/: it is a repository of its own, which git cannot read \(.+\)$/);
      assert.deepEqual(found.slice(2), [
        'data/deep/own/: it is a repository of its own, with 1 changed file and 1 commit on no remote',
        'inner/: it is another worktree of this repository; move it elsewhere first',
        'node_modules/bare/: it is a repository of its own, with 0 changed files and 0 commits on no remote',
      ]);
    }));

  it('submodule: changes in it and commits of its own; one that is as the base has it is none', () =>
    withTempDir(async (dir) => {
      const { root } = await makeSubmodule(dir);
      const scene = await sceneOf(dir, root, await addWorktree(root, path.join(dir, 'work'), 'work'));
      await nothing(scene);
      await scene.git('submodule', '--quiet', 'update', '--init');
      await nothing(scene);
      const part = path.join(scene.worktree, 'libs/part');
      await writeFile(path.join(part, 'loose.txt'), 'x');
      assert.deepEqual(await named(scene, 'submodule'), ['libs/part: files in it are changed or untracked']);
      assert.deepEqual(await named(scene, 'changes'), []);
      await commitAll(part, 'only here');
      assert.deepEqual(await named(scene, 'submodule'), [
        'libs/part: 1 commit in it is on no remote and not in the base',
      ]);
      assert.deepEqual(await named(scene, 'changes'), ['libs/part: not staged: at another commit']);
      // The branch records it now, but only this worktree's own repository of the submodule has it.
      await scene.git('commit', '-qam', 'part moved');
      assert.deepEqual(await named(scene, 'submodule'), [
        'libs/part: 1 commit in it is on no remote and not in the base',
      ]);
      await runGit(part, 'checkout', '-q', 'HEAD~1');
      await scene.git('commit', '-qam', 'part moved back');
      assert.equal((await named(scene, 'submodule')).length, 1, 'its reflog still has the commit');
    }));

  it('unreachable: reset away, detached, amended; what a rebase left behind is none', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await scene.write('a.txt', 'a\n');
      const away = await commitAll(scene.worktree, 'reset away');
      await scene.git('reset', '-q', '--hard', 'HEAD~1');
      assert.deepEqual(await named(scene, 'unreachable'), [`${away}: "reset away": no branch or tag leads to it`]);
      await runGit(scene.root, 'tag', 'saved', away);
      await nothing(scene);
      await runGit(scene.root, 'tag', '-d', 'saved');
      await runGit(scene.root, 'update-ref', 'refs/switchyard/archive/inbox/work/1', away);
      assert.equal((await named(scene, 'unreachable')).length, 1, 'an earlier archive may be deleted');
      await scene.git('checkout', '-q', '--detach', away);
      assert.deepEqual(await named(scene, 'unreachable'), [
        `${away}: "reset away": only the detached HEAD leads to it`,
      ]);
      await scene.git('checkout', '-q', 'work');
      await scene.git('merge', '-q', '--ff-only', away);
      await nothing(scene);
      await writeFile(path.join(scene.root, 'base.txt'), 'base\n');
      await commitAll(scene.root, 'base moved');
      await scene.git('rebase', '-q', 'main');
      assert.notEqual(await scene.git('rev-parse', 'HEAD'), away);
      await nothing(scene);
      await scene.write('a.txt', 'amended\n');
      const amended = await scene.git('rev-parse', 'HEAD');
      await scene.git('commit', '-q', '-a', '--amend', '-m', 'amended');
      // The rebased commit and the one before the rebase hold the old change.
      assert.deepEqual(
        (await named(scene, 'unreachable')).map((line) => line.slice(0, 40)).sort(),
        [amended, away].sort(),
      );
    }));

  it('unreachable: what was fetched and is in no branch is where it came from', () =>
    withTempDir(async (dir) => {
      const { root, remote } = await makeWithRemote(dir);
      const scene = await sceneOf(dir, root, await addWorktree(root, path.join(dir, 'work'), 'work'));
      const other = path.join(dir, 'other');
      await runGit(dir, 'clone', '-q', remote, other);
      await writeFile(path.join(other, 'a.txt'), 'a\n');
      const proposed = await commitAll(other, 'proposed');
      await runGit(other, 'push', '-q', 'origin', 'HEAD:refs/pull/1/head');
      await scene.git('fetch', '-q', 'origin', 'refs/pull/1/head');
      await nothing(scene);
      await scene.git('checkout', '-q', '--detach', 'FETCH_HEAD');
      assert.equal((await named(scene, 'unreachable'))[0]?.slice(0, 40), proposed);
    }));

  it('operation: merge, rebase, cherry-pick, revert, bisect and the commits they know', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      const { git, write } = scene;
      await nothing(scene);
      await write('kept.txt', 'ours\n');
      const ours = await commitAll(scene.worktree, 'ours');
      await git('checkout', '-q', '--detach', 'main');
      await write('kept.txt', 'theirs\n');
      const theirs = await commitAll(scene.worktree, 'theirs');
      await git('checkout', '-q', 'work');
      const stop = async (...args: string[]) => {
        await assert.rejects(git(...args));
        return named(scene, 'operation');
      };
      assert.deepEqual(await stop('merge', theirs), [`merge: a merge of ${theirs.slice(0, 10)} is not committed`]);
      assert.equal((await named(scene, 'unreachable')).length, 1);
      assert.deepEqual(await named(scene, 'changes'), ['kept.txt: in conflict']);
      await git('merge', '--abort');
      assert.deepEqual(await stop('cherry-pick', theirs), [
        `cherry-pick: a cherry-pick of ${theirs.slice(0, 10)} is not committed`,
      ]);
      await git('cherry-pick', '--abort');
      assert.deepEqual(await stop('-c', 'core.editor=true', 'revert', theirs), [
        `revert: a revert of ${theirs.slice(0, 10)} is not committed`,
      ]);
      await git('revert', '--abort');
      await git('branch', '-f', 'side', theirs);
      assert.deepEqual(await stop('rebase', 'side'), ['rebase: the rebase of work has stopped at step 1 of 1']);
      await git('rebase', '--abort');
      await write('src/000/file-00000.txt', 'aside\n');
      assert.deepEqual(await stop('rebase', '--autostash', 'side'), [
        'rebase: the rebase of work has stopped at step 1 of 1, and git has put changes aside until it ends',
      ]);
      assert.match((await named(scene, 'unreachable')).join('\n'), /autostash/);
      await git('rebase', '--abort');
      await git('checkout', '-q', '--', '.');
      await git('bisect', 'start');
      await git('bisect', 'bad', ours);
      assert.deepEqual(await named(scene, 'operation'), ['bisect: a bisect is under way']);
    }));

  it('unpushed and unmerged are about the branch; without a remote nothing is unpushed', () =>
    withTempDir(async (dir) => {
      const { root } = await makeWithRemote(dir);
      const scene = await sceneOf(dir, root, await addWorktree(root, path.join(dir, 'work'), 'work'));
      await nothing(scene);
      await scene.write('a.txt', 'a\n');
      await commitAll(scene.worktree, 'a');
      const found = await survey(scene, { integrated: { verdict: 'no' } });
      assert.deepEqual(found, {
        losses: [
          { kind: 'unpushed', path: 'work', why: '1 commit is on no remote' },
          { kind: 'unmerged', path: 'work', why: 'it is not in main by any test' },
        ],
        discards: false,
      });
      assert.deepEqual(await named(scene, 'unmerged', { integrated: { verdict: 'unknown', why: 'too slow' } }), [
        'work: whether it is in the base is not known: too slow',
      ]);
      await scene.git('push', '-q', 'origin', 'work');
      assert.deepEqual(
        (await survey(scene, { integrated: { verdict: 'yes', by: 'ancestor', into: 'main' } })).losses,
        [],
      );
      const local = await makeScene(path.join(dir, 'local'));
      await local.write('a.txt', 'a\n');
      await commitAll(local.worktree, 'a');
      assert.deepEqual(await named(local, 'unpushed'), []);
    }));

  it('the order is the same each time, by kind and path, and nothing is written', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      for (const file of ['z.txt', 'a.txt', 'b.env', 'a.env', 'kept.txt', 'node_modules/x'])
        await scene.write(file, file);
      const before = await everyFile(scene);
      const first: readonly Loss[] = (await survey(scene)).losses;
      assert.deepEqual(
        first.map((loss) => `${loss.kind} ${loss.path}`),
        [
          'changes kept.txt',
          'untracked a.txt',
          'untracked z.txt',
          'ignored a.env',
          'ignored b.env',
          'rebuildable node_modules/',
        ],
      );
      assert.deepEqual((await survey(scene)).losses, first);
      assert.deepEqual(await everyFile(scene), before);
      assert.deepEqual(await readdir(scene.deps.scratchDir), []);
    }));
});

/** Every file of the worktree and of the repository, with time and content. */
async function everyFile(scene: Scene): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const top of [scene.root, scene.worktree]) {
    for (const name of await readdir(top, { recursive: true })) {
      const file = path.join(top, name);
      const found = await stat(file);
      if (found.isFile()) files[file] = `${found.mtimeMs} ${await readFile(file, 'hex')}`;
    }
  }
  return files;
}
