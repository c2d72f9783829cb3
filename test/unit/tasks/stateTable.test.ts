import { strict as assert } from 'node:assert';
import {
  type Condition,
  type ConditionKind,
  conditionKinds,
  nextSteps,
  phases,
  taskStates,
} from '../../../src/contract/states';
import { conditionTable, needsHuman, nextStep, sortConditions, stateTable } from '../../../src/core/tasks/stateTable';

const condition = (kind: ConditionKind): Condition => ({ kind, reason: '', since: '', source: '' });
const calm = { waits: false, launching: false };

describe('the table of states', () => {
  it('gives every state a phase and a next step of the contract', () => {
    for (const state of taskStates) {
      assert.ok(phases.includes(stateTable[state].phase), state);
      assert.ok(nextSteps.includes(nextStep(state, [], calm)), state);
    }
    assert.deepEqual(Object.keys(stateTable), [...taskStates]);
    assert.deepEqual(Object.keys(conditionTable).sort(), [...conditionKinds].sort());
  });

  it('lets the most pressing condition decide what comes next', () => {
    assert.equal(nextStep('working', [], calm), 'wait');
    assert.equal(nextStep('working', [condition('waiting')], calm), 'answer');
    assert.equal(nextStep('working', [condition('waiting'), condition('failed')], calm), 'look-at-failure');
    assert.equal(nextStep('working', [condition('unknown')], calm), 'resume');
    assert.equal(nextStep('working', [condition('behind')], calm), 'wait', 'an agent at work is not disturbed');
    assert.equal(nextStep('review', [condition('behind')], calm), 'sync');
    assert.deepEqual(
      sortConditions([condition('behind'), condition('vanished'), condition('failed')]).map(({ kind }) => kind),
      ['vanished', 'failed', 'behind'],
    );
  });

  it('waits for dependencies, and for an agent that is about to come up', () => {
    assert.equal(nextStep('ready', [], { waits: true, launching: false }), 'wait-for-dependencies');
    assert.equal(nextStep('queued', [], calm), 'open-window');
    assert.equal(nextStep('queued', [], { waits: false, launching: true }), 'wait');
  });

  it('counts for the badge what stands still until a human acts', () => {
    const of = (state: (typeof taskStates)[number], ...kinds: ConditionKind[]) =>
      needsHuman({ state, conditions: kinds.map(condition) });
    assert.deepEqual(
      taskStates.filter((state) => of(state)),
      ['plan-review', 'review'],
    );
    assert.ok(of('working', 'waiting'));
    assert.ok(of('working', 'unknown'), 'unknown is never shown as good');
    assert.ok(of('ready', 'setup-failed'));
    assert.ok(!of('working', 'behind'));
    assert.ok(!of('working', 'paused'));
  });
});
