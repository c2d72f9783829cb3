import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { ConflictsJson } from '../../../src/contract/conflicts';
import { panelWords } from '../../../src/extension/integration/panelWords';
import { panelMatrix } from '../../../src/extension/integration/renderModel';
import { type Axes, axesOf } from '../../../src/webview/integration/axes';
import { moved, type Place } from '../../../src/webview/integration/gridKeys';
import { rangeFor, scrolledTo } from '../../../src/webview/integration/gridWindow';
import { firstState, panelState, toPanel } from '../../../src/webview/integration/host';
import { lookOf } from '../../../src/webview/integration/looks';
import { Matrix } from '../../../src/webview/integration/matrix';
import { changesBetween, sentenceOf, verdictsOf } from '../../../src/webview/integration/verdictChanges';
import { Ages } from '../../../src/webview/shared/ages';
import { middle, plain, shortNames } from '../../../src/webview/shared/format';
import { t } from '../extension/rows';
import { sampled } from '../support/sampled';
import {
  cleanCell,
  conflictBranch,
  conflictCell,
  conflictsJson,
  manyBranches,
  noted,
  unknownCell,
} from './conflictFacts';

const words = panelWords(t);
const now = Date.parse(noted);
const all = { text: '', troubleOnly: false, plan: null };

function matrixOf(json: ConflictsJson): Matrix {
  return new Matrix(panelMatrix({ json, rows: [], plans: [] }, t));
}

/** The table as text: one line a row. */
function drawn(matrix: Matrix, axes: Axes): string[] {
  return axes.rows.map((row) => {
    if (row.kind === 'group' && !row.collapsed) return row.group.title;
    return axes.columns.map((column) => lookOf({ matrix, words }, row, column).text).join(' ');
  });
}

const three = conflictsJson(
  [conflictBranch('a', { task: 'p/a' }), conflictBranch('b', { task: 'p/b' }), conflictBranch('c', { task: 'q/c' })],
  {
    cell: (a, b) => {
      if (a === 'a' && b === 'b') return conflictCell(['x', 'y'], { direction: 'a-into-b' });
      return a === 'b' && b === 'c' ? unknownCell('timeout') : cleanCell;
    },
  },
);

describe('the table of the matrix', () => {
  it('reads the same along rows and columns, the arrow pointing to what is merged into', () => {
    const matrix = matrixOf(three);
    assert.deepEqual(drawn(matrix, axesOf(matrix, all, new Set())), ['p', '✓ · ✗2↑ ✓', '✓ ✗2← · ?', 'q', '✓ ✓ ? ·']);
  });

  it('shows a folded plan as the worst of it: one unknown cell keeps it from looking clean', () => {
    const matrix = matrixOf(three);
    assert.deepEqual(drawn(matrix, axesOf(matrix, all, new Set(['p']))), ['✓ ✗1 ?1', 'q', '✓ ?1 ·']);
  });

  it('leaves away with "only trouble" what is clean with all that is left', () => {
    const matrix = matrixOf(three);
    const axes = axesOf(matrix, { ...all, troubleOnly: true, plan: 'q' }, new Set());
    assert.deepEqual(
      axes.columns.map(({ key }) => key),
      ['base', 'branch:b'],
    );
  });

  it('hides nothing that conflicts, or is unknown, with "only trouble"', () => {
    const matrix = matrixOf(manyBranches(24));
    const axes = axesOf(matrix, { ...all, troubleOnly: true }, new Set());
    const rows = new Set(axes.rows.map(({ key }) => key));
    for (const [a, { ref }] of matrix.branches.entries()) {
      const trouble = matrix.branches.some((_, b) => (matrix.pair(a, b)?.cell.verdict ?? 'clean') !== 'clean');
      if (trouble) assert.ok(rows.has(`branch:${ref}`), ref);
    }
  });

  it('says unknown of what an agent may have changed for 30 s, without being told', () => {
    const json = conflictsJson([conflictBranch('a', { live: true }), conflictBranch('b'), conflictBranch('c')]);
    const matrix = matrixOf(json);
    assert.equal(matrix.tick(now + 30_000), false);
    assert.equal(matrix.pair(0, 1)?.cell.verdict, 'clean');
    assert.equal(matrix.tick(now + 31_000), true);
    assert.deepEqual([matrix.pair(0, 1)?.cell.reason, matrix.pair(1, 2)?.cell.verdict], ['scan is too old', 'clean']);
    assert.deepEqual(matrix.counts(), { clean: 3, conflict: 0, unknown: 3, hazards: 0 });
  });

  it('marks as behind what changed after its scan, from 10 s on', () => {
    const changedAt = new Date(now + 1000).toISOString();
    const matrix = matrixOf(conflictsJson([conflictBranch('a', { changedAt }), conflictBranch('b')]));
    matrix.tick(now + 10_900);
    assert.equal(matrix.pair(0, 1)?.behind, false);
    matrix.tick(now + 11_000);
    assert.equal(matrix.pair(0, 1)?.behind, true);
  });

  it('tells what changed between two matrices, and nothing of what is new', () => {
    const before = verdictsOf(matrixOf(three));
    const after = conflictsJson([conflictBranch('a'), conflictBranch('b'), conflictBranch('d')]);
    const changes = changesBetween(before, verdictsOf(matrixOf(after)));
    assert.equal(sentenceOf(words, [...changes.values()]), 'a with b: clean now');
  });
});

describe('the grid of the matrix', () => {
  const axes: Axes = {
    rows: ['a', 'b', 'c'].map((key, branch) => ({ kind: 'branch', key, branch })),
    columns: ['x', 'y'].map((key, branch) => ({ kind: 'branch', key, branch })),
  };
  const go = (from: Place | null, key: string, ctrl = false) => {
    const to = moved(axes, from, { key, ctrl }, 10);
    return to === null ? null : `${to.row}${to.column}`;
  };

  it('is walked as any grid', () => {
    const at = { row: 'b', column: 'x' };
    assert.deepEqual(
      ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown'].map((key) =>
        go(at, key),
      ),
      ['ax', 'cx', 'bx', 'by', 'bx', 'by', 'ax', 'cx'],
    );
    assert.deepEqual([go(at, 'Home', true), go(at, 'End', true), go(at, 'q')], ['ax', 'cy', null]);
  });

  it('begins anew where what had the focus is gone', () => {
    assert.equal(go({ row: 'gone', column: 'gone' }, 'ArrowRight'), 'ay');
    assert.equal(moved({ rows: [], columns: [] }, null, { key: 'Home', ctrl: false }, 1), null);
  });

  it('draws every row that is seen, and never more than a few besides', () => {
    const view = fc.record({
      count: fc.nat(300),
      scroll: fc.nat(9000),
      view: fc.integer({ min: -100, max: 2000 }),
      size: fc.constant(26),
    });
    fc.assert(
      fc.property(fc.array(view, { minLength: 1, maxLength: 5 }), (views) => {
        let range = { from: 0, to: 0 };
        for (const o of views) {
          range = rangeFor(range, o);
          assert.ok(0 <= range.from && range.from <= range.to && range.to <= o.count);
          for (let row = 0; row < o.count; row += 1) {
            const seen = row * o.size < o.scroll + o.view && (row + 1) * o.size > o.scroll;
            if (seen) assert.ok(range.from <= row && row < range.to, `row ${row}`);
          }
          assert.ok(range.to - range.from <= Math.max(0, o.view) / o.size + 26);
        }
      }),
      sampled(200),
    );
  });

  it('scrolls as little as possible', () => {
    const scroll = (index: number) => scrolledTo({ index, size: 10, scroll: 100, view: 50 });
    assert.deepEqual([scroll(3), scroll(12), scroll(20)], [30, 100, 160]);
  });
});

describe('names and ages in the panel', () => {
  it('cuts long names in the middle, and takes what turns the reading direction away', () => {
    assert.equal(middle('agent/a-very-long-name-one', 12), 'agent/…e-one');
    assert.equal(plain('a\u202eb\nc'), 'a b c');
  });

  it('shortens names by the folder that they share, but never to the same', () => {
    assert.deepEqual(shortNames(['agent/api', 'agent/ui', 'main']), ['api', 'ui', 'main']);
    assert.deepEqual(shortNames(['agent/main', 'agent/ui', 'main']), ['agent/main', 'ui', 'main']);
    assert.deepEqual(shortNames(['agent/api', 'main']), ['agent/api', 'main']);
  });

  it('says ages in the language of the window, and in English where that is none', () => {
    const at = new Date(now - 90_000).toISOString();
    assert.equal(new Ages('de').ago(at, now), 'vor 1 Minute');
    assert.equal(new Ages('no such language!').ago(at, now), '1 minute ago');
    assert.equal(new Ages('en').ago('yesterday', now), null);
    assert.equal(new Ages('en').ago(new Date(now + 5000).toISOString(), now), '0 seconds ago');
  });
});

describe('what the page takes', () => {
  it('is a snapshot with all its parts', () => {
    const matrix = panelMatrix({ json: three, rows: [], plans: [] }, t);
    const snapshot = {
      now: noted,
      repositories: [],
      repository: null,
      busy: false,
      empty: null,
      matrix,
      checklists: [],
    };
    assert.notEqual(toPanel({ kind: 'snapshot', snapshot }), null);
    assert.equal(
      toPanel({ kind: 'snapshot', snapshot: { ...snapshot, matrix: { ...matrix, pairs: [[], [], []] } } }),
      null,
    );
    for (const other of [null, [], { kind: 'reveal' }, { kind: 'snapshot', snapshot: {} }])
      assert.equal(toPanel(other), null);
  });

  it('is of what was kept only what can be read', () => {
    assert.deepEqual(panelState(undefined), firstState);
    const odd = {
      repository: 1,
      filter: { text: 2, plan: [] },
      collapsed: [1],
      focus: { row: 'a' },
      scroll: { left: 'x' },
    };
    assert.deepEqual(panelState(odd), firstState);
    const good = { ...firstState, repository: 'r', focus: { row: 'a', column: 'b' }, scroll: { left: 1, top: 2 } };
    assert.deepEqual(panelState(JSON.parse(JSON.stringify(good))), good);
  });
});
