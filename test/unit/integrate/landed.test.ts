import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { commitAll, runGit } from '../support/repositories';
import { branchOf, itemOf, judged, type Planned, verdicts, withPlan } from './support';

/** Merges a task's branch into main, as a human does, and cleans the task. */
async function land({ root, repository }: Planned, task: string): Promise<void> {
  await runGit(root, 'merge', '-q', '--no-ff', '-m', `land ${task}`, branchOf(task));
  const cleaned = await repository.tasks.clean({ plan: 'p', task }, { deleteBranch: true });
  assert.equal(cleaned.cleaned, true, cleaned.refused ?? '');
}

describe('integration checklist: while and after the plan lands', function () {
  this.timeout(60_000);

  it('an answer outlives the landing of what it was about; what comes after is asked of the base', () =>
    withPlan({ tasks: { a: '', b: 'dependsOn: [a]\n' } }, async (p) => {
      await p.commit('a', 'a.txt', 'a\n');
      await p.commit('b', 'b.txt', 'b\n');
      for (const id of ['reviewed', 'ci-after-each', 'full-suite'] as const) await p.answer(id, 'pass', 'seen');
      await land(p, 'a');
      const half = await p.checklist(judged());
      assert.deepEqual(
        half.commits.map(({ ref }) => ref),
        ['agent/b'],
      );
      const { reviewed, 'full-suite': suite, 'merge-order': order, dependencies } = verdicts(half);
      assert.deepEqual([reviewed, suite, order, dependencies], ['pass', 'pass', 'pass', 'pass']);

      await land(p, 'b');
      const whole = await p.checklist(judged());
      const head = await runGit(p.root, 'rev-parse', 'main');
      assert.deepEqual(whole.commits, [{ ref: 'main', commit: head }]);
      assert.equal(itemOf(whole, 'reviewed').verdict, 'pass');
      assert.equal(itemOf(whole, 'dependencies').evidence, 'Everything has landed: no branches are left to compare.');
      const stale = itemOf(whole, 'full-suite');
      assert.equal(stale.verdict, 'stale');
      assert.match(stale.evidence, /everything has landed on main/);

      await p.answer('full-suite', 'pass', 'on main');
      await p.answer('full-context', 'pass', 'on main');
      assert.equal((await p.item('full-suite')).verdict, 'pass');
      await writeFile(path.join(p.root, 'later.txt'), 'later\n');
      await commitAll(p.root, 'later');
      const later = await p.checklist();
      assert.match(itemOf(later, 'full-suite').evidence, /main has moved/);
      assert.deepEqual(
        [verdicts(later)['full-suite'], verdicts(later)['full-context'], verdicts(later).reviewed],
        ['stale', 'pass', 'pass'],
      );
    }));

  it('what has landed before that which it depends on fails merge-order', () =>
    withPlan({ tasks: { a: '', b: 'dependsOn: [a]\n' } }, async (p) => {
      await p.commit('a', 'a.txt', 'a\n');
      await p.commit('b', 'b.txt', 'b\n');
      await land(p, 'b');
      const { verdict, evidence, links } = await p.item('merge-order');
      assert.equal(verdict, 'fail');
      assert.match(evidence, /"b" has landed before "a", which the plan wants first\./);
      assert.deepEqual(links, [{ kind: 'task', plan: 'p', task: 'a' }]);
      await land(p, 'a');
      assert.equal((await p.item('merge-order')).verdict, 'pass');
    }));

  it('a new branch makes answers stale', () =>
    withPlan({ tasks: { a: '', b: '' }, spawn: ['a'] }, async (p) => {
      await p.answer('reviewed', 'pass');
      assert.match((await p.item('dependencies', judged())).evidence, /Without a branch so far: b\./);
      await p.repository.tasks.prepare({ plan: 'p', task: 'b' }, { purpose: 'spawn' });
      const { verdict, evidence } = await p.item('reviewed');
      assert.equal(verdict, 'stale');
      assert.match(evidence, /agent\/b is new/);
    }));
});
