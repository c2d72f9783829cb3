import assert from 'node:assert/strict';
import type { AnswerVerdict, ChecklistItemId, ChecklistJson } from '../../../src/contract/checklist';
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
async function failedByHand(p: Planned, id: ChecklistItemId, change: Change): Promise<void> {
  const passed = await p.item(id, change);
  assert.equal(passed.verdict, 'pass', passed.evidence);
  assert.equal(passed.by, 'computed');
  assert.equal(passed.at, null);
  await p.answer(id, 'fail', 'not by my reading', change);
  const failed = await p.item(id, change);
  assert.equal(failed.verdict, 'fail');
  assert.equal(failed.by, 'Test User');
  await p.write('a', 'by-hand.txt', 'by hand');
  assert.equal((await p.item(id, change)).verdict, 'stale');
  await p.answer(id, 'ask', '', change);
  assert.equal((await p.item(id, change)).verdict, 'pass');
}

/** Computed to fail; a human's pass is told, and does not count. */
async function failedByMachine(p: Planned, id: ChecklistItemId, change: Change, says: RegExp): Promise<void> {
  const failed = await p.item(id, change);
  assert.equal(failed.verdict, 'fail', failed.evidence);
  assert.equal(failed.by, 'computed');
  assert.match(failed.evidence, says);
  await p.answer(id, 'pass', 'never mind', change);
  const still = await p.item(id, change);
  assert.equal(still.verdict, 'fail');
  assert.equal(still.by, 'computed');
  assert.match(still.evidence, /Test User: Answered pass: never mind\./);
  assert.notEqual(still.at, null, 'it can be taken back');
  await p.answer(id, 'ask', '', change);
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
        const kind = kindOf[id];
        await failedByHand(p, id, plain);
        const hazard = { kind, branches: ['agent/a', 'agent/b'], message: 'agent/a and agent/b do not fit.' };
        await failedByMachine(p, id, judged(hazard), /agent\/a and agent\/b do not fit\./);
        assert.deepEqual((await p.item(id, judged(hazard))).links, [{ kind: 'hazard', id: 'h0' }]);
        const own = { kind, branches: ['agent/a'], message: 'agent/a does what it must not.' };
        assert.equal((await p.item(id, judged(own))).verdict, 'fail', 'of one branch alone');
        const withBase = { ...hazard, branches: ['agent/a', 'main'] };
        assert.equal((await p.item(id, judged(withBase))).verdict, 'fail', 'against the base');
        const elsewhere = { ...hazard, branches: ['agent/a', 'agent/of-another-plan'] };
        assert.equal((await p.item(id, judged(elsewhere))).verdict, 'pass');
        const other = { ...hazard, kind: 'write' as const };
        assert.equal((await p.item(id, judged(other))).verdict, 'pass');
      }));
  }

  it('merge-order: from the plan and the preview, and by a human where a task has no branch', () =>
    withPlan({ tasks: { a: '', b: 'dependsOn: [a]\n' } }, async (p) => {
      await failedByHand(p, 'merge-order', plain);
      assert.match((await p.item('merge-order')).evidence, /in this order: agent\/a, agent\/b\./);
      await p.commit('a', 'one.txt', 'of a\n');
      await p.commit('b', 'one.txt', 'of b\n');
      await failedByMachine(p, 'merge-order', plain, /agent\/b, merged in its place .* conflicts in one\.txt\./);
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
