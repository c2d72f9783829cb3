import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { Hazard, Verdict } from '../../../src/contract/conflicts';
import { fromPanel, keptRepository } from '../../../src/extension/integration/messages';
import { panelMatrix } from '../../../src/extension/integration/renderModel';
import { panelPage } from '../../../src/extension/panels/page';
import { mostFiles } from '../../../src/protocol/integration';
import { sampled } from '../support/sampled';
import {
  cleanCell,
  conflictBranch,
  conflictCell,
  conflictsJson,
  manyBranches,
  unknownCell,
} from '../webview/conflictFacts';
import { t } from './rows';

const facts = { rows: [], plans: [] };

describe('what the panel gets of the matrix', () => {
  it('has the branches in merge order, each plan together, what belongs to none last', () => {
    const branches = [
      conflictBranch('main'),
      conflictBranch('agent/b', { task: 'two/b' }),
      conflictBranch('agent/a', { task: 'one/a' }),
      conflictBranch('agent/c', { task: 'two/c' }),
    ];
    const json = conflictsJson(branches, { order: ['agent/c', 'agent/a', 'agent/b'] });
    const matrix = panelMatrix(
      { json, rows: [{ plan: 'two', task: 'c', title: 'Third' }], plans: [{ id: 'two', title: 'Second plan' }] },
      t,
    );
    assert.deepEqual(
      matrix.groups.map(({ plan, title, branches: all }) => [plan, title, all.map((at) => matrix.branches[at]?.ref)]),
      [
        ['two', 'Second plan', ['agent/c', 'agent/b']],
        ['one', 'one', ['agent/a']],
        [null, 'Other branches', ['main']],
      ],
    );
    assert.deepEqual(
      matrix.branches.map(({ title }) => title),
      ['Third', null, null, null],
    );
  });

  it('says of every pair what the matrix says, with its direction, whatever the order', () => {
    const words = fc.constantFrom<Verdict>('clean', 'conflict', 'unknown');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 2, maxLength: 8 }),
        fc.array(fc.tuple(words, fc.constantFrom(null, 'a-into-b', 'b-into-a')), { minLength: 40, maxLength: 40 }),
        fc.integer(),
        (refs, cells, turn) => {
          let next = 0;
          const cell = () => {
            const [verdict, direction] = cells[next++ % cells.length] ?? ['clean', null];
            if (verdict === 'conflict') return conflictCell(['f'], { direction });
            return verdict === 'unknown' ? unknownCell('timeout') : cleanCell;
          };
          const order = [...refs].sort((a, b) => ((a.charCodeAt(0) ^ turn) % 7) - ((b.charCodeAt(0) ^ turn) % 7));
          const json = conflictsJson(
            refs.map((ref) => conflictBranch(ref)),
            { cell, order },
          );
          const matrix = panelMatrix({ json, ...facts }, t);
          const index = new Map(matrix.branches.map(({ ref }, at) => [ref, at]));
          for (const pair of json.pairs) {
            const [a, b] = [index.get(pair.a) ?? -1, index.get(pair.b) ?? -1];
            const shown = matrix.cells[matrix.pairs[Math.max(a, b)]?.[Math.min(a, b)] ?? -1];
            assert.equal(shown?.verdict, pair.verdict);
            const only = pair.direction === null ? null : pair.direction === 'a-into-b' ? pair.a : pair.b;
            const later = matrix.branches[Math.max(a, b)]?.ref;
            const said = only === null ? null : only === later ? 'later-into-earlier' : 'earlier-into-later';
            assert.equal(shown?.direction, said);
          }
        },
      ),
      sampled(100),
    );
  });

  it('never says that a pair is clean of which nothing came', () => {
    const json = conflictsJson([conflictBranch('a'), conflictBranch('b')]);
    const matrix = panelMatrix({ json: { ...json, pairs: [] }, ...facts }, t);
    assert.equal(matrix.cells[matrix.pairs[1]?.[0] ?? -1]?.verdict, 'unknown');
  });

  it('sends the same content once, and of very many files their number', () => {
    const paths = Array.from({ length: 400 }, (_, index) => `src/${index}.ts`);
    const branches = ['a', 'b', 'c', 'd'].map((ref) => conflictBranch(ref));
    const matrix = panelMatrix({ json: conflictsJson(branches, { cell: () => conflictCell(paths) }), ...facts }, t);
    assert.deepEqual(
      matrix.cells.map(({ verdict, files, fileCount }) => [verdict, files.length, fileCount]),
      [
        ['unknown', 0, 0],
        ['conflict', mostFiles, 400],
      ],
    );
    assert.equal(matrix.files.length, mostFiles);
  });

  it('tells the hazards of a pair, those that nobody muted first, and none where nobody has looked', () => {
    const hazard = (id: string, branches: string[], muted = false): Hazard => ({
      ...{ id, kind: 'type', branches, files: ['x.ts'], message: `${id} is dangerous.`, line: 3, at: 'a' },
      ...{ prevention: null, muted: muted ? { reason: 'known', who: 'Ada', at: '2026-01-20' } : null },
    });
    const json = conflictsJson(['a', 'b', 'c'].map((ref) => conflictBranch(ref)));
    const pairs = json.pairs.map((pair) => (pair.b === 'c' ? { ...pair, hazards: null } : pair));
    const hazards = [hazard('1', ['b', 'a'], true), hazard('2', ['a', 'b']), hazard('3', ['a'])];
    const matrix = panelMatrix({ json: { ...json, pairs, hazards }, ...facts }, t);
    const cell = (a: number, b: number) => matrix.cells[matrix.pairs[a]?.[b] ?? -1];
    assert.deepEqual(
      cell(1, 0)?.hazards?.map((index) => matrix.hazards[index]?.id),
      ['2', '1'],
    );
    assert.equal(cell(1, 0)?.hazardCount, 1);
    assert.deepEqual([cell(2, 0)?.hazards, cell(2, 0)?.hazardCount], [null, 0]);
    assert.deepEqual(
      matrix.branches[0]?.hazards.map((index) => matrix.hazards[index]?.id),
      ['3'],
    );
  });

  it('stays below 100 kB for 100 branches', () => {
    const bytes = JSON.stringify(panelMatrix({ json: manyBranches(100), ...facts }, t)).length;
    assert.ok(bytes < 100_000, `${bytes} bytes`);
  });

  it('calls out what only all together have, and nothing that a pair or the base shows or may hide', () => {
    const refs = ['a', 'b', 'c'];
    const train = (ref: string) => (ref === 'c' ? conflictCell(['f']) : {});
    const alone = (cell: Parameters<typeof conflictsJson>[1]) => {
      const json = conflictsJson(
        refs.map((ref) => conflictBranch(ref)),
        { train, order: refs, ...cell },
      );
      return panelMatrix({ json, ...facts }, t).train.map(({ onlyTogether }) => onlyTogether);
    };
    assert.deepEqual(alone({}), [false, false, true]);
    assert.deepEqual(alone({ cell: (a, b) => (a === 'a' && b === 'c' ? conflictCell(['f']) : cleanCell) }), [
      false,
      false,
      false,
    ]);
    assert.deepEqual(alone({ cell: (a, b) => (a === 'b' && b === 'c' ? unknownCell() : cleanCell) }), [
      false,
      false,
      false,
    ]);
    assert.deepEqual(alone({ cell: (a, b) => (a === 'c' && b === null ? conflictCell(['f']) : cleanCell) }), [
      false,
      false,
      false,
    ]);
  });
});

describe('messages of the panel', () => {
  it('are taken when they are its own', () => {
    const act = { kind: 'cellAction', action: 'prove', repository: 'r', a: 'a', b: null, file: null };
    assert.deepEqual(fromPanel(act), act);
    assert.deepEqual(fromPanel({ kind: 'ready', more: 1 }), { kind: 'ready' });
  });

  it('are refused otherwise', () => {
    const act = { kind: 'cellAction', action: 'prove', repository: 'r', a: 'a', b: null, file: null };
    const others = [
      null,
      'ready',
      {},
      { kind: 'delete' },
      { kind: 'chooseRepository' },
      { ...act, action: 'rm' },
      { ...act, a: 1 },
      { ...act, b: undefined },
      { ...act, file: { path: 'x' } },
      { ...act, a: 'x'.repeat(5000) },
    ];
    for (const other of others) assert.equal(fromPanel(other), null, JSON.stringify(other));
  });

  it('name the repository that was shown before a reload, if that can be read', () => {
    assert.equal(keptRepository({ repository: 'r', scroll: 1 }), 'r');
    for (const other of [null, undefined, 1, {}, { repository: 1 }]) assert.equal(keptRepository(other), null);
  });
});

describe('the page of the panel', () => {
  it('lets nothing in but its own script and style, and no text out of its attributes', () => {
    const parts = { script: 's.js', style: 's.css', source: 'vscode:', language: 'en', title: 'T' };
    const html = panelPage({ ...parts, words: { title: '"><script>alert(1)</script>' } }, 'n0nce');
    assert.match(html, /default-src 'none'; style-src vscode:; script-src 'nonce-n0nce'/);
    assert.equal(html.split('<script').length, 2);
    assert.notEqual(panelPage({ ...parts, words: {} }), panelPage({ ...parts, words: {} }), 'a nonce of its own each');
  });
});
