import { strict as assert } from 'node:assert';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { archiveWorktree } from '../../../../src/core/worktrees/archive/archiveRef';
import { surveyWorktree } from '../../../../src/core/worktrees/survey/survey';
import { commitAll, makeRepository, runGit, withTempDir } from '../../support/repositories';
import { gitBytes, makeScene, type Scene } from './support';

const ref = { plan: 'inbox', task: 'work' };

/** The contents of every object that a mirror of the repository holds. */
async function mirrored(dir: string, scene: Scene): Promise<string> {
  const mirror = path.join(dir, 'mirror.git');
  await runGit(dir, 'clone', '-q', '--mirror', '--no-local', scene.root, mirror);
  const ids = (await runGit(mirror, 'rev-list', '--objects', '--all', '--no-object-names')).split('\n');
  const texts = await Promise.all(
    ids.map(async (id) => {
      const type = await runGit(mirror, 'cat-file', '-t', id);
      return type === 'tree' ? '' : gitBytes(mirror, 'cat-file', type, id);
    }),
  );
  return texts.join('\n');
}

describe('worktrees: archive ref and secrets', () => {
  it('a mirror clone holds no byte of an ignored file, however it came into the worktree', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      const { git, write } = scene;
      // Ignored here; by the folder; in a folder of its own rules; by the repository's own excludes.
      await write('own.env', 'SECRET-1');
      await write('data/deep/file', 'SECRET-2');
      await write('sub/.gitignore', 'local*\n');
      await write('sub/local.txt', 'SECRET-3');
      await writeFile(path.join(scene.root, '.git/info/exclude'), '/excluded.txt\n');
      await write('excluded.txt', 'SECRET-4');
      // Ignored by the main worktree only, by rules that nobody committed.
      await writeFile(path.join(scene.root, '.gitignore'), '*.env\nnode_modules/\ndata/\n/keys/\n');
      await mkdir(path.join(scene.root, 'src/000'), { recursive: true });
      await writeFile(path.join(scene.root, 'src/000/.gitignore'), 'token\n');
      await write('keys/id', 'SECRET-5');
      await write('src/000/token', 'SECRET-6');
      // Copied in, though no rule here says that it is ignored.
      await write('config/local.json', 'SECRET-7');
      await write('brought/deep/a', 'SECRET-8');
      // Forced into the index against the rules, or only promised to it.
      await write('forced.env', 'SECRET-9');
      await git('add', '-f', 'forced.env');
      await write('intent.env', 'SECRET-10');
      await git('add', '-f', '-N', 'intent.env');
      await git('add', 'keys/id', 'config/local.json');
      await write('keys/id', 'SECRET-11');
      // Tracked, but git was told to look away.
      await git('update-index', '--skip-worktree', 'kept.txt');
      await write('kept.txt', 'SECRET-12');
      // Another repository's.
      await makeRepository(path.join(scene.worktree, 'inside'), { name: 'own' });
      await write('inside/own/src/000/file-00000.txt', 'SECRET-13');
      await write('plain.txt', 'PLAIN-WORK');

      const target = await scene.target({ copied: ['config/local.json', 'brought/'] });
      const archived = await archiveWorktree(scene.deps, target, { id: 'first', ref });

      const objects = await mirrored(dir, scene);
      assert.match(objects, /PLAIN-WORK/);
      assert.deepEqual(objects.match(/SECRET-\d+/g), null);
      assert.deepEqual(
        archived.leftOut.map((file) => `${file.path}: ${file.why}`),
        [
          'brought/deep/a: it was copied from the main worktree',
          'config/local.json: it was copied from the main worktree',
          'data/: git ignores it',
          'excluded.txt: git ignores it',
          'forced.env: git ignores it',
          'inside/own: it is a repository of its own',
          'intent.env: git ignores it',
          'kept.txt: git was told to overlook its changes',
          'keys/id: the main worktree ignores it',
          'own.env: git ignores it',
          'src/000/token: the main worktree ignores it',
          'sub/local.txt: git ignores it',
        ],
      );
      const { losses } = await surveyWorktree(scene.deps, target, { integrated: null });
      const why = 'git does not track it; kept in the trash only, because the main worktree ignores it';
      assert.ok(losses.some((loss) => loss.path === 'src/000/token' && loss.why === why));
    }));

  it('asks the main worktree about paths that lead through its links, folders and repositories', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await makeRepository(path.join(scene.root, 'lib'), { name: 'own' });
      await mkdir(path.join(scene.root, 'real'));
      await writeFile(path.join(scene.root, 'real/.gitignore'), '*\n');
      await symlink('real', path.join(scene.root, 'linked'));
      await writeFile(path.join(scene.root, 'flat'), 'x');
      for (const file of ['linked/a.txt', 'linked/a.env', 'lib/own/b.txt', 'flat/c.txt', 'real/d.txt']) {
        await scene.write(file, file);
      }
      const archived = await archiveWorktree(scene.deps, await scene.target(), { id: 'first', ref });
      assert.deepEqual(archived.leftOut, [
        { path: 'linked/a.env', why: 'git ignores it' },
        { path: 'real/d.txt', why: 'the main worktree ignores it' },
      ]);
    }));

  it('a committed file that a rule covers is work like any other', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await scene.write('sample.env', 'A=\n');
      await scene.git('add', '-f', 'sample.env');
      await commitAll(scene.worktree, 'a sample');
      await scene.write('sample.env', 'A=changed\n');
      const { commit, leftOut } = await archiveWorktree(scene.deps, await scene.target(), { id: 'first', ref });
      assert.equal(await scene.git('show', `${commit}:worktree/sample.env`), 'A=changed');
      assert.deepEqual(leftOut, []);
    }));
});
