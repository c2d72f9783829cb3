import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { costGroupings } from '../../../src/contract/usage';
import type { PricedRecord } from '../../../src/core/usage/parts';
import { budgetTokens, totalOf } from '../../../src/core/usage/sums';
import { dayPlus, ofFigure, within } from '../../../src/extension/costs/costFilter';
import { figureRecords, mostRecords } from '../../../src/extension/costs/figureRecords';
import { renderCosts, renderSteps } from '../../../src/extension/costs/renderCosts';
import {
  type CostPeriod,
  type CostsData,
  type CostsView,
  costPeriods,
  firstCostsView,
  mostSkipped,
} from '../../../src/protocol/costs';
import { sampled } from '../support/sampled';
import { aYear, bucket, costFacts, costState, dayBefore, fewWeeks, tokens } from './costFacts';

const all: CostsView = { ...firstCostsView, period: 'all' };
const naming = { typeOf: () => null };

describe('what the panel of costs is sent', () => {
  it('holds each period to its days where the user is, and leaves out what tells no day', () => {
    const days = [0, 1, 6, 7, 29, 30].map((days) => bucket('a/b', { day: dayBefore(days), usd: 1 }));
    const facts = costFacts(costState([...days, bucket('a/b', { day: null, usd: 1 })]));
    const usd = (period: CostPeriod) => renderCosts(facts, { ...all, period }).total.usd;
    assert.deepEqual(costPeriods.map(usd), [1, 3, 5, 7]);
    // 12:00 in Greenwich is tomorrow already on the Line Islands.
    const far = { ...facts, state: { ...facts.state, timeZone: 'Pacific/Kiritimati' } };
    assert.equal(renderCosts(far, { ...all, period: 'today' }).rows.length, 0);
  });

  it('knows that nothing costs nothing', () => {
    const { total } = renderCosts(costFacts(costState([])), all);
    assert.deepEqual([total.usd, total.atLeast, total.answers], [0, false, 0]);
  });

  it('filters by plan, and forgets a plan that nothing was used for', () => {
    const facts = fewWeeks();
    const data = renderCosts(facts, { ...all, plan: 'manual' });
    assert.deepEqual(data.rows.map(({ key }) => key).sort(), ['manual/chapters', 'manual/index', 'manual/search']);
    assert.equal(data.view.plan, 'manual');
    const gone = renderCosts(facts, { ...all, plan: 'gone' });
    assert.equal(gone.view.plan, null);
    assert.ok(gone.rows.some(({ key }) => key === 'elsewhere'));
  });

  it('says at least where a model has no price, and never nothing for it', () => {
    const facts = costFacts(
      costState([bucket('a/b'), bucket('a/c', { model: 'local', usd: 0, priced: 0, answers: 3 })]),
    );
    const data = renderCosts(facts, all);
    assert.deepEqual([data.total.usd, data.total.atLeast], [1.5, true]);
    const row = data.rows.find(({ key }) => key === 'a/c');
    assert.deepEqual([row?.usd, row?.atLeast, row?.unpriced], [null, true, ['local']]);
    const used = budgetTokens(tokens());
    assert.deepEqual(data.unpriced, [{ model: 'local', agents: ['claude'], answers: 3, tokens: used }]);
    const local = data.chart.series.find(({ key }) => key === 'local');
    assert.equal(local?.priced, false);
  });

  it('names what was skipped and counts the rest of it', () => {
    const skipped = Array.from({ length: mostSkipped + 5 }, (_, line) => ({
      ...{ agent: 'claude', file: '/a.jsonl', line: line + 1, reason: 'cut off' },
    }));
    const data = renderCosts(costFacts(costState([bucket('a/b')], { skipped })), all);
    assert.deepEqual(
      [data.skipped.length, data.skippedCount, data.total.atLeast],
      [mostSkipped, mostSkipped + 5, true],
    );
  });

  it('cuts after so many rows into one sum that together are the total', () => {
    fc.assert(
      fc.property(fc.constantFrom(...costGroupings), fc.integer({ min: 1, max: 40 }), (by, rows) => {
        const data = renderCosts(aYear(30), { ...all, by, rows });
        const cents = (usd: number | null) => Math.round((usd ?? 0) * 1e6);
        const shown = data.rows.reduce((sum, { usd }) => sum + cents(usd), 0);
        assert.equal(shown + cents(data.rest?.sum.usd ?? 0), cents(data.total.usd));
        assert.ok(data.rows.length <= rows);
      }),
      sampled(25),
    );
  });

  it('sorts by each column both ways, by name as people count', () => {
    const facts = costFacts(costState([bucket('p/task-10', { usd: 2 }), bucket('p/task-9', { usd: 3 })]));
    const keys = (sort: CostsView['sort']) => renderCosts(facts, { ...all, sort }).rows.map(({ key }) => key);
    assert.deepEqual(keys({ column: 'name', descending: false }), ['p/task-9', 'p/task-10']);
    assert.deepEqual(keys({ column: 'usd', descending: true }), ['p/task-9', 'p/task-10']);
    assert.deepEqual(keys({ column: 'usd', descending: false }), ['p/task-10', 'p/task-9']);
  });

  it('stacks weeks without a gap up to this one, the largest models first and the others as one', () => {
    const models = Array.from({ length: 9 }, (_, index) => `m${index}`);
    const buckets = models.map((model, index) => bucket('a/b', { model, usd: index + 1, day: dayBefore(index * 7) }));
    const { chart } = renderCosts(costFacts(costState(buckets)), all);
    assert.equal(chart.by, 'week');
    assert.deepEqual([chart.columns.length, chart.columns.at(-1)], [9, { key: '2026-W47', from: '2026-11-16' }]);
    assert.deepEqual(chart.columns[0], { key: '2026-W39', from: '2026-09-21' });
    assert.deepEqual(
      chart.series.map(({ key }) => key),
      ['m8', 'm7', 'm6', 'm5', 'm4', null],
    );
    assert.deepEqual(chart.series.at(-1)?.usd.slice(-4), [4, 3, 2, 1]);
    assert.equal(chart.cut, false);
  });

  it('shows a year of weeks at most, and says that there is more; clocks that jumped make no columns', () => {
    const days = [dayBefore(0), dayBefore(400), '2099-01-01', null];
    const { chart } = renderCosts(costFacts(costState(days.map((day) => bucket('a/b', { day })))), all);
    assert.equal(chart.columns.length, 53);
    assert.equal(chart.cut, true);
    assert.equal(
      chart.series[0]?.usd.reduce((sum, usd) => sum + usd, 0),
      1.5,
    );
    const days7 = renderCosts(costFacts(costState([bucket('a/b')])), { ...all, period: 'today' }).chart;
    assert.deepEqual([days7.by, days7.columns.length, days7.columns.at(-1)?.key], ['day', 7, '2026-11-21']);
  });

  it('finds the buckets of every figure that it shows: they add up to it', () => {
    const facts = fewWeeks();
    const { buckets } = facts.state.usage;
    const named = { typeOf: facts.typeOf };
    for (const by of costGroupings) {
      for (const row of renderCosts(facts, { ...all, by }).rows) {
        const found = totalOf(ofFigure(buckets, { [by]: row.key }, named));
        assert.deepEqual([found.usd, found.tokens], [row.usd, row.tokens], `${by} ${row.key}`);
      }
    }
    const both = ofFigure(buckets, { model: 'gemini-3-pro', task: 'dashboard/api' }, named);
    assert.ok(both.length > 0 && both.every(({ model, owner }) => model === 'gemini-3-pro' && owner.kind === 'task'));
  });

  it('takes names of the prototype for names', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const facts = costFacts(costState(names.map((name) => bucket(`${name}/${name}`, { model: name }))));
    for (const by of ['task', 'model', 'type'] as const) renderCosts(facts, { ...all, by });
    const { rows } = renderCosts(facts, { ...all, by: 'model' });
    assert.deepEqual(rows.map(({ key }) => key).sort(), [...names].sort());
  });

  it('makes a small message of a year of 500 tasks, fast enough for the thread of a window', () => {
    const facts = aYear();
    let best = Number.POSITIVE_INFINITY;
    let data: CostsData | undefined;
    // Of several runs the best: the first is compiled while it runs, and others collect what the ones before left.
    for (let run = 0; run < 5; run += 1) {
      let longest = 0;
      const steps = renderSteps(facts, all);
      for (let done = false; !done; ) {
        const start = process.cpuUsage();
        const step = steps.next();
        const { user, system } = process.cpuUsage(start);
        longest = Math.max(longest, (user + system) / 1000);
        done = step.done === true;
        if (step.done === true) data = step.value;
      }
      best = Math.min(best, longest);
    }
    assert.ok(data !== undefined);
    const size = JSON.stringify(data).length;
    console.log(`      ${facts.state.usage.buckets.length} buckets: longest step ${best.toFixed(1)} ms, ${size} bytes`);
    assert.ok(size < 100_000, `${size} bytes`);
    assert.equal(data.rest?.rows, 400);
    // A figure of the machine as much as of the code: the long run holds it.
    if (process.env.SWITCHYARD_LONG !== undefined) assert.ok(best <= 20, `${best} ms`);
  });

  it('counts days over the ends of months and years', () => {
    assert.equal(dayPlus('2026-12-31', 1), '2027-01-01');
    assert.equal(dayPlus('2028-03-01', -1), '2028-02-29');
    assert.equal(
      within([bucket('a/b', { day: '2026-11-15' })], { period: 'days7', plan: null }, '2026-11-21').length,
      1,
    );
    assert.equal(
      within([bucket('a/b', { day: '2026-11-14' })], { period: 'days7', plan: null }, '2026-11-21').length,
      0,
    );
  });
});

describe('the records behind a figure', () => {
  const record = (at: number | null, file = '/a.jsonl'): PricedRecord => ({
    ...{ agent: 'claude', session: 's', model: 'm', at, file, line: 1, tokens: tokens(), usd: 1, price: null },
  });

  it('are the newest of all buckets, the newest first, and never asked for once no newer one can be found', async () => {
    const buckets = [1, 2, 3].map((day) =>
      bucket('a/b', { day: `2026-11-0${day}`, answers: mostRecords, priced: mostRecords }),
    );
    const asked: (string | undefined)[] = [];
    const found = await figureRecords(buckets, async ({ day, limit }) => {
      asked.push(day);
      const noon = Date.parse(`${day}T10:00:00Z`);
      return Array.from({ length: limit }, (_, index) => record(noon - index));
    });
    assert.deepEqual(asked, ['2026-11-03']);
    assert.equal(found.length, mostRecords);
    assert.equal(found[0]?.at, '2026-11-03T10:00:00.000Z');
  });

  it('are not asked for where the agent has deleted them, and of no day are those without a time', async () => {
    const buckets = [bucket('a/b', { source: 'log' }), bucket('a/b', { day: null })];
    const found = await figureRecords(buckets, async (filter) => {
      assert.equal('day' in filter, false);
      return [record(Date.parse('2026-11-01T00:00:00Z')), record(null, '/untimed.jsonl')];
    });
    assert.deepEqual(
      found.map(({ file, at }) => [file, at]),
      [['/untimed.jsonl', null]],
    );
  });

  it('survive times that no date is', async () => {
    const found = await figureRecords([bucket('a/b')], async () => [record(1e300), record(Number.NaN)]);
    assert.deepEqual(
      found.map(({ at }) => at),
      [null, null],
    );
  });

  it('name no other figure than the naming does', () => {
    assert.equal(ofFigure([bucket('a/b')], { type: 'docs' }, naming).length, 0);
    assert.equal(ofFigure([bucket('a/b')], { type: 'none' }, naming).length, 1);
  });
});
