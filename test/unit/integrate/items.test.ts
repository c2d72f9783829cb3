import assert from 'node:assert/strict';
import type { AnswerVerdict, ChecklistItemId, ChecklistJson } from '../../../src/contract/checklist';
import type { ConflictsJson } from '../../../src/contract/conflicts';
import { writePlan } from '../cli/support';
import { taskText } from '../tasks/support';
import { type Change, itemOf, judged, type Planned, unjudged, withPlan } from './support';

const hazardItems = ['dependencies', 'shared-types', 'migrations'] as const;
const kindOf = { dependencies: 'dependency', 'shared-types': 'signature', migrations: 'migration' } as const;
const two = { tasks: { a: '', b: '' } };
const plain: Change = judged();

const stages = ['asked', 'passed', 'moved', 'failed', 'moved again', 'taken back'] as const;
type Stages = Readonly<Record<(typeof stages)[number], ChecklistJson>>;

/** Humans answer these items, a branch moves, other answers, a branch moves, taken back. */
async function walk(p: Planned, ids: readonly ChecklistItemId[], change: Change): Promise<Stages> {
  const look = () => p.checklist(change);
  const answer = async (shown: ChecklistJson, verdict: AnswerVerdict, note: string) => {
    for (const item of ids) await p.repository.answerChecklist(shown, { item, verdict, note });
    return look();
  };
  const asked = await look();
  const passed = await answer(asked, 'pass', 'looked at it');
  await p.write('b', 'moved.txt', 'not committed');
  const moved = await look();
  const failed = await answer(moved, 'fail', 'it broke');
  await p.commit('a', 'moved-too.txt', 'committed');
  const again = await look();
  return { asked, passed, moved, failed, 'moved again': again, 'taken back': await answer(again, 'ask', '') };
}

function assertWalked(walked: Stages, id: ChecklistItemId): void {
  const at = (stage: (typeof stages)[number]) => itemOf(walked[stage], id);
  assert.deepEqual(
    stages.map((stage) => at(stage).verdict),
    ['ask', 'pass', 'stale', 'fail', 'stale', 'ask'],
    'uncommitted work moves a branch, a commit does; a fail is about its commits as well',
  );
  assert.equal(at('asked').by, null);
  const passed = at('passed');
  assert.equal(passed.by, 'Test User');
  assert.match(passed.evidence, /^Answered pass: looked at it\./);
  assert.ok(Date.parse(passed.at ?? '') > 0);
  assert.deepEqual(passed.commits, walked.asked.commits);
  assert.deepEqual(
    passed.commits.map(({ ref }) => ref),
    ['agent/a', 'agent/b'],
  );
  const stale = at('moved');
  assert.deepEqual([stale.by, stale.at, stale.commits], [passed.by, passed.at, passed.commits], 'who, when, on what');
  assert.match(stale.evidence, /Since then agent\/b has moved\./);
  assert.match(at('failed').evidence, /it broke/);
  assert.equal(at('taken back').at, null);
}

/** Computed to pass; a human's fail counts nevertheless, and is stale when a branch moves. */
async function failedByHand(p: Planned, id: ChecklistItemId, before: ConflictsJson): Promise<void> {
  const shown = await p.against(before);
  const passed = itemOf(shown, id);
  assert.equal(passed.verdict, 'pass', passed.evidence);
  assert.equal(passed.by, 'computed');
  assert.equal(passed.at, null);
  await p.repository.answerChecklist(shown, { item: id, verdict: 'fail', note: 'not by my reading' });
  const failed = itemOf(await p.against(before), id);
  assert.deepEqual([failed.verdict, failed.by], ['fail', 'Test User']);
  await p.write('a', 'by-hand.txt', 'moves the branch\n');
  const moved = await p.against(plain(await p.matrix()));
  assert.equal(itemOf(moved, id).verdict, 'stale');
  await p.repository.answerChecklist(moved, { item: id, verdict: 'ask', note: '' });
  assert.equal(itemOf(await p.against(before), id).verdict, 'pass');
}

/** Computed to fail; a human's pass is told, and does not count. */
async function failedByMachine(p: Planned, id: ChecklistItemId, json: ConflictsJson, says: RegExp): Promise<void> {
  const shown = await p.against(json);
  const failed = itemOf(shown, id);
  assert.equal(failed.verdict, 'fail', failed.evidence);
  assert.equal(failed.by, 'computed');
  assert.match(failed.evidence, says);
  await p.repository.answerChecklist(shown, { item: id, verdict: 'pass', note: 'never mind' });
  const still = await p.against(json);
  const { verdict, by, at, evidence } = itemOf(still, id);
  assert.deepEqual([verdict, by], ['fail', 'computed']);
  assert.match(evidence, /Test User: Answered pass: never mind\./);
  assert.notEqual(at, null, 'it can be taken back');
  await p.repository.answerChecklist(still, { item: id, verdict: 'ask', note: '' });
}

describe('integration checklist: each item as pass, fail, ask and stale', function () {
  this.timeout(60_000);

  const byHand = [
    'reviewed',
    'ci-after-each',
    'full-context',
    'full-suite',
    'integration-tests',
    'regressions',
    'performance',
  ] as const;
  let walked: Stages;
  before(() =>
    withPlan(two, async (p) => {
      walked = await walk(p, [...byHand, ...hazardItems], unjudged);
    }),
  );
  for (const id of byHand) it(`${id}: answered by a human`, () => assertWalked(walked, id));

  for (const id of hazardItems) {
    it(`${id}: answered by a human where nothing was judged`, () => {
      assertWalked(walked, id);
      assert.match(itemOf(walked.asked, id).evidence, /agent\/a and agent\/b: not judged yet\./);
    });
    it(`${id}: computed from hazards`, () =>
      withPlan(two, async (p) => {
        const json = await p.matrix();
        const kind = kindOf[id];
        const verdictOf = async (change: Change) => itemOf(await p.against(change(json)), id).verdict;
        const hazard = { kind, branches: ['agent/a', 'agent/b'], message: 'agent/a and agent/b do not fit.' };
        await failedByMachine(p, id, judged(hazard)(json), /agent\/a and agent\/b do not fit\./);
        const { links } = itemOf(await p.against(judged(hazard)(json)), id);
        assert.deepEqual(links, [{ kind: 'hazard', id: 'h0' }]);
        const own = { kind, branches: ['agent/a'], message: 'agent/a does what it must not.' };
        assert.equal(await verdictOf(judged(own)), 'fail', 'of one branch alone');
        assert.equal(await verdictOf(judged({ ...hazard, branches: ['agent/a', 'main'] })), 'fail', 'against the base');
        assert.equal(await verdictOf(judged({ ...hazard, branches: ['agent/a', 'agent/of-another'] })), 'pass');
        assert.equal(await verdictOf(judged({ ...hazard, kind: 'write' })), 'pass');
        await failedByHand(p, id, plain(json));
      }));
  }

  it('merge-order: from the plan and the preview, and by a human where a task has no branch', () =>
    withPlan({ tasks: { a: '', b: 'dependsOn: [a]\n' } }, async (p) => {
      const json = plain(await p.matrix());
      assert.match(itemOf(await p.against(json), 'merge-order').evidence, /in this order: agent\/a, agent\/b\./);
      await failedByHand(p, 'merge-order', json);
      await p.commit('a', 'one.txt', 'of a\n');
      await p.commit('b', 'one.txt', 'of b\n');
      await failedByMachine(
        p,
        'merge-order',
        await p.matrix(),
        /agent\/b, merged in its place .* conflicts in one\.txt\./,
      );
    }));

  it('merge-order: answered by a human while a dependency has no branch', () =>
    withPlan({ tasks: { a: '', b: '', c: '' }, spawn: ['a', 'b'] }, async (p) => {
      await writePlan(p.root, 'p', { b: taskText('b', 'dependsOn: [c]\n') });
      const walked = await walk(p, ['merge-order'], plain);
      assertWalked(walked, 'merge-order');
      const { evidence } = itemOf(walked.asked, 'merge-order');
      assert.match(evidence, /"b" depends on "c", which has no branch yet\./);
    }));
});
