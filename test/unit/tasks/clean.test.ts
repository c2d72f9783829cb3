import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { lossesFingerprint } from '../../../src/core/tasks/clean';
import { addWorktree, commitAll, runGit, worktreePaths } from '../support/repositories';
import { type Opened, withTasks } from './support';

const ref = (task: string) => ({ plan: 'p', task });

/** One commit on the task's branch, landed on main as a squash merge. */
async function land({ root, worktree }: Opened, id: string): Promise<void> {
  const at = await worktree(id);
  await writeFile(path.join(at, `${id}.txt`), `${id}\n`);
  await commitAll(at, id);
  await runGit(root, 'merge', '-q', '--squash', `agent/${id}`);
  await runGit(root, 'commit', '-q', '-m', `${id} (#1)`);
}

async function exists(at: string): Promise<boolean> {
  return stat(at).then(
    () => true,
    () => false,
  );
}

/** A program that works in a folder, with the environment that a task gives to what it starts. */
async function workIn(folder: string, env: Record<string, string> = {}): Promise<ChildProcess> {
  const script = `process.stdout.write('here'); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ['-e', script], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: 'pipe',
  });
  await once(child.stdout, 'data');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('clean and restore of a task', () => {
  it('takes what has landed with its branch, and brings it back', async () => {
    await withTasks(['one'], async (o) => {
      await land(o, 'one');
      const at = await o.worktree('one');
      const tip = await runGit(at, 'rev-parse', 'HEAD');
      const cleaned = await o.repository.tasks.clean(ref('one'));
      assert.deepEqual([cleaned.cleaned, cleaned.needs, cleaned.refused], [true, [], null]);
      assert.equal(cleaned.branch?.deleted, true);
      assert.equal(cleaned.branch?.integrated.verdict, 'yes');
      assert.equal(await exists(at), false);
      assert.deepEqual(await worktreePaths(o.root), [o.root]);
      assert.equal(await runGit(o.root, 'branch', '--list', 'agent/one'), '');
      const row = await o.row('one');
      assert.equal(row.state, 'cleaned');
      assert.equal(row.worktree, null);
      assert.equal(row.archives[0]?.id, cleaned.archive?.id);
      assert.ok((row.archives[0]?.bytes ?? 0) > 0);

      const restored = await o.repository.tasks.restore(ref('one'));
      assert.deepEqual(
        [restored.worktree, restored.branch, restored.head, restored.from],
        [at, 'agent/one', tip, 'trash'],
      );
      assert.equal(await readFile(path.join(at, 'one.txt'), 'utf8'), 'one\n');
      assert.equal(await runGit(at, 'status', '--porcelain'), '');
      const back = await o.row('one');
      assert.deepEqual([back.state, back.worktree, back.archives], ['integrated', at, []]);
      assert.equal(await runGit(o.root, 'for-each-ref', 'refs/switchyard'), '');
    });
  });

  it('needs two consents that are given one by one', async () => {
    await withTasks(['one'], async (o) => {
      const at = await o.worktree('one');
      await writeFile(path.join(at, 'work.txt'), 'work\n');
      await commitAll(at, 'work');
      await writeFile(path.join(at, 'untracked.txt'), 'untracked\n');
      const { tasks } = o.repository;
      const before = await runGit(at, 'status', '--porcelain=v2', '--branch');

      const dry = await tasks.clean(ref('one'), { dryRun: true });
      assert.deepEqual(dry.needs, ['discard-changes', 'delete-branch']);
      assert.ok(dry.wouldLose.some(({ kind, path: file }) => kind === 'untracked' && file === 'untracked.txt'));
      for (const consent of [{}, { deleteBranch: true }]) {
        const stays = await tasks.clean(ref('one'), consent);
        assert.deepEqual([stays.cleaned, stays.archive], [false, null]);
        assert.ok(stays.needs.includes('discard-changes'));
      }
      assert.equal(await runGit(at, 'status', '--porcelain=v2', '--branch'), before);
      assert.equal(await runGit(o.root, 'for-each-ref', 'refs/switchyard'), '');

      const cleaned = await tasks.clean(ref('one'), { discardChanges: true });
      assert.deepEqual([cleaned.cleaned, cleaned.needs], [true, ['delete-branch']]);
      assert.deepEqual(cleaned.wouldLose, dry.wouldLose, 'dry run and clean-up name the same list');
      assert.equal(cleaned.branch?.deleted, false);
      assert.notEqual(await runGit(o.root, 'branch', '--list', 'agent/one'), '');
      assert.equal(
        (await tasks.clean(ref('one'))).archive?.id,
        cleaned.archive?.id,
        'a second time it is cleaned already',
      );

      await tasks.restore(ref('one'));
      assert.equal(await runGit(at, 'status', '--porcelain=v2', '--branch'), before);
      const both = await tasks.clean(ref('one'), { discardChanges: true, deleteBranch: true });
      assert.deepEqual([both.cleaned, both.needs, both.branch?.deleted], [true, [], true]);
      await tasks.restore(ref('one'));
      assert.equal(await runGit(at, 'status', '--porcelain=v2', '--branch'), before);
    });
  });

  it('refuses while its agent runs or a stranger works there, and names them', async () => {
    await withTasks(['one'], async (o) => {
      const at = await o.worktree('one');
      const lease = await o.repository.store.leases.acquire('p~one', { version: '0', agent: 'demo' });
      assert.ok(!('held' in lease));
      const running = await o.repository.tasks.clean(ref('one'), { discardChanges: true, endProcesses: true });
      assert.match(running.refused ?? '', new RegExp(`p/one runs \\(demo, process ${process.pid}\\)`));
      await lease.release();
      const child = await workIn(at);
      try {
        const busy = await o.repository.tasks.clean(ref('one'), { discardChanges: true, endProcesses: true });
        assert.match(busy.refused ?? '', new RegExp(`process ${child.pid}`));
        assert.equal(busy.cleaned, false);
        assert.equal(child.exitCode, null);
      } finally {
        await end(child);
      }
      assert.equal((await o.repository.tasks.clean(ref('one'))).cleaned, true);
    });
  });

  it('ends what the task left running, with consent', async () => {
    await withTasks(['one'], async (o) => {
      const at = await o.worktree('one');
      const child = await workIn(at, { SWITCHYARD_PLAN: 'p', SWITCHYARD_TASK: 'one', SWITCHYARD_WORKTREE: at });
      try {
        const asked = await o.repository.tasks.clean(ref('one'));
        assert.deepEqual([asked.cleaned, asked.needs], [false, ['end-processes']]);
        assert.equal(child.exitCode, null);
        const gone = once(child, 'exit');
        assert.equal((await o.repository.tasks.clean(ref('one'), { endProcesses: true })).cleaned, true);
        await gone;
      } finally {
        await end(child);
      }
    });
  });

  it('respects a locked worktree, and a list that has changed since it was shown', async () => {
    await withTasks(['one'], async (o) => {
      const at = await o.worktree('one');
      await runGit(o.root, 'worktree', 'lock', '--reason', 'on a stick', at);
      assert.match((await o.repository.tasks.clean(ref('one'))).refused ?? '', /locked \(on a stick\)/);
      await runGit(o.root, 'worktree', 'unlock', at);
      await writeFile(path.join(at, 'a.txt'), 'a');
      const { wouldLose } = await o.repository.tasks.clean(ref('one'), { dryRun: true });
      const expected = lossesFingerprint(wouldLose);
      await writeFile(path.join(at, 'b.txt'), 'b');
      const late = await o.repository.tasks.clean(ref('one'), { discardChanges: true, expected });
      assert.match(late.refused ?? '', /has changed since/);
      assert.equal(await exists(at), true);
      const now = lossesFingerprint(late.wouldLose);
      assert.equal((await o.repository.tasks.clean(ref('one'), { discardChanges: true, expected: now })).cleaned, true);
    });
  });

  it('Bad input: worktree inside a worktree', async () => {
    await withTasks(['one'], async (o) => {
      const at = await o.worktree('one');
      await addWorktree(o.root, path.join(at, 'inner'), 'inner');
      const answer = await o.repository.tasks.clean(ref('one'), { discardChanges: true });
      assert.match(answer.refused ?? '', /holds the worktree .*inner/);
      assert.equal(await exists(path.join(at, 'inner', '.git')), true);
    });
  });

  it('lets dependents start only after what has landed, not after what was thrown away', async () => {
    await withTasks(['one', 'two'], async (o) => {
      await land(o, 'one');
      const at = await o.worktree('two');
      await writeFile(path.join(at, 'two.txt'), 'two');
      await commitAll(at, 'two');
      await writeFile(
        path.join(o.root, '.switchyard', 'p', 'three.md'),
        '---\ntitle: Three\nagent: demo\ndependsOn: [one, two]\n---\nDo it.\n',
      );
      await o.repository.tasks.clean(ref('one'));
      await o.repository.tasks.clean(ref('two'), { discardChanges: true, deleteBranch: true });
      assert.match((await o.row('three')).held ?? '', /depends on two,/);
    });
  });

  it('never takes the branch of adopted work unasked', async () => {
    await withTasks([], async (o) => {
      const at = await addWorktree(o.root, path.join(o.dir, 'mine'), 'mine');
      const made = await o.repository.tasks.adopt(at, { plan: 'p' });
      assert.deepEqual((await o.repository.tasks.cleanIntegrated({ dryRun: true })).tasks, []);
      const cleaned = await o.repository.tasks.clean(made);
      assert.deepEqual([cleaned.cleaned, cleaned.needs, cleaned.branch?.deleted], [true, ['delete-branch'], false]);
      await o.repository.tasks.restore(made);
      assert.equal((await o.repository.tasks.clean(made, { deleteBranch: true })).branch?.deleted, true);
    });
  });

  it('Bad input: nothing of that name, no worktree, nothing kept', async () => {
    await withTasks(['one'], async (o) => {
      const { tasks } = o.repository;
      await assert.rejects(tasks.clean(ref('none')), { reason: 'no-task' });
      await assert.rejects(tasks.restore(ref('one')), { reason: 'in-use' });
      await assert.rejects(tasks.restore(ref('none')), { reason: 'no-archive' });
      await writeFile(path.join(o.root, '.switchyard', 'p', 'new.md'), '---\ntitle: New\n---\nDo it.\n');
      await assert.rejects(tasks.clean(ref('new')), { reason: 'no-worktree' });
      await assert.rejects(tasks.deleteArchives(['none']), { reason: 'no-archive' });
    });
  });
});

describe('the list of what has landed', () => {
  it('names what can go without loss, with its size, and nothing else', async () => {
    await withTasks(['landed', 'dirty', 'untouched', 'open'], async (o) => {
      await land(o, 'landed');
      await land(o, 'dirty');
      await writeFile(path.join(await o.worktree('dirty'), 'more.txt'), 'more');
      const open = await o.worktree('open');
      await writeFile(path.join(open, 'open.txt'), 'open');
      await commitAll(open, 'open');
      const list = await o.repository.tasks.cleanIntegrated({ dryRun: true });
      assert.deepEqual(
        list.tasks.map(({ task, cleaned }) => [task, cleaned]),
        [['landed', false]],
      );
      assert.ok((list.tasks[0]?.bytes ?? 0) > 0);
      const done = await o.repository.tasks.cleanIntegrated();
      assert.deepEqual(
        done.tasks.map(({ task, cleaned }) => [task, cleaned]),
        [['landed', true]],
      );
      assert.deepEqual((await o.repository.tasks.cleanIntegrated()).tasks, []);
    });
  });
});

describe('the trash', () => {
  it('offers what is old or too much, and deletes only what is named', async () => {
    await withTasks(
      ['one', 'two'],
      async (o) => {
        const { tasks, store } = o.repository;
        for (const id of ['one', 'two']) {
          await mkdir(path.join(await o.worktree(id), 'big'));
          await writeFile(path.join(await o.worktree(id), 'big', 'file'), Buffer.alloc(3_000_000));
          await tasks.clean(ref(id), { discardChanges: true });
        }
        const list = await tasks.trash();
        assert.deepEqual(
          list.trash.map(({ task, offered, present }) => [task, offered, present]),
          [
            ['one', 'size', true],
            ['two', null, true],
          ],
        );
        assert.ok(list.bytes > 6_000_000);
        const [first] = list.trash;
        assert.ok(first);
        await tasks.deleteArchives([first.id]);
        assert.equal(await exists(first.trash), false);
        assert.equal(await runGit(o.root, 'for-each-ref', first.ref), '');
        assert.deepEqual(
          (await tasks.trash()).trash.map(({ task }) => task),
          ['two'],
        );
        await assert.rejects(tasks.restore(ref('one')), { reason: 'no-archive' });
        // One that was cleaned long ago.
        const file = path.join(store.dir, 'events', 'p~two.jsonl');
        const text = await readFile(file, 'utf8');
        await writeFile(file, text.replace(/("kind":"cleaned".*)/, '$1'));
        const old = text.split('\n').find((line) => line.includes('"kind":"cleaned"')) ?? '';
        const aged = { ...JSON.parse(old), at: '2020-01-01T00:00:00.000Z' };
        aged.archive = { ...aged.archive, id: 'old' };
        await appendFile(file, `\n${JSON.stringify(aged)}\n`);
        const [oldest] = (await tasks.trash()).trash;
        assert.deepEqual([oldest?.id, oldest?.offered, oldest?.expires], ['old', 'age', '2020-01-31T00:00:00.000Z']);
      },
      { trashLimit: 0.005 },
    );
  });

  it('does not begin a cleaned task anew beside what waits in the trash, unless it is forgotten', async () => {
    await withTasks(['one'], async (o) => {
      await land(o, 'one');
      await o.repository.tasks.clean(ref('one'));
      await assert.rejects(
        o.repository.tasks.prepare(ref('one'), { purpose: 'spawn', override: true }),
        (error: Error) => /was cleaned: bring it back with "switchyard restore p\/one"/.test(error.message),
      );
      assert.equal((await o.row('one')).state, 'cleaned');
      await o.repository.tasks.forget(ref('one'));
      const anew = await o.repository.tasks.prepare(ref('one'), { purpose: 'spawn' });
      assert.ok(await exists(anew.worktree));
    });
  });

  it('brings back a task that was forgotten after it was cleaned', async () => {
    await withTasks(['one'], async (o) => {
      const { tasks } = o.repository;
      const at = await o.worktree('one');
      await writeFile(path.join(at, 'a.txt'), 'a');
      await tasks.clean(ref('one'), { discardChanges: true });
      await tasks.forget(ref('one'));
      assert.equal((await o.row('one')).state, 'ready', 'only its file is left');
      assert.equal((await tasks.trash()).trash.length, 1);
      const restored = await tasks.restore(ref('one'));
      assert.equal(restored.worktree, at);
      const row = await o.row('one');
      assert.deepEqual([row.state, row.worktree, row.branch, row.base], ['queued', at, 'agent/one', 'main']);
      assert.deepEqual((await tasks.trash()).trash, []);
    });
  });

  it('restores another archive than the latest', async () => {
    await withTasks(['one'], async (o) => {
      const { tasks } = o.repository;
      await writeFile(path.join(await o.worktree('one'), 'first.txt'), 'first');
      const first = await tasks.clean(ref('one'), { discardChanges: true, deleteBranch: true });
      await tasks.forget(ref('one'));
      await tasks.prepare(ref('one'), { purpose: 'spawn' });
      await writeFile(path.join(await o.worktree('one'), 'second.txt'), 'second');
      await assert.rejects(tasks.restore(ref('one')), { reason: 'in-use' });
      await tasks.clean(ref('one'), { discardChanges: true, deleteBranch: true });
      await tasks.restore(ref('one'), { archive: first.archive?.id });
      assert.equal(await exists(path.join(await o.worktree('one'), 'first.txt')), true);
    });
  });
});
