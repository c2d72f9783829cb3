import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createGit } from '../../../../src/core/git/git';
import { silentLog } from '../../../../src/core/ports';
import { archiveWorktree } from '../../../../src/core/worktrees/archive/archiveRef';
import { readArchive } from '../../../../src/core/worktrees/archive/manifest';
import { WorktreeError } from '../../../../src/core/worktrees/errors';
import { surveyWorktree } from '../../../../src/core/worktrees/survey/survey';
import { testEnvironment, withTempDir } from '../../support/repositories';
import { filesOf, makeScene, type Scene } from './support';

const nobody = 65534;

/** Runs `fn` as a user for whom permissions count: root reads everything. */
async function asUser<T>(dir: string, scene: Scene, fn: (scene: Scene) => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return fn(scene);
  execFileSync('chown', ['-R', `${nobody}:${nobody}`, dir]);
  // The tests' own configuration lies in a folder of root's.
  const env = testEnvironment({ GIT_CONFIG_GLOBAL: '/dev/null' });
  const deps = { ...scene.deps, git: createGit({ gitPath: null, env, log: silentLog }) };
  // The program is looked up, and everything loaded that is loaded at first use, while we may.
  await deps.git.version();
  process.setegid?.(nobody);
  process.seteuid?.(nobody);
  try {
    return await fn({ ...scene, deps });
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    execFileSync('chown', ['-R', '0:0', dir]);
  }
}

describe('worktrees: survey and archive, bad input: files unreadable', () => {
  before(function () {
    // Windows has no permission bits to take away.
    if (process.platform === 'win32') this.skip();
  });

  it('are named, and the rest is kept', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      const at = (file: string) => path.join(scene.worktree, file);
      await scene.write('kept.txt', 'changed, then closed\n');
      await scene.write('closed.txt', 'closed\n');
      await scene.write('folder/inner.txt', 'inner\n');
      await scene.write('data/inner/x', 'x');
      await scene.write('node_modules/inner/x', 'x');
      await scene.write('a.env', 'closed too\n');
      await writeFile(path.join(scene.root, 'a.env'), 'closed tu!\n');
      await scene.write('open.txt', 'open\n');
      const target = await scene.target();
      const closed = ['kept.txt', 'closed.txt', 'folder', 'data/inner', 'node_modules/inner', 'a.env'];
      const kept = await asUser(dir, scene, async ({ deps }) => {
        for (const file of closed) await chmod(at(file), 0);
        const { losses } = await surveyWorktree(deps, target, { integrated: null });
        assert.deepEqual(
          losses.map((loss) => `${loss.kind} ${loss.path}: ${loss.why}`),
          [
            'changes kept.txt: not staged: modified; kept in the trash only, because it cannot be read (EACCES)',
            'untracked closed.txt: git does not track it; kept in the trash only, because it cannot be read (EACCES)',
            'untracked folder/: it cannot be read (Permission denied)',
            'untracked open.txt: git does not track it',
            "ignored a.env: it cannot be compared with the main worktree's (EACCES)",
            'ignored data/inner/: it cannot be read (EACCES)',
            'ignored node_modules/inner/: it cannot be read (EACCES)',
            'rebuildable node_modules/: a command makes it again',
          ],
        );
        const { ref, leftOut } = await archiveWorktree(deps, target, { id: 'x', ref: { plan: 'p', task: 't' } });
        assert.deepEqual(
          leftOut.map((file) => file.path),
          ['a.env', 'closed.txt', 'data/', 'folder/', 'kept.txt', 'node_modules/'],
        );
        for (const file of closed) await chmod(at(file), 0o700);
        return ref;
      });
      const { worktreeTree } = await readArchive(scene.deps.git, scene.deps.layout, kept);
      const files = await filesOf(scene.root, worktreeTree);
      assert.equal(files['open.txt'], 'open\n');
      assert.equal(files['kept.txt'], 'one\n', 'as it was staged');
      assert.equal(files['closed.txt'], undefined);
    }));

  it('a .gitignore that cannot be read: refused, since what is ignored is not known', () =>
    withTempDir(async (dir) => {
      const scene = await makeScene(dir);
      await scene.write('new.txt', 'x');
      const target = await scene.target();
      await asUser(dir, scene, async ({ deps }) => {
        for (const top of [scene.worktree, scene.root]) {
          const rules = path.join(top, '.gitignore');
          await chmod(rules, 0);
          const refused = (error: unknown) => WorktreeError.is(error) && error.reason === 'git-failed';
          await assert.rejects(surveyWorktree(deps, target, { integrated: null }), refused);
          await assert.rejects(archiveWorktree(deps, target, { id: 'x', ref: { plan: 'p', task: 't' } }), refused);
          await chmod(rules, 0o644);
        }
      });
    }));
});
