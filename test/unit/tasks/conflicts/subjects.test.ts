import { strict as assert } from 'node:assert';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openRepository } from '../../../../src/core/openRepository';
import { committedSides } from '../../../../src/core/tasks/conflicts/committedSides';
import { findSubjects } from '../../../../src/core/tasks/conflicts/subjects';
import { TaskError } from '../../../../src/core/tasks/taskError';
import {
  addWorktree,
  commitAll,
  makeBare,
  makeRepository,
  makeWithRemote,
  pushFromElsewhere,
  runGit,
  withTempDir,
} from '../../support/repositories';
import { testHost, withTasks } from '../support';

async function withOpen<T>(
  root: string,
  fn: (o: Awaited<ReturnType<typeof openRepository>>) => Promise<T>,
  settings = {},
) {
  const repository = await openRepository(root, testHost(settings));
  try {
    return await fn(repository);
  } finally {
    repository.dispose();
  }
}

const isBadRef = (error: unknown) => TaskError.is(error) && error.reason === 'bad-ref';

describe('who joins the matrix', function () {
  this.timeout(60_000);

  it('every worktree, the main one too, and none that is gone', async () => {
    await withTasks(['one', 'two'], async ({ dir, root, repository, worktree }) => {
      const foreign = await addWorktree(root, path.join(dir, 'foreign'), 'theirs');
      await runGit(foreign, 'checkout', '-q', '--detach');
      const gone = await addWorktree(root, path.join(dir, 'gone'), 'lost');
      await rm(gone, { recursive: true });
      await rename(await worktree('two'), path.join(dir, 'moved-away'));
      const found = await findSubjects(repository.context);
      assert.deepEqual(
        found.subjects.map(({ ref, task, worktree: at }) => [ref, task, at?.main ?? null]),
        [
          ['agent/one', 'p/one', false],
          // Its worktree is gone, its branch is not.
          ['agent/two', 'p/two', null],
          ['main', null, true],
          ['worktree:foreign', null, false],
        ],
      );
      assert.deepEqual(found.base, { name: 'main', commit: await runGit(root, 'rev-parse', 'main') });
      assert.deepEqual([...found.bases.keys()], ['agent/one', 'agent/two', 'worktree:foreign']);
      const main = found.subjects.find(({ ref }) => ref === 'main');
      assert.equal(main?.worktree?.gitDir, path.join(root, '.git'));
    });
  });

  it('gives each a name of its own', async () => {
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await runGit(root, 'worktree', 'add', '-q', '--force', path.join(dir, 'again'), 'main');
      await runGit(root, 'worktree', 'add', '-q', '--detach', path.join(dir, 'sub', 'again'));
      await withOpen(root, async ({ context }) => {
        const refs = (await findSubjects(context)).subjects.map(({ ref }) => ref);
        assert.deepEqual(refs, ['main', 'worktree:again', 'worktree:again1']);
      });
    });
  });

  it('leaves a bare repository itself out', async () => {
    await withTempDir(async (dir) => {
      const { bare } = await makeBare(dir);
      await withOpen(bare, async ({ context }) => {
        const { subjects, base } = await findSubjects(context);
        assert.deepEqual(
          subjects.map(({ ref, worktree }) => [ref, worktree?.main]),
          [
            ['main', false],
            ['side', false],
          ],
        );
        assert.equal(base?.name, 'main');
      });
    });
  });

  it('a repository without a commit has its worktree and no base', async () => {
    await withTempDir(async (dir) => {
      await runGit(dir, 'init', '-q', 'empty');
      await withOpen(path.join(dir, 'empty'), async (repository) => {
        const { subjects, base } = await findSubjects(repository.context);
        assert.deepEqual([subjects.map(({ ref, head }) => [ref, head]), base], [[['main', null]], null]);
        const [side] = await committedSides(repository, [{ ref: 'main', commit: null }], { scannedAt: 'now' });
        assert.deepEqual(side?.snapshot.unknown, { reason: 'no commit yet', detail: null });
      });
    });
  });

  it('remote branches of cloud agents, unless they have landed or are here as well', async () => {
    await withTempDir(async (dir) => {
      const { root } = await makeWithRemote(dir);
      const push = async (branch: string, file: string) => {
        await runGit(root, 'checkout', '-q', '-B', branch, 'main');
        if (file !== '') {
          await writeFile(path.join(root, file), file);
          await commitAll(root, file);
        }
        await runGit(root, 'push', '-q', 'origin', branch);
        await runGit(root, 'checkout', '-q', 'main');
      };
      await push('copilot/fix', 'a.txt');
      await push('codex/landed', '');
      await push('claude/here', 'b.txt');
      await push('claude/ahead', 'c.txt');
      await push('feature/mine', 'd.txt');
      for (const name of ['copilot/fix', 'codex/landed', 'feature/mine'])
        await runGit(root, 'branch', '-q', '-D', name);
      const here = path.join(dir, 'here');
      await runGit(root, 'worktree', 'add', '-q', here, 'claude/here');
      const ahead = path.join(dir, 'ahead');
      await runGit(root, 'worktree', 'add', '-q', ahead, 'claude/ahead');
      await commitAll(ahead, 'not pushed');
      await withOpen(root, async ({ context }) => {
        const { subjects } = await findSubjects(context);
        assert.deepEqual(
          subjects.map(({ ref, worktree }) => [ref, worktree !== null]),
          [
            ['claude/ahead', true],
            ['claude/here', true],
            ['main', true],
            ['origin/claude/ahead', false],
            ['origin/copilot/fix', false],
          ],
        );
      });
      const none = { remoteBranches: [] };
      await withOpen(root, async ({ context }) => assert.equal((await findSubjects(context)).subjects.length, 3), none);
    });
  });

  it('the base is the remote one when that is ahead, and a task cut from another is held against that', async () => {
    await withTempDir(async (dir) => {
      const { root, remote } = await makeWithRemote(dir);
      const head = await pushFromElsewhere(dir, remote);
      await runGit(root, 'fetch', '-q');
      await runGit(root, 'branch', '-q', 'release', 'main');
      await withOpen(root, async (repository) => {
        await repository.tasks.spin('alpha', { plan: 'p', agents: ['demo'] });
        await repository.tasks.spin('beta', { plan: 'p', agents: ['demo'], base: 'release' });
        const { subjects, bases, base } = await findSubjects(repository.context);
        assert.deepEqual(base, { name: 'origin/main', commit: head });
        const byTask = Object.fromEntries(subjects.map(({ ref, task }) => [task, bases.get(ref)?.name]));
        assert.deepEqual(byTask, { null: 'origin/main', 'p/alpha': 'origin/main', 'p/beta': 'release' });
        // The base may be on record by the name it had then.
        await runGit(root, 'merge', '-q', '--ff-only', 'origin/main');
        const after = await findSubjects(repository.context);
        assert.deepEqual(
          [...after.bases].map(([ref, { name }]) => [ref, name]),
          [
            ['agent/alpha', 'main'],
            ['agent/beta', 'release'],
          ],
        );
        const other = await findSubjects(repository.context, { base: 'release' });
        assert.deepEqual([...new Set([...other.bases.values()].map(({ name }) => name))], ['release']);
      });
    });
  });

  it('those that are named: branch, worktree, task, tag, commit; each once', async () => {
    await withTasks(['one'], async ({ root, repository, worktree }) => {
      await runGit(root, 'tag', 'v1');
      await runGit(root, 'branch', 'other');
      const head = await runGit(root, 'rev-parse', 'HEAD');
      const at = await worktree('one');
      const refs = ['p/one', 'agent/one', at, 'v1', 'other', 'refs/heads/main', head, '.'];
      const { subjects } = await findSubjects(repository.context, { refs });
      assert.deepEqual(
        subjects.map(({ ref, worktree: w }) => [ref, w?.path ?? null]),
        [
          [head, null],
          ['agent/one', at],
          ['main', root],
          ['other', null],
          ['v1', null],
        ].sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1)),
      );
      const committed = await findSubjects(repository.context, { refs: ['agent/one'], committed: true });
      assert.deepEqual(
        committed.subjects.map((subject) => subject.worktree),
        [null],
      );
      assert.deepEqual(
        committed.worktrees,
        [at, root].sort((a, b) => (a === root ? -1 : b === root ? 1 : 0)),
      );
    });
  });

  it('bad input: a name that is none', async () => {
    await withTasks([], async ({ repository }) => {
      for (const name of ['no-such-branch', '', '--all', 'worktree:x', 'a\0b', 'main..other']) {
        await assert.rejects(findSubjects(repository.context, { refs: [name] }), isBadRef, name);
      }
      const wrong = findSubjects(repository.context, { base: 'no-such-base' });
      await assert.rejects(wrong, /no-such-base/);
    });
  });
});
