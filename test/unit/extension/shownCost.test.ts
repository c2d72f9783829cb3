import { strict as assert } from 'node:assert';
import { costText, costTooltip, isOverBudget } from '../../../src/extension/costs/costTooltip';
import { figureWord, moneyWord, tokenWord } from '../../../src/extension/costs/costWords';
import { type ShownCost, shownCost } from '../../../src/extension/costs/shownCost';
import { taskTooltip } from '../../../src/extension/views/taskTooltip';
import { bucketOf, budgetOf, noTokens, stateOf } from '../tasks/usage/costStates';
import { t, taskRow, workingRow } from './rows';

const now = new Date('2026-11-21T12:00:00Z');
const rows = [
  workingRow({ plan: 'p', task: 'a', title: 'Activity API' }),
  taskRow({ plan: 'p', task: 'b', title: 'Pages' }),
  taskRow({ plan: 'done', task: 'c', state: 'cleaned' }),
];
const of = (plan: string, task: string) => ({ kind: 'task', ref: { plan, task } }) as const;

function shown(...given: Parameters<typeof stateOf>): ShownCost {
  return shownCost([{ state: stateOf(...given), rows, own: null }], now) ?? assert.fail('nothing is shown');
}

describe('what the status bar says of cost', () => {
  it('says what was used today in the repository, and what the plans in progress have used', () => {
    const cost = shown([
      bucketOf({ usd: 1.23 }),
      bucketOf({ usd: 3.33, day: '2026-11-01' }),
      bucketOf({ usd: 2, owner: { kind: 'elsewhere' } }),
      bucketOf({ usd: 50, owner: { kind: 'other' } }),
      bucketOf({ usd: 7, owner: of('done', 'c'), day: '2026-11-01' }),
    ]);
    assert.equal(costText(cost, t), '$3.23 today · $4.56 plan');
    assert.deepEqual(
      cost.tasks.map(({ name, figure }) => [name, figure.usd]),
      [['Activity API', 4.56]],
    );
    assert.equal(cost.elsewhere?.usd, 2);
  });

  it("the window of a task says what that task's plan has used", () => {
    const state = stateOf([bucketOf({ owner: of('done', 'c'), usd: 7 }), bucketOf()]);
    const cost = shownCost([{ state, rows, own: { plan: 'done', task: 'c' } }], now);
    assert.equal(costText(cost ?? assert.fail(), t), '$8.00 today · $7.00 plan');
  });

  it('what tells no day may be of today', () => {
    const cost = shown([bucketOf({ usd: 1 }), bucketOf({ usd: 5, day: null })]);
    assert.equal(costText(cost, t), '≥\u00a0$1.00 today · $6.00 plan');
  });

  it('says of how many plans', () => {
    const more = [...rows, workingRow({ plan: 'q', task: 'd' })];
    const state = stateOf([bucketOf(), bucketOf({ owner: of('q', 'd') })]);
    const cost = shownCost([{ state, rows: more, own: null }], now);
    assert.equal(costText(cost ?? assert.fail(), t), '$2.00 today · $2.00 in 2 plans');
  });

  it('is nothing while nothing is known to be used', () => {
    assert.equal(shownCost([], now), null);
    assert.equal(shownCost([{ state: stateOf([]), rows, own: null }], now), null);
    const other = stateOf([bucketOf({ owner: { kind: 'other' } })]);
    assert.equal(shownCost([{ state: other, rows, own: null }], now), null);
  });

  it("days are the user's", () => {
    const state = stateOf([bucketOf({ day: '2026-11-22' })], { timeZone: 'Asia/Tokyo' });
    const late = new Date('2026-11-21T15:30:00Z');
    const textAt = (at: Date) => costText(shownCost([{ state, rows, own: null }], at) ?? assert.fail(), t);
    assert.equal(textAt(late), '$1.00 today · $1.00 plan');
    assert.equal(textAt(now), '$1.00 plan');
  });

  it('says tokens where nothing has a price, and "at least" where something has none or was not counted', () => {
    const none = { usd: 0, priced: 0, tokens: { ...noTokens, output: 12_345, cacheRead: 1e9 } };
    assert.equal(costText(shown([bucketOf(none)]), t), '≥\u00a012.3K tokens today · ≥\u00a012.3K tokens plan');
    const mixed = shown([bucketOf(), bucketOf({ ...none, model: 'new-model' })]);
    assert.equal(costText(mixed, t), '≥\u00a0$1.00 today · ≥\u00a0$1.00 plan');
    assert.deepEqual(mixed.unpriced, ['new-model']);
    assert.match(costTooltip(mixed, t), /Without a price: new\\-model/);
    assert.equal(costText(shown([bucketOf({ incomplete: true })]), t), '≥\u00a0$1.00 today · ≥\u00a0$1.00 plan');
    const state = stateOf([bucketOf()]);
    const skipped = [{ agent: 'claude', file: '/r.jsonl', line: null, reason: 'it cannot be read' }];
    const unread = shown([bucketOf()], { usage: { ...state.usage, skipped } });
    assert.equal(costText(unread, t), '≥\u00a0$1.00 today · ≥\u00a0$1.00 plan');
    assert.match(costTooltip(unread, t), /1 record could not be counted/);
  });

  it('is coloured by a budget that is used up, of what it is about, and by nothing else', () => {
    const day = { scope: 'day', plan: null, task: null, period: '2026-11-21' } as const;
    const isOver = (...budgets: ReturnType<typeof budgetOf>[]) => isOverBudget(shown([bucketOf()], { budgets }));
    assert.equal(isOver(), false);
    assert.equal(isOver(budgetOf({ level: 'within', percent: 10 })), false);
    assert.equal(isOver(budgetOf()), false);
    assert.equal(isOver(budgetOf({ level: 'over', percent: 100 })), true);
    assert.equal(isOver(budgetOf({ level: 'over', percent: 100, plan: 'done', task: 'c' })), false);
    assert.equal(isOver(budgetOf({ ...day, level: 'over', percent: 120 })), true);
    const tooltip = costTooltip(
      shown([bucketOf()], { budgets: [budgetOf(), budgetOf({ ...day, level: 'over', percent: 120 })] }),
      t,
    );
    assert.match(tooltip, /\*\*Today's budget: 120 % used\*\*\n\nBudget of p\/a: 90 % used/);
  });

  it('has a line for each task, the prices it rests on, and why it may be old', () => {
    const tooltip = costTooltip(
      shown([bucketOf(), bucketOf({ owner: of('p', 'b'), usd: 5 })], { failure: 'The worker ended.' }),
      t,
    );
    assert.deepEqual(
      tooltip.split('\n\n')[1]?.split('\n'),
      [
        '| Task | Tokens | Cost |',
        '|:--|--:|--:|',
        '| Pages | 100 | $5\\.00 |',
        '| Activity API | 100 | $1\\.00 |',
        '| **Today** | 200 | $6\\.00 |',
        '| **Plan p** | 200 | $6\\.00 |',
      ].map((line) => line.replaceAll('$', '\\$')),
    );
    assert.match(tooltip, /\*\*Not up to date\*\*: The worker ended\\\./);
    assert.match(tooltip, /\*Estimate, prices as of 2026\\-11\\-01\*$/);
  });

  it('names the ten most expensive of many tasks', () => {
    const buckets = Array.from({ length: 13 }, (_, i) => bucketOf({ owner: of('p', `t${i}`), usd: i }));
    const tooltip = costTooltip(shown(buckets), t);
    assert.match(tooltip, /\| p\/t12 \|/);
    assert.doesNotMatch(tooltip, /\| p\/t2 \|/);
    assert.match(tooltip, /\| and 3 more tasks \| \| \|/);
  });

  it('bad input: hostile titles, plans and models bring no link, column, icon or line', () => {
    const title = '[x](command:evil) | $(flame)\n| <b>';
    const model = `<img src=x>${'m'.repeat(100_000)}`;
    const state = stateOf([bucketOf({ model, priced: 0, usd: 0 })]);
    const cost = shownCost([{ state, rows: [workingRow({ plan: 'p', task: 'a', title })], own: null }], now);
    const tooltip = costTooltip(cost ?? assert.fail(), t);
    assert.ok(tooltip.includes('| \\[x\\]\\(command\\:evil\\) \\| \\$\\(flame\\) \\| \\<b\\> |'), tooltip);
    assert.ok(tooltip.length < 2_000, `${tooltip.length}`);
  });
});

describe("a task's tooltip", () => {
  const line = (changes: Parameters<typeof workingRow>[0]) =>
    taskTooltip(workingRow(changes), { here: null, now, t })
      .split('\n\n')
      .find((each) => each.startsWith('Cost'));

  it('says what it has used: money and tokens, at least where there is more, and nothing while nothing is known', () => {
    assert.equal(line({}), undefined);
    assert.equal(line({ tokens: 12_345, usd: 1.5 }), 'Cost (estimate): \\$1\\.50 · 12\\.3K tokens');
    assert.equal(line({ tokens: 5, usd: null, costAtLeast: true }), 'Cost (estimate): ≥\u00a05 tokens');
    assert.equal(line({ tokens: 5, usd: 1, costAtLeast: true }), 'Cost (estimate): ≥\u00a0\\$1\\.00 · ≥\u00a05 tokens');
  });
});

describe('figures of cost in words', () => {
  it('are to the cent, and what is less is not nothing', () => {
    const said = [0, 0.0001, 0.005, 0.01, 1.234, 999.999, 1234.5, 1_234_567].map(moneyWord);
    assert.deepEqual(said, ['$0.00', '<\u00a0$0.01', '$0.01', '$0.01', '$1.23', '$1,000.00', '$1,234.50', '$1.23e+6']);
  });

  it('tokens have three digits', () => {
    const said = [0, 950, 999.6, 1_000, 12_345, 999_400, 999_600, 1_234_567, 5e12, 5e16].map(tokenWord);
    assert.deepEqual(said, ['0', '950', '1.00K', '1.00K', '12.3K', '999K', '1.00M', '1.23M', '5.00T', '50000T']);
    assert.equal(figureWord(t, { usd: null, tokens: 5, atLeast: false }), '5 tokens');
  });
});
