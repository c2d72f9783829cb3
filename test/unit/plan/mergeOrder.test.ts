import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { checkPlan } from '../../../src/core/plan/checkPlan';
import { mergeOrder } from '../../../src/core/plan/mergeOrder';
import { parsePlanText, parseTaskText } from '../../../src/core/plan/parse';
import type { Plan } from '../../../src/core/plan/plan';
import { sampled } from '../support/sampled';

type Links = { readonly dependsOn?: readonly string[]; readonly after?: readonly string[] };

function planOf(tasks: Readonly<Record<string, Links>>, order: readonly string[] = []): Plan {
  const front = (fields: object) => `---\n${JSON.stringify(fields)}\n---\n`;
  const plan = parsePlanText(front(order.length === 0 ? { title: 'p' } : { mergeOrder: order }), '/p/plan.md');
  assert.deepEqual(plan.problems, []);
  return {
    ...plan,
    id: 'p',
    dir: '/p',
    tasks: Object.keys(tasks)
      .sort()
      .map((task) => parseTaskText(front(tasks[task] ?? {}), `/p/${task}.md`, { plan: 'p', task })),
  };
}

const cycleMessages = (plan: Plan) =>
  checkPlan(plan)
    .filter((problem) => problem.code === 'cycle')
    .map((problem) => problem.message);

describe('the merge order', () => {
  it('follows after and dependsOn, and names among equals', () => {
    const plan = planOf({
      tests: { after: ['frontend'] },
      frontend: { after: ['api'] },
      api: { dependsOn: ['database'] },
      database: {},
      zebra: {},
      ant: {},
    });
    assert.deepEqual(mergeOrder(plan), {
      order: ['ant', 'database', 'api', 'frontend', 'tests', 'zebra'],
      cycle: null,
    });
  });

  it('is overridden by mergeOrder, also where it says less than all', () => {
    const tasks = { a: {}, b: { after: ['c'] }, c: {}, d: { after: ['a'] } };
    assert.deepEqual(
      mergeOrder(planOf(tasks, ['b', 'c'])).order,
      ['a', 'b', 'c', 'd'].sort((x, y) => 'bcad'.indexOf(x) - 'bcad'.indexOf(y)),
    );
    assert.deepEqual(mergeOrder(planOf(tasks, ['b', 'c'])).cycle, null);
  });

  it('brings what an overridden task needs before it', () => {
    assert.deepEqual(mergeOrder(planOf({ a: {}, b: { dependsOn: ['x'] }, x: {} }, ['b', 'a'])).order, ['x', 'b', 'a']);
  });

  it('names the members of a cycle and still gives every task a place', () => {
    const plan = planOf({
      api: { dependsOn: ['database'] },
      database: { after: ['tests'] },
      tests: { after: ['api'] },
      lone: {},
    });
    const { order, cycle } = mergeOrder(plan);
    assert.deepEqual(cycle, ['api', 'database', 'tests']);
    assert.deepEqual([...order].sort(), ['api', 'database', 'lone', 'tests']);
    const [message, ...more] = cycleMessages(plan);
    assert.deepEqual(more, []);
    assert.match(message ?? '', /"api" → "database" → "tests" → "api"\. Extract the interface/);
  });

  it('tells each of two separate cycles once, and a task that waits for itself', () => {
    const plan = planOf({
      a: { after: ['b'] },
      b: { after: ['a'] },
      c: { dependsOn: ['d'] },
      d: { dependsOn: ['c'] },
      e: { after: ['e'] },
    });
    assert.equal(cycleMessages(plan).length, 3);
    assert.match(cycleMessages(plan)[2] ?? '', /waits for itself/);
  });

  it('ignores unknown tasks', () => {
    assert.deepEqual(mergeOrder(planOf({ a: { after: ['ghost'] } }, ['ghost', 'a'])), { order: ['a'], cycle: null });
  });

  it('keeps every wish in every graph without cycles, and finds every cycle', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const edge = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names), fc.boolean());
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 14 }), (edges) => {
        const tasks: Record<string, { dependsOn: string[]; after: string[] }> = {};
        for (const name of names) tasks[name] = { dependsOn: [], after: [] };
        for (const [from, to, strong] of edges) tasks[from]?.[strong ? 'dependsOn' : 'after'].push(to);
        const { order, cycle } = mergeOrder(planOf(tasks));
        assert.deepEqual([...order].sort(), names);
        if (cycle === null) {
          for (const [from, to] of edges) assert.ok(order.indexOf(to) < order.indexOf(from), `${to} before ${from}`);
        } else {
          cycle.forEach((id, index) => {
            const next = cycle[(index + 1) % cycle.length];
            assert.ok(
              edges.some(([from, to]) => from === id && to === next),
              `${id} waits for ${next}`,
            );
          });
        }
      }),
      sampled(300),
    );
  });
});
