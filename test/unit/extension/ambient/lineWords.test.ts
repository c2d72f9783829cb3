import { strict as assert } from 'node:assert';
import type { SharedLine } from '../../../../src/core/conflicts/lines/sharedLines';
import type { OtherChange } from '../../../../src/extension/ambient/fileMarks';
import { linesHover, markedLines, type OtherState, placesLabel } from '../../../../src/extension/ambient/lineWords';
import { t } from '../rows';

const now = new Date('2026-01-20T00:02:00.000Z');

function shared(start: number, count: number, changes: Partial<SharedLine> = {}): SharedLine {
  return { ref: 'agent/b', kind: 'changed', lines: { start, count }, theirs: ['theirs'], ...changes };
}

function side(change: Partial<OtherChange> = {}, branch: Partial<OtherState['branch']> = {}): OtherState {
  return {
    change: { ref: 'agent/b', task: 'plan/b', verdict: 'conflict', reason: null, ...change },
    branch: { head: 'abcdef0123456789', dirty: true, scannedAt: '2026-01-20T00:00:00.000Z', ...branch },
  };
}

const sides = new Map([['agent/b', side()]]);
const hover = (line: SharedLine, of: ReadonlyMap<string, OtherState> = sides) =>
  linesHover({ shared: [line] }, of, { now, t });

describe('the marks of lines', () => {
  it('stand on lines of the editor, also where lines are gone, and never outside of it', () => {
    const places = (found: readonly SharedLine[], count = 20) =>
      markedLines(found, count).map(({ first, last, shared: all }) => [first, last, all.length]);
    assert.deepEqual(places([shared(10, 3)]), [[9, 11, 1]]);
    assert.deepEqual(places([shared(9, 0)]), [[8, 8, 1]]);
    assert.deepEqual(places([shared(0, 0)]), [[0, 0, 1]]);
    assert.deepEqual(places([shared(19, 30)], 20), [[18, 19, 1]]);
    const other = shared(2, 1, { ref: 'agent/c' });
    assert.deepEqual(places([shared(9, 1), shared(2, 1), other]), [
      [1, 1, 2],
      [8, 8, 1],
    ]);
  });

  it('tell who, what a merge says, how old it is, and what they did', () => {
    assert.equal(
      hover(shared(1, 1, { theirs: ['const a = 1;\r', '```', '<b>'] })),
      [
        '**agent/b \\(plan/b\\)** changes these lines too',
        'conflict in this file · uncommitted work on abcdef012, looked at: 2 min ago',
        '````\nconst a = 1;\n```\n<b>\n````',
      ].join('\n\n'),
    );
    const known = side({ verdict: 'unknown', reason: 'scan is too old' }, { dirty: false, scannedAt: null });
    assert.equal(
      hover(shared(1, 1, { theirs: [] }), new Map([['agent/b', known]])),
      '**agent/b \\(plan/b\\)** deletes these lines\n\n' +
        'not known\\: the last scan is too old · commit abcdef012, looked at: unknown',
    );
    const unsaved = new Map([['agent/b', side({ verdict: null })]]);
    assert.match(hover(shared(1, 1), unsaved), /not merged with this text yet · uncommitted work/);
    assert.match(hover(shared(1, 1, { kind: 'deleted', theirs: null })), /has deleted or renamed this file/);
    assert.match(hover(shared(1, 1, { kind: 'added', theirs: null })), /has added this file too/);
    assert.match(hover(shared(1, 1, { kind: 'conflict', theirs: null })), /conflicts with this file/);
  });

  it('show long changes and many sides in part', () => {
    const long = hover(shared(1, 1, { theirs: Array.from({ length: 30 }, (_, n) => `${n}`.repeat(300)) }));
    assert.match(long, /… 18 more lines\n```$/);
    assert.ok(long.length < 4000);
    const refs = Array.from({ length: 8 }, (_, n) => `agent/${n}`);
    const all = new Map(refs.map((ref) => [ref, side({ ref, task: null })]));
    const lines = refs.map((ref) => shared(1, 1, { ref }));
    assert.match(linesHover({ shared: lines }, all, { now, t }), /and 3 more$/);
    assert.equal(hover(shared(1, 1, { ref: 'gone' })), '');
  });

  it('let no text of a branch or a file become more than text', () => {
    const evil = '[x](command:y) <img src=x> $(zap)\n# z';
    const text = hover(shared(1, 1, { theirs: ['``` [x](command:y)'] }), new Map([['agent/b', side({ ref: evil })]]));
    assert.match(text, /^\*\*\\\[x\\\]\\\(command\\:y\\\) \\<img src=x\\> \\\$\\\(zap\\\) \\# z/);
    assert.match(text, /````\n``` \[x\]\(command:y\)\n````$/);
  });

  it('are told in the status bar', () => {
    const of = (...found: SharedLine[]) => placesLabel(markedLines(found, 99), sides, t);
    assert.deepEqual(of(shared(1, 1)), {
      who: 'agent/b (plan/b)',
      label: '1 place of this file is also changed by agent/b (plan/b)',
    });
    assert.equal(of(shared(1, 1), shared(5, 1)).label, '2 places of this file are also changed by agent/b (plan/b)');
  });
});
