import { strict as assert } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AdoptJson, CleanAllJson, CleanJson, RestoreJson, TrashJson } from '../../../src/contract/json';
import { addWorktree, commitAll, makeRepository, runGit, withTempDir } from '../support/repositories';
import { cli, cliFile, cliJson, spawnTasks, taskRow, writePlan } from './support';

const task = (title: string) => `---\ntitle: ${title}\nagent: demo\n---\nDo ${title}.\n`;

/** A repository with the task p/one and its worktree. */
async function withOne(fn: (o: { dir: string; root: string; worktree: string }) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    await writePlan(root, 'p', { one: task('One') });
    const tasks = await spawnTasks(root, ['p/one']);
    await fn({ dir, root, worktree: tasks[0]?.worktree ?? '' });
  });
}

describe('clean, restore, forget, adopt and trash', function () {
  this.timeout(60_000);
  before(() => cliFile());

  it('clean refuses with 4 and a sentence, shows what would be lost, and takes consents one by one', async () => {
    await withOne(async ({ root, worktree }) => {
      await writeFile(path.join(worktree, 'new.txt'), 'new');
      const refused = await cli(root, ['clean', 'p/one']);
      assert.equal(refused.code, 4);
      assert.match(refused.stdout, /^untracked +new\.txt/m);
      assert.match(refused.stderr, /^switchyard: p\/one stays without your consent: --discard-changes\.\n$/);
      const dry = await cliJson<CleanJson>(root, ['clean', 'p/one', '--dry-run']);
      assert.deepEqual([dry.cleaned, dry.needs], [false, ['discard-changes']]);
      const done = await cliJson<CleanJson>(root, ['clean', 'p/one', '--discard-changes']);
      assert.equal(done.cleaned, true);
      assert.deepEqual(done.wouldLose, dry.wouldLose);
      const { trash } = await cliJson<TrashJson>(root, ['trash']);
      assert.deepEqual(
        trash.map(({ id, present, offered }) => [id, present, offered]),
        [[done.archive?.id, true, null]],
      );
      const restored = await cliJson<RestoreJson>(root, ['restore', 'p/one']);
      assert.deepEqual([restored.worktree, restored.from, restored.archive], [worktree, 'trash', done.archive?.id]);
      assert.equal(await runGit(worktree, 'status', '--porcelain'), '?? new.txt');
      assert.equal((await cli(root, ['restore', 'p/one'])).code, 4);
    });
  });

  it('clean --integrated takes what has landed, and nothing else', async () => {
    await withOne(async ({ root, worktree }) => {
      await writeFile(path.join(worktree, 'new.txt'), 'new');
      await commitAll(worktree, 'new');
      assert.deepEqual((await cliJson<CleanAllJson>(root, ['clean', '--integrated'])).tasks, []);
      await runGit(root, 'merge', '-q', '--no-ff', '-m', 'land', 'agent/one');
      const dry = await cli(root, ['clean', '--integrated', '--dry-run']);
      assert.match(dry.stdout, /^p\/one +\S+ kB +can be cleaned$/m);
      const { tasks } = await cliJson<CleanAllJson>(root, ['clean', '--integrated']);
      assert.deepEqual(
        tasks.map((each) => [each.task, each.cleaned, each.branch?.deleted]),
        [['one', true, true]],
      );
      assert.equal((await taskRow(root, 'p/one')).state, 'cleaned');
    });
  });

  it('forget takes a row off the list; trash deletes only what is named', async () => {
    await withOne(async ({ root }) => {
      const { archive } = await cliJson<CleanJson>(root, ['clean', 'p/one']);
      assert.deepEqual(await cliJson(root, ['forget', 'p/one']), { plan: 'p', task: 'one', forgotten: true });
      assert.equal((await cli(root, ['trash', '--delete', 'no-such-id'])).code, 4);
      assert.equal((await cliJson<TrashJson>(root, ['trash', '--delete-offered'])).trash.length, 1);
      assert.deepEqual(await cliJson<TrashJson>(root, ['trash', '--delete', archive?.id ?? '']), {
        trash: [],
        bytes: 0,
      });
      assert.equal(await runGit(root, 'for-each-ref', 'refs/switchyard'), '');
      assert.equal((await cli(root, ['restore', 'p/one'])).code, 4);
      assert.equal((await cli(root, ['forget', 'p/nobody'])).code, 2);
    });
  });

  it('adopt takes a path as seen from where it is called', async () => {
    await withOne(async ({ dir, root }) => {
      const at = await addWorktree(root, path.join(dir, 'mine'), 'mine');
      const made = await cliJson<AdoptJson>(dir, ['-C', 'repo', 'adopt', '../mine', '--plan', 'p', '--agent', 'demo']);
      assert.deepEqual(made, { plan: 'p', task: 'mine', branch: 'mine', worktree: at });
      assert.equal((await cli(root, ['adopt', at])).code, 2);
      assert.deepEqual((await cliJson<CleanAllJson>(root, ['clean', '--integrated'])).tasks, []);
    });
  });

  it('Bad input: consents without a task, both or neither of task and --integrated', async () => {
    await withOne(async ({ root }) => {
      for (const args of [
        ['clean'],
        ['clean', 'one'],
        ['clean', 'p/one', '--integrated'],
        ['clean', '--integrated', '--discard-changes'],
        ['trash', '--delete', 'x', '--delete-offered'],
        ['adopt', 'nothing-of-that-name'],
      ]) {
        const { code, stderr } = await cli(root, args);
        assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
        assert.match(stderr, /^switchyard: [^\n]+\n$/);
      }
    });
  });
});
