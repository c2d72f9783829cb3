import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Verdict } from '../../../../src/contract/conflicts';
import type { PlanFields, TaskFields } from '../../../../src/contract/plan';
import { joinsTrain, mergeOrderOf } from '../../../../src/core/conflicts/train/mergeOrder';
import { landing, mergeOrder } from '../../../../src/core/plan/mergeOrder';
import type { Plan } from '../../../../src/core/plan/plan';
import { sampled } from '../../support/sampled';

function planOf(id: string, tasks: Record<string, TaskFields>, fields: PlanFields = {}): Plan {
  const nothing = { body: '', text: '', problems: [], positions: new Map() };
  return {
    id,
    dir: `/plans/${id}`,
    file: null,
    fields,
    ...nothing,
    tasks: Object.entries(tasks).map(([task, taskFields]) => ({
      ref: { plan: id, task },
      file: `/plans/${id}/${task}.md`,
      fields: taskFields,
      instructions: 'do it',
      ...nothing,
    })),
  };
}

const pair = (a: string, b: string, verdict: Verdict = 'conflict') => ({ a, b, verdict });
const task = (name: string, changedFiles: number | null = 1) => ({ ref: name, task: `p/${name}`, changedFiles });
const said = (places: readonly { ref: string; why: string }[]) => places.map(({ ref, why }) => `${ref}: ${why}`);

describe('conflicts: merge order', () => {
  it('puts what others depend on first, and says so', () => {
    const plan = planOf('p', { api: {}, page: { dependsOn: ['api'] }, style: { after: ['page'] } });
    assert.deepEqual(
      said(mergeOrderOf({ refs: [task('style'), task('page'), task('api', 90)], plans: [plan], pairs: [] })),
      ['api: conflicts with nobody', 'page: after api (depends on it)', 'style: after page (wants to land after it)'],
    );
  });

  it('lets the least conflicting go first; what is unknown counts as a conflict', () => {
    const refs = [task('a'), task('b'), task('c'), task('d')];
    const pairs = [pair('a', 'b'), pair('a', 'c', 'unknown'), pair('a', 'd', 'clean'), pair('b', 'c'), pair('b', 'd')];
    assert.deepEqual(said(mergeOrderOf({ refs, plans: [], pairs })), [
      'd: 1 conflict, fewest of those left',
      'a: 1 conflict and 1 unknown, fewest of those left',
      'b: 1 conflict, fewest of those left',
      'c: conflicts with nobody after it',
    ]);
  });

  it('lets the smaller one go first among equals, and is not moved by one file more', () => {
    const orderOf = (big: number) =>
      mergeOrderOf({ refs: [task('a', big), task('b', 3), task('unseen', null)], plans: [], pairs: [] }).map(
        (p) => p.ref,
      );
    assert.deepEqual(orderOf(40), ['b', 'a', 'unseen']);
    assert.deepEqual(orderOf(41), ['b', 'a', 'unseen']);
    assert.deepEqual(orderOf(1), ['a', 'b', 'unseen']);
  });

  it('puts worktrees without a task last, however harmless', () => {
    const free = { ref: 'aside', task: null, changedFiles: 0 };
    assert.deepEqual(said(mergeOrderOf({ refs: [free, task('a'), task('b')], plans: [], pairs: [pair('a', 'b')] })), [
      'a: 1 conflict, fewest of those left',
      'b: conflicts with nobody after it',
      'aside: no task; conflicts with nobody',
    ]);
  });

  it("follows the plan's own list, over the tasks' wishes", () => {
    const plan = planOf('p', { a: { after: ['b'] }, b: {}, c: {} }, { mergeOrder: ['c', 'a', 'b'] });
    assert.deepEqual(said(mergeOrderOf({ refs: [task('a'), task('b'), task('c')], plans: [plan], pairs: [] })), [
      'c: conflicts with nobody',
      "a: after c (its plan's order)",
      "b: after a (its plan's order)",
    ]);
  });

  it('waits by way of a task that has nothing to merge', () => {
    const plan = planOf('p', { a: { dependsOn: ['gone'] }, gone: { after: ['z'] }, z: {} });
    assert.deepEqual(said(mergeOrderOf({ refs: [task('a'), task('z', 50)], plans: [plan], pairs: [] })), [
      'z: conflicts with nobody',
      'a: after z (depends on it)',
    ]);
  });

  it('breaks a circle as the plan room does', () => {
    const plan = planOf('p', { a: { after: ['c'] }, b: { after: ['a'] }, c: { after: ['b'] } });
    const order = mergeOrderOf({ refs: [task('c'), task('b'), task('a')], plans: [plan], pairs: [] });
    assert.deepEqual(
      order.map(({ ref }) => ref),
      mergeOrder(plan).order,
    );
    assert.match(order[1]?.why ?? '', /its plan waits in a circle/);
  });

  it('leaves out the main worktree and the base, but not a base that is a task', () => {
    const bases = new Set(['main', 'agent/below']);
    const subject = (ref: string, owner: string | null, main = false) => ({
      ref,
      task: owner,
      worktree: { path: `/w/${ref}`, gitDir: '/g', main },
      head: null,
    });
    assert.equal(joinsTrain(subject('topic', null, true), bases), false);
    assert.equal(joinsTrain(subject('main', null), bases), false);
    assert.equal(joinsTrain(subject('agent/below', 'p/below'), bases), true);
    assert.equal(joinsTrain(subject('other', null), bases), true);
  });

  it('property: every ref once, constraints hold, the same for the same facts in any sequence', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const some = fc.subarray(ids, { maxLength: 2 });
    const fields = fc.record({ dependsOn: some, after: some });
    const facts = fc.record({
      fields: fc.array(fields, { minLength: ids.length, maxLength: ids.length }),
      order: fc.shuffledSubarray(ids),
      there: fc.shuffledSubarray(ids),
      loose: fc.subarray(['x', 'y', 'z']),
      verdicts: fc.array(fc.constantFrom<Verdict>('clean', 'conflict', 'unknown'), { minLength: 45, maxLength: 45 }),
      sizes: fc.array(fc.option(fc.nat(100)), { minLength: 10, maxLength: 10 }),
      turn: fc.nat(20),
    });
    fc.assert(
      fc.property(facts, (f) => {
        const plan = planOf(
          'p',
          Object.fromEntries(
            ids.map((id, i) => {
              const each = f.fields[i] ?? { dependsOn: [], after: [] };
              const own = (list: string[]) => list.filter((other) => other !== id);
              return [id, { dependsOn: own(each.dependsOn), after: own(each.after) }];
            }),
          ),
          { mergeOrder: f.order },
        );
        const refs = [
          ...f.there.map((id, i) => task(id, f.sizes[i] ?? null)),
          ...f.loose.map((ref) => ({ ref, task: null, changedFiles: 1 })),
        ];
        const names = refs.map(({ ref }) => ref).sort();
        let at = 0;
        const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => pair(a, b, f.verdicts[at++] ?? 'clean')));
        const order = mergeOrderOf({ refs, plans: [plan], pairs });
        assert.deepEqual(order.map(({ ref }) => ref).sort(), names);
        const place = new Map(order.map(({ ref }, i) => [ref, i]));
        const { before } = landing(plan);
        if (mergeOrder(plan).cycle === null) {
          for (const [id, others] of before) {
            for (const other of others) {
              if (place.has(id) && place.has(other)) assert.ok((place.get(other) ?? 0) < (place.get(id) ?? 0));
            }
          }
        }
        for (const { ref } of refs.filter((each) => each.task !== null)) {
          for (const loose of f.loose) assert.ok((place.get(ref) ?? 0) < (place.get(loose) ?? 0));
        }
        const turned = [...refs.slice(f.turn % refs.length || 0), ...refs.slice(0, f.turn % refs.length || 0)];
        assert.deepEqual(mergeOrderOf({ refs: turned, plans: [plan], pairs: [...pairs].reverse() }), order);
      }),
      sampled(300),
    );
  });
});
