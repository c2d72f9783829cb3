import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { fromCosts, keptCosts } from '../../../src/extension/costs/costsPanelMessages';
import { costsWords } from '../../../src/extension/costs/costsPanelWords';
import { firstCostsView } from '../../../src/protocol/costs';
import { chartShape, margins, niceTicks } from '../../../src/webview/costs/chartShape';
import { Figures, sameFigure } from '../../../src/webview/costs/figures';
import { pageState, toCosts } from '../../../src/webview/costs/host';
import { costsSnapshot, fewWeeks } from '../extension/costFacts';
import { t } from '../extension/rows';
import { sampled } from '../support/sampled';

const figures = new Figures('en', costsWords(t));

describe('figures of cost', () => {
  it('never show something as nothing, nor what has no price as a price', () => {
    const money = (usd: number | null, atLeast = false) => figures.money({ usd, atLeast });
    assert.deepEqual(
      [money(0), money(0.00001), money(0.004), money(0.005), money(1234.5), money(1.239, true), money(null, true)],
      ['$0.00', '$0.00001', '$0.004', '$0.01', '$1,234.50', '≥ $1.24', 'no price'],
    );
    assert.equal(figures.spoken({ usd: 1, atLeast: true }), 'at least $1.00');
  });

  it('say names on one line and in the reading direction', () => {
    assert.equal(figures.key('model', 'a\u202eb\nc'), 'a b c');
    assert.equal(figures.key('model', 'unknown'), 'Model not told');
    assert.equal(figures.key('day', '2026-11-21'), 'Nov 21, 2026');
    assert.equal(figures.figure({ week: '2026-W47', model: 'm' }), '2026-W47 · m');
    assert.equal(figures.figure({}), 'Spent');
  });

  it('are the same in whatever order their keys stand', () => {
    assert.ok(sameFigure({ type: 'a', model: 'b' }, { model: 'b', type: 'a' }));
    assert.ok(!sameFigure({}, null) && !sameFigure({ type: 'a' }, { type: 'b' }));
  });

  it('are said in English where the language is none', () => {
    assert.equal(new Figures('no language', costsWords(t)).usd(1), '$1.00');
  });
});

describe('the shape of the chart', () => {
  it('has room for the smallest number there is', () => {
    assert.deepEqual(niceTicks(Number.MIN_VALUE).length, 2);
  });

  it('stacks what is above 0 without a gap, within its room, to scale', () => {
    const amount = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true }));
    const series = fc.array(fc.array(amount, { minLength: 5, maxLength: 5 }), { maxLength: 6 });
    fc.assert(
      fc.property(series, fc.integer({ min: 100, max: 2000 }), (values, width) => {
        const chart = {
          columns: values[0]?.map((_, index) => ({ key: `${index}`, from: '' })) ?? [],
          series: values.map((usd, index) => ({ key: `${index}`, priced: true, usd, tokens: usd })),
        };
        const shape = chartShape(chart, 'usd', { width, height: 220 });
        const floor = 220 - margins.bottom;
        for (const [index] of chart.columns.entries()) {
          const pieces = shape.pieces.filter(({ column }) => column === index);
          assert.equal(pieces.length, values.filter((usd) => (usd[index] ?? 0) > 0).length);
          let y = floor;
          for (const piece of pieces) {
            y -= piece.height;
            assert.ok(Math.abs(piece.y - y) < 1e-6 && piece.height >= 1);
            assert.ok(piece.x >= margins.left && piece.x + piece.width <= width);
          }
          // A piece has a pixel at least, so that a stack may be that much higher.
          assert.ok(y >= margins.top - pieces.length);
        }
      }),
      sampled(200),
    );
  });

  it('has round lines from 0 to above the highest', () => {
    assert.deepEqual(niceTicks(60.59), [0, 20, 40, 60, 80]);
    assert.deepEqual(niceTicks(0.3), [0, 0.1, 0.2, 0.3]);
    for (const none of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) assert.deepEqual(niceTicks(none), [0]);
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), (highest) => {
        const ticks = niceTicks(highest);
        assert.ok((ticks.at(-1) ?? 0) >= highest * (1 - 1e-9) && ticks.length >= 3 && ticks.length <= 6);
      }),
      sampled(300),
    );
  });
});

describe('messages of the panel of costs', () => {
  it('take what the host sends, and nothing else', () => {
    const snapshot = costsSnapshot(fewWeeks());
    assert.deepEqual(toCosts({ kind: 'snapshot', snapshot }), { kind: 'snapshot', snapshot });
    assert.deepEqual(toCosts({ kind: 'focus' }), { kind: 'focus' });
    const strays = [null, 1, {}, { kind: 'snapshot' }, { kind: 'look' }, { kind: 'snapshot', snapshot: { costs: {} } }];
    for (const stray of strays) assert.equal(toCosts(stray), null);
  });

  it('take from the page what it may ask, and nothing else', () => {
    const view = { ...firstCostsView, figure: { task: 'a/b' } };
    assert.deepEqual(fromCosts({ kind: 'view', view }), { kind: 'view', view });
    for (const stray of [
      null,
      { kind: 'view', view: { ...view, by: 'constructor' } },
      { kind: 'view', view: { ...view, rows: 1e9 } },
      { kind: 'action', action: 'deleteEverything' },
      { kind: 'openFile', file: 'x'.repeat(5000), line: 1 },
      { kind: 'openFile', file: '/a', line: -1 },
    ]) {
      assert.equal(fromCosts(stray), null);
    }
  });

  it('bring back where the reader was, as far as it can be read', () => {
    const state = pageState(null);
    assert.deepEqual(state, { repository: null, view: firstCostsView, scroll: 0, chartTokens: false });
    const view = { ...firstCostsView, by: 'week', period: 'all', figure: { week: '2026-W47' } } as const;
    const kept = { repository: '/repo', view, scroll: 20, chartTokens: true };
    assert.deepEqual(pageState(kept), kept);
    assert.deepEqual(keptCosts(kept), { repository: '/repo', view });
    assert.deepEqual(keptCosts({ view: 1 }), { repository: null, view: null });
    const hostile = { ...kept, view: { by: '__proto__', period: 7, sort: [], rows: 1e300, figure: [], plan: {} } };
    assert.deepEqual(pageState(hostile).view, { ...firstCostsView, rows: 5000, figure: null });
  });
});
