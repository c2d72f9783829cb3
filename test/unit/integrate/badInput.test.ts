import assert from 'node:assert/strict';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChecklistItemId } from '../../../src/contract/checklist';
import { ChecklistError, type ChecklistReason } from '../../../src/core/integrate/errors';
import { readConflicts } from '../../../src/core/tasks/conflicts/readConflicts';
import { finished, startCli, writePlan } from '../cli/support';
import { makeBare, memoryFolder, runGit, withTempDir } from '../support/repositories';
import { withOpen } from '../tasks/host';
import { lookingAt, taskText } from '../tasks/support';
import { branchOf, itemOf, judged, type Planned, verdicts, withPlan } from './support';

const one = { tasks: { a: '' } };

const refusedAs = (reason: ChecklistReason, says: RegExp) => (error: unknown) => {
  assert.ok(ChecklistError.is(error));
  assert.equal(error.reason, reason);
  assert.match(error.message, says);
  return true;
};

async function answersOnRecord({ repository }: Planned): Promise<string[]> {
  const { events } = await repository.store.events.readRepository();
  return events.flatMap((event) => (event.kind === 'checklist-answered' ? `${event.item}=${event.verdict}` : []));
}

describe('integration checklist: bad input', function () {
  this.timeout(60_000);

  it('an unknown plan: says which there are', () =>
    withPlan(one, async ({ repository }) => {
      for (const id of ['q', '../p', 'P', '']) {
        await assert.rejects(
          repository.checklist(id, null),
          refusedAs('no-plan', /There is no plan ".*: there is p\./),
        );
      }
    }));

  it('a bad answer: an unknown item, an unknown verdict, a fail without a note, a note without end', () =>
    withPlan(one, async (p) => {
      const shown = await p.checklist();
      const say = (item: string, verdict: string, note = '') => {
        const answer = { item: item as ChecklistItemId, verdict: verdict as 'pass', note };
        return p.repository.answerChecklist(shown, answer);
      };
      await assert.rejects(say('coffee', 'pass'), refusedAs('unknown-item', /"coffee": it is one of reviewed, /));
      await assert.rejects(say('reviewed', 'stale'), refusedAs('bad-answer', /"stale" is no answer/));
      await assert.rejects(say('reviewed', 'fail'), refusedAs('no-note', /what is wrong with "reviewed"/));
      await assert.rejects(say('reviewed', 'fail', ' \n'), refusedAs('no-note', /what is wrong/));
      await assert.rejects(say('reviewed', 'pass', 'x'.repeat(4001)), refusedAs('bad-answer', /at most 4000/));
      assert.deepEqual(await answersOnRecord(p), []);
    }));

  it('damaged event lines: the answers before and after them count', () =>
    withPlan(one, async (p) => {
      const log = path.join(p.repository.store.dir, 'events', 'repository.jsonl');
      await p.answer('reviewed', 'pass');
      await appendFile(log, '\n{"v":1,"kind":"checklist-answered","plan":"p","item":"revi');
      await p.answer('performance', 'fail', 'slow');
      await appendFile(log, '\n{"v":1,"kind":"checklist-answered","plan":"p","item":"coffee"}\n[]\n');
      await appendFile(log, Buffer.from([0x0a, 0xff, 0xfe, 0x7b, 0x0a]));
      await p.answer('regressions', 'pass');
      await appendFile(log, '\n{"v":1,"at":"x","by":{},"kind":"checklist-answered","plan":"p","item":"reviewed"}\n');
      const { reviewed, performance, regressions } = verdicts(await p.checklist());
      assert.deepEqual([reviewed, performance, regressions], ['pass', 'fail', 'pass']);
    }));

  it('a plan without tasks: everything asks, and there is nothing to answer about', () =>
    withPlan(one, async (p) => {
      await writePlan(p.root, 'empty', {});
      const json = await p.repository.checklist('empty');
      assert.deepEqual([...new Set(Object.values(verdicts(json)))], ['ask']);
      assert.equal(itemOf(json, 'dependencies').evidence, 'The plan has no tasks.');
      const answer = { item: 'reviewed', verdict: 'pass', note: '' } as const;
      await assert.rejects(
        p.repository.answerChecklist(json, answer),
        refusedAs('nothing-to-answer', /"empty" has no branch yet/),
      );
    }));

  it('all plans at once: those that have tasks, and no git where the matrix knows every branch', () =>
    withPlan(one, async (p) => {
      await writePlan(p.root, 'empty', {});
      await writePlan(p.root, 'second', { z: taskText('z') });
      const state = await readConflicts(p.repository.context);
      const before = p.repository.git.started;
      const all = await p.repository.checklists(state);
      assert.equal(p.repository.git.started, before);
      assert.deepEqual(
        all.map(({ plan, commits }) => [plan, commits.length]),
        [
          ['p', 1],
          ['second', 0],
        ],
      );
      assert.deepEqual(all[0], await p.repository.checklist('p', state));
    }));

  it('no matrix yet: everything asks, and an answer given before is neither pass nor stale', () =>
    withPlan(one, async (p) => {
      await p.answer('reviewed', 'pass');
      await p.answer('performance', 'fail', 'slow');
      const json = await p.repository.checklist('p', null);
      assert.deepEqual(json.untold, [{ ref: 'agent/a', why: 'no matrix has been computed yet' }]);
      const { performance, ...rest } = verdicts(json);
      assert.equal(performance, 'fail', 'a fail does not become better by not knowing');
      assert.deepEqual([...new Set(Object.values(rest))], ['ask']);
      assert.match(itemOf(json, 'reviewed').evidence, /It is not known whether that still holds of agent\/a\./);
      assert.equal(itemOf(json, 'reviewed').by, 'Test User');
      await assert.rejects(
        p.repository.answerChecklist(json, { item: 'regressions', verdict: 'pass', note: '' }),
        refusedAs('not-known', /agent\/a is not known \(no matrix/),
      );
    }));

  it('a branch that is gone: nothing computed passes, and answers about it are stale', () =>
    withPlan({ tasks: { a: '', b: 'after: [a]\n' } }, async (p) => {
      await p.answer('reviewed', 'pass');
      await p.answer('full-suite', 'pass');
      const { worktree } = lookingAt(p.repository);
      await runGit(p.root, 'worktree', 'remove', '--force', await worktree('b'));
      await runGit(p.root, 'branch', '-D', branchOf('b'));
      const json = await p.checklist(judged());
      for (const id of ['dependencies', 'shared-types', 'migrations', 'merge-order'] as const) {
        const { verdict, evidence, links } = itemOf(json, id);
        assert.equal(verdict, 'ask');
        assert.match(evidence, /The branch agent\/b of the task "b" is gone: restore it, or forget the task\./);
        assert.deepEqual(links, [{ kind: 'task', plan: 'p', task: 'b' }]);
      }
      for (const id of ['reviewed', 'full-suite'] as const) {
        assert.equal(itemOf(json, id).verdict, 'stale');
        assert.match(itemOf(json, id).evidence, /agent\/b is not part of it any more/);
      }
    }));

  it('a branch whose state cannot be told: nothing passes, and no pass is taken', () =>
    withPlan({ tasks: { a: '', b: '' } }, async (p) => {
      await p.answer('reviewed', 'pass');
      await p.commit('a', 'one.txt', 'of a\n');
      await p.commit('b', 'one.txt', 'of b\n');
      await p.answer('performance', 'pass');
      const at = await lookingAt(p.repository).worktree('b');
      await assert.rejects(runGit(at, 'merge', '-q', branchOf('a')));
      const json = await p.checklist(judged());
      assert.deepEqual(
        json.untold.map(({ ref }) => ref),
        ['agent/b'],
      );
      assert.ok(!Object.values(verdicts(json)).includes('pass'), JSON.stringify(verdicts(json)));
      const answer = { item: 'full-suite', verdict: 'pass', note: '' } as const;
      await assert.rejects(p.repository.answerChecklist(json, answer), refusedAs('not-known', /agent\/b is not known/));
      await p.repository.answerChecklist(json, { ...answer, verdict: 'fail', note: 'broken' });
      assert.equal(itemOf(await p.checklist(judged()), 'full-suite').verdict, 'stale');
    }));

  it('tasks that wait in a circle: merge-order fails, whatever else', () =>
    withPlan({ tasks: { a: 'dependsOn: [b]\n', b: 'after: [a]\n' }, spawn: [] }, async (p) => {
      const { verdict, evidence } = await p.item('merge-order');
      assert.equal(verdict, 'fail');
      assert.match(evidence, /wait for each other: a → b → a\./);
    }));

  it('a mergeOrder against dependsOn: merge-order fails', () =>
    withPlan({ plan: 'mergeOrder: [b, a]\n', tasks: { a: '', b: 'dependsOn: [a]\n' }, spawn: [] }, async (p) => {
      const { verdict, evidence } = await p.item('merge-order');
      assert.equal(verdict, 'fail');
      assert.match(evidence, /puts "b" before "a", which it depends on/);
    }));

  it('a bare repository: plans of its own folder, branches of its worktrees', () =>
    withTempDir(async (dir) => {
      const { bare, main } = await makeBare(dir);
      const plans = path.join(bare, 'switchyard', 'plans');
      await withOpen(main, async (repository) => {
        assert.equal(repository.layout.plansDir, plans);
        await writePlanIn(plans, 'p');
        await repository.tasks.prepare({ plan: 'p', task: 'a' }, { purpose: 'spawn' });
        const shown = await repository.checklist('p');
        await repository.answerChecklist(shown, { item: 'reviewed', verdict: 'pass', note: '' });
        assert.equal(itemOf(await repository.checklist('p'), 'reviewed').verdict, 'pass');
      });
    }, memoryFolder()));

  it('two processes answering at once: every answer is on record, and one item has one answer', () =>
    withPlan(one, async (p) => {
      const items = ['reviewed', 'performance', 'regressions', 'regressions'] as const;
      const started = items.map((item, index) => {
        const verdict = index % 2 === 0 ? 'pass' : 'fail';
        const args = ['checklist', 'p', '--answer', `${item}=${verdict}`, '--note', `by ${index}`, '--json'];
        return startCli(p.root, args);
      });
      const ended = await Promise.all(started.map(async (child) => finished(await child)));
      for (const { code, stderr } of ended) {
        // Whoever comes second with another answer than the first is asked to look again.
        if (code !== 0) assert.match(stderr, /has answered "(?:pass|fail)" to "regressions" meanwhile/);
        assert.ok(code === 0 || code === 4, stderr);
      }
      assert.ok(ended.filter(({ code }) => code === 0).length >= 3);
      const record = await answersOnRecord(p);
      assert.equal(record.length, ended.filter(({ code }) => code === 0).length);
      const now = verdicts(await p.checklist());
      assert.deepEqual([now.reviewed, now.performance], ['pass', 'fail']);
      assert.equal(
        `regressions=${now.regressions}`,
        record.findLast((each) => each.startsWith('regressions')),
      );
    }));

  it('killed while answering: the answer is on record or it is not, and the next one is taken', () =>
    withPlan(one, async (p) => {
      for (const ms of [150, 300, 450, 600]) {
        const args = ['checklist', 'p', '--answer', 'reviewed=fail', '--note', `after ${ms}`];
        const child = await startCli(p.root, args);
        const ended = finished(child);
        await sleep(ms);
        child.kill('SIGKILL');
        await ended;
        const before = await answersOnRecord(p);
        await p.answer('performance', before.length % 2 === 0 ? 'pass' : 'ask');
        assert.equal((await answersOnRecord(p)).length, before.length + 1);
      }
      const { damage } = await p.repository.store.events.readRepository();
      assert.deepEqual(damage, [], 'one line, one write');
    }));

  it('a repository without a commit: nothing passes, and nothing is thrown', () =>
    withTempDir(async (dir) => {
      await runGit(dir, 'init', '-q');
      await writePlan(dir, 'p', { a: taskText('a') });
      await withOpen(dir, async (repository) => {
        const found = verdicts(await repository.checklist('p'));
        assert.deepEqual([...new Set(Object.values(found))], ['ask']);
      });
    }, memoryFolder()));

  it('somebody has answered otherwise since it was shown: the second answer is refused', () =>
    withPlan(one, async (p) => {
      const shown = await p.checklist();
      const answer = { item: 'reviewed', verdict: 'fail', note: 'no' } as const;
      await p.repository.answerChecklist(shown, answer);
      await p.repository.answerChecklist(shown, answer);
      const other = p.repository.answerChecklist(shown, { ...answer, verdict: 'pass' });
      await assert.rejects(other, refusedAs('answered-meanwhile', /Test User has answered "fail" to "reviewed"/));
      assert.equal((await p.item('reviewed')).verdict, 'fail');
    }));
});

async function writePlanIn(plans: string, id: string): Promise<void> {
  await mkdir(path.join(plans, id), { recursive: true });
  await writeFile(path.join(plans, id, 'a.md'), taskText('a'));
}
