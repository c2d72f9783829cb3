import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { checkPlan } from '../../../src/core/plan/checkPlan';
import { parsePlanText, parseTaskText } from '../../../src/core/plan/parse';
import type { Plan } from '../../../src/core/plan/plan';
import { makesMigrations, migrationNumber, reserveOf, shareNumbers } from '../../../src/core/plan/reserve';
import { sampled } from '../support/sampled';

const migration = 'type: migration';

/** @param reserve as it is written in `plan.md`. @param tasks their front matter */
function planOf(reserve: string, tasks: Readonly<Record<string, string>> = {}): Plan {
  const plan = parsePlanText(`---\ntitle: p\nreserve: {migrations: ${reserve}}\n---\n`, '/p/plan.md');
  assert.deepEqual(plan.problems, []);
  const ids = Object.keys(tasks).sort();
  const files = ids.map((task) =>
    parseTaskText(`---\n${tasks[task]}\n---\nDo it.\n`, `/p/${task}.md`, { plan: 'p', task }),
  );
  return { ...plan, id: 'p', dir: '/p', tasks: files };
}

const shares = (plan: Plan, held: Readonly<Record<string, string[]>> = {}, used: number[] = []) =>
  Object.fromEntries(shareNumbers(plan, new Map(Object.entries(held)), new Set(used)));
const problems = (plan: Plan) => checkPlan(plan).map(({ code, line, column }) => `${code} ${line}:${column}`);

describe('numbers that a plan gives out', () => {
  it('are a number, a range, a list, or globs of what they are for', () => {
    const read = (reserve: string) => {
      const { globs, ranges, bad } = reserveOf(planOf(reserve));
      assert.deepEqual(bad, []);
      return [globs, ...ranges.map(({ first, last, width }) => [first, last, width])];
    };
    assert.deepEqual(read('7'), [null, [7, Number.POSITIVE_INFINITY, 1]]);
    assert.deepEqual(read('0041'), [null, [41, Number.POSITIVE_INFINITY, 4]]);
    assert.deepEqual(read('"0041+"'), [null, [41, Number.POSITIVE_INFINITY, 4]]);
    assert.deepEqual(read('0040-0049'), [null, [40, 49, 4]]);
    assert.deepEqual(read('0040..0049'), [null, [40, 49, 4]]);
    assert.deepEqual(read('"0040 – 0049"'), [null, [40, 49, 4]]);
    assert.deepEqual(read('[7, 9, 0011]'), [null, [7, 7, 1], [9, 9, 1], [11, 11, 4]]);
    assert.deepEqual(read('"7, 9-10"'), [null, [7, 7, 1], [9, 10, 1]]);
    assert.deepEqual(read('20260101000000-20260101000009'), [null, [20260101000000, 20260101000009, 14]]);
    assert.deepEqual(read('["db/changes/*.sql", 0040-0049]'), [['db/changes/*.sql'], [40, 49, 4]]);
    assert.deepEqual(read('db/changes/'), [['db/changes/**']]);
  });

  it('Bad input: what says nothing is told at its place, and the rest still counts', () => {
    for (const bad of ['forty', '-3', '7.5', '49-40', '"a*"', '../x/*.sql', '/db/*.sql', '99999999999999999999']) {
      const plan = planOf(`[0040-0042, ${bad}]`, { a: migration });
      assert.equal(reserveOf(plan).ranges.length, 1, bad);
      if (bad === '"a*"') assert.deepEqual(problems(plan), []);
      else assert.deepEqual(problems(plan), ['bad-reserve 3:35'], bad);
    }
  });

  it('are shared out evenly in the order in which the tasks land', () => {
    const plan = planOf('0040-0049', { api: 'type: feature', zoo: migration, more: `${migration}\nafter: [zoo]` });
    assert.deepEqual(shares(plan), { zoo: ['0040', '0041', '0042'], more: ['0043', '0044', '0045'] });
    assert.deepEqual(shares(planOf('[3, 5]', { a: migration, b: migration })), { a: ['3'], b: ['5'] });
    assert.deepEqual(shares(planOf('0041', { a: migration, b: migration })), { a: ['0041'], b: ['0042'] });
  });

  it('are kept by whoever has some, and pass over those that are taken', () => {
    const tasks = { a: migration, b: migration, c: migration };
    const plan = planOf('0041', tasks);
    assert.deepEqual(shares(plan, { c: ['0041'] }), { a: ['0042'], b: ['0043'], c: ['0041'] });
    assert.deepEqual(shares(plan, {}, [41, 43]), { a: ['0042'], b: ['0044'], c: ['0045'] });
    assert.deepEqual(shares(planOf('1-2', tasks)), { a: ['1'], b: ['2'], c: [] });
    // What was given to a task that is not in the plan any more is not given to another.
    assert.deepEqual(shares(plan, { gone: ['0042'] }), { gone: ['0042'], a: ['0041'], b: ['0043'], c: ['0044'] });
  });

  it('never go to two tasks, whoever is dispatched first and whatever comes in between', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const property = fc.property(
      fc.shuffledSubarray(names, { minLength: 2 }),
      fc.constantFrom('0040-0049', '1-3', '7', '[1, 2, 9-12]'),
      fc.uniqueArray(fc.nat(50), { maxLength: 5 }),
      fc.nat(4),
      (order, reserve, used, late) => {
        const held = new Map<string, readonly string[]>();
        for (const [n, task] of order.entries()) {
          // Some tasks are written only while others work already.
          const there = n < late ? names.slice(0, 4) : names;
          const tasks = Object.fromEntries([...there, task].map((name) => [name, migration]));
          const numbers = shareNumbers(planOf(reserve, tasks), held, new Set(used)).get(task) ?? [];
          if (numbers.length > 0) held.set(task, numbers);
        }
        const all = [...held.values()].flat().map(Number);
        assert.equal(new Set(all).size, all.length);
        assert.ok(all.every((number) => !used.includes(number)));
      },
    );
    fc.assert(property, sampled(100));
  });

  it('are for tasks that are migrations by their type or their scope', () => {
    const makes = (fields: object, globs: string[] | null = null) => makesMigrations(fields, globs);
    assert.ok(makes({ type: 'migration' }));
    for (const scope of ['db/migrate/**', 'src/**/migrations/*.py', 'prisma/migrations/**', 'alembic/versions/*']) {
      assert.ok(makes({ scope: ['docs/**', scope] }), scope);
    }
    for (const scope of ['src/**', 'src/migration-guide/**', '**', 'docs/migrations.md']) {
      assert.ok(!makes({ scope: [scope] }), scope);
    }
    assert.ok(!makes({ type: 'feature' }));
    assert.ok(makes({ scope: ['db/**'] }, ['db/changes/*.sql']));
    assert.ok(makes({ scope: ['db/changes/**'] }, ['db/changes/*.sql']));
    assert.ok(!makes({ scope: ['database/**', 'db/migrations/**'] }, ['db/changes/*.sql']));
  });

  it('are read from the names of migrations', () => {
    const number = (path: string, globs: string[] | null = null) => migrationNumber(path, globs);
    assert.equal(number('db/migrate/0041_users.rb'), 41);
    assert.equal(number('app/migrations/0007_users.py'), 7);
    assert.equal(number('src/main/resources/db/migration/V12__users.sql'), 12);
    assert.equal(number('prisma/migrations/20260101120000_users/migration.sql'), 20260101120000);
    assert.equal(number('migrations/0001_users.up.sql'), 1);
    assert.equal(number('migrations/helpers.py'), null);
    assert.equal(number('docs/0001-why.md'), null);
    assert.equal(number('db/changes/5.sql', ['db/changes/*.sql']), 5);
    assert.equal(number('db/migrate/5.sql', ['db/changes/*.sql']), null);
  });

  it('are known to the check of a plan', () => {
    assert.deepEqual(problems(planOf('0040-0049', { a: migration })), []);
    assert.deepEqual(problems(planOf('1-2', { a: migration, b: migration, c: migration })), ['few-numbers 3:23']);
    assert.deepEqual(problems(planOf('1-2', { a: 'type: feature' })), ['unused-reserve 3:23']);
    assert.deepEqual(problems(planOf('[1-5, 4]', { a: migration })), ['duplicate 3:23']);
    assert.deepEqual(problems(planOf('db/changes/*.sql', { a: migration })), []);
    assert.deepEqual(problems(planOf('1-2')), []);
  });
});
