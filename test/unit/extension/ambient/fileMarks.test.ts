import { strict as assert } from 'node:assert';
import type { ConflictBranch, ConflictPair } from '../../../../src/contract/conflicts';
import type { MatrixState } from '../../../../src/core/conflicts/parts';
import { changedMarks, fileMarks } from '../../../../src/extension/ambient/fileMarks';
import { badgeOf, conflicts, markTooltip } from '../../../../src/extension/ambient/markWords';
import { branch, matrixState, pair } from '../matrices';
import { t } from '../rows';

interface Sides {
  readonly branches?: readonly ConflictBranch[];
  readonly pairs?: readonly ConflictPair[];
  readonly changed: Readonly<Record<string, readonly string[]>>;
}

const two = [branch('agent/a', 'plan/a'), branch('agent/b', 'plan/b')];

function state({ branches = two, pairs = [], changed }: Sides): MatrixState {
  return matrixState({ branches, pairs }, changed);
}

/** What the window of `agent/a` shows. */
function shown(sides: Sides): Record<string, [badge: string, tooltip: string]> {
  const marks = fileMarks(state(sides), '/w/agent/a');
  return Object.fromEntries([...marks].map(([path, mark]) => [path, [badgeOf(mark), markTooltip(mark, t)]]));
}

describe('the marks of files', () => {
  it('tell a conflict, what merges cleanly, and what only the other side changes', () => {
    const pairs = [pair('agent/a', 'agent/b', { verdict: 'conflict', files: ['x.ts'] })];
    const changed = { 'agent/a': ['own.ts', 'x.ts', 'y.ts'], 'agent/b': ['x.ts', 'y.ts', 'z.ts'] };
    assert.deepEqual(shown({ pairs, changed }), {
      'x.ts': ['⇄!', 'agent/b (plan/b) also changes this file: conflict in it'],
      'y.ts': ['⇄', 'agent/b (plan/b) also changes this file: merges cleanly'],
      'z.ts': ['⇄', 'Changed elsewhere, not here: agent/b (plan/b)'],
    });
  });

  it('say what is not known, and why', () => {
    const changed = { 'agent/a': ['x.ts'], 'agent/b': ['x.ts'] };
    const unknown = [pair('agent/a', 'agent/b', { verdict: 'unknown', reason: 'scan is too old' })];
    const tooltip = (sides: Omit<Sides, 'changed'>) => shown({ ...sides, changed })['x.ts']?.[1];
    assert.equal(
      tooltip({ pairs: unknown }),
      'agent/b (plan/b) also changes this file: not known: the last scan is too old',
    );
    assert.equal(tooltip({}), 'agent/b (plan/b) also changes this file: not known: not scanned yet');
  });

  it('call nothing clean that git may name otherwise in a conflict', () => {
    const changed = { 'agent/a': ['old.ts'], 'agent/b': ['new.ts', 'old.ts'] };
    const perhaps = 'agent/b (plan/b) also changes this file: they conflict, perhaps in it under another name';
    for (const files of [['new.ts'], []]) {
      const pairs = [pair('agent/a', 'agent/b', { verdict: 'conflict', files })];
      assert.equal(shown({ pairs, changed })['old.ts']?.[1], perhaps);
    }
  });

  it('stand on a file that git lists under the name it has here', () => {
    const pairs = [pair('agent/a', 'agent/b', { verdict: 'conflict', files: ['mine.ts'] })];
    const changed = { 'agent/a': ['mine.ts', 'old.ts'], 'agent/b': ['old.ts'] };
    assert.equal(shown({ pairs, changed })['mine.ts']?.[0], '⇄!');
  });

  it('count several others, the worst first', () => {
    const names = Array.from({ length: 11 }, (_, n) => `agent/${'bcdefghijkl'[n]}`);
    const branches = [branch('agent/a'), ...names.map((ref) => branch(ref))];
    const changed = (count: number) =>
      Object.fromEntries(['agent/a', ...names.slice(0, count)].map((ref) => [ref, ['x.ts']]));
    const badge = (count: number) => shown({ branches, changed: changed(count) })['x.ts']?.[0];
    assert.deepEqual([badge(1), badge(2), badge(9), badge(10)], ['⇄', '⇄2', '⇄9', '⇄+']);
    const pairs = [
      pair('agent/a', 'agent/b', { verdict: 'clean' }),
      pair('agent/a', 'agent/c', { verdict: 'unknown', reason: 'timeout' }),
      pair('agent/a', 'agent/d', { verdict: 'conflict', files: ['x.ts'] }),
    ];
    const [badgeOfAll, tooltip] = shown({ branches, pairs, changed: changed(4) })['x.ts'] ?? [];
    assert.equal(badgeOfAll, '⇄!');
    assert.equal(
      tooltip,
      'agent/d also changes this file: conflict in it; ' +
        'agent/c also changes this file: not known: it took too long; ' +
        'agent/e also changes this file: not known: not scanned yet; and 1 more',
    );
    for (const count of [1, 2, 9, 11]) assert.ok([...(badge(count) ?? '')].length <= 2);
  });

  it('are none in a worktree that the matrix does not know, nor without others', () => {
    assert.equal(fileMarks(state({ changed: { 'agent/b': ['x.ts'] } }), '/elsewhere').size, 0);
    assert.deepEqual(shown({ changed: { 'agent/a': ['x.ts'] } }), {});
  });

  it('show the main worktree a conflict in files that it changes without a commit', () => {
    const branches = [branch('agent/b', 'plan/b'), branch('main', null, { worktree: '/repo' })];
    const pairs = [pair('agent/b', 'main', { verdict: 'conflict', files: ['x.ts'] })];
    const marks = fileMarks(state({ branches, pairs, changed: { 'agent/b': ['x.ts', 'y.ts'] } }), '/repo');
    const [x, y] = ['x.ts', 'y.ts'].map((path) => marks.get(path));
    assert.ok(x && y);
    assert.deepEqual([conflicts(x), conflicts(y), y.own], [true, false, false]);
  });

  it('change only where something changed, and go when the cause goes', () => {
    const conflict = pair('agent/a', 'agent/b', { verdict: 'conflict', files: ['x.ts'] });
    const clean = pair('agent/a', 'agent/b', { verdict: 'clean' });
    const mine = ['x.ts', 'y.ts'];
    const marksOf = (pairs: readonly ConflictPair[], theirs: readonly string[]) =>
      fileMarks(state({ pairs, changed: { 'agent/a': mine, 'agent/b': theirs } }), '/w/agent/a');
    const before = marksOf([conflict], ['x.ts', 'y.ts', 'z.ts']);
    assert.deepEqual(changedMarks(before, marksOf([conflict], ['x.ts', 'y.ts', 'z.ts'])), []);
    assert.deepEqual(changedMarks(before, marksOf([clean], ['x.ts', 'y.ts', 'z.ts'])), ['x.ts']);
    assert.deepEqual(changedMarks(before, marksOf([clean], ['y.ts'])).sort(), ['x.ts', 'z.ts']);
    assert.deepEqual(changedMarks(before, new Map()).sort(), ['x.ts', 'y.ts', 'z.ts']);
    assert.deepEqual(changedMarks(new Map(), before).sort(), ['x.ts', 'y.ts', 'z.ts']);
  });

  it('are cheap: a hundred sides of a thousand files', () => {
    const refs = Array.from({ length: 100 }, (_, n) => `agent/${String(n).padStart(3, '0')}`);
    const branches = refs.map((ref) => branch(ref));
    const changed = Object.fromEntries(
      refs.map((ref, n) => [ref, Array.from({ length: 1000 }, (_, i) => `src/folder/file-${n * 500 + i}.ts`)]),
    );
    const pairs = refs.slice(1).map((ref) => pair('agent/000', ref, { verdict: 'clean' }));
    const large = state({ branches, pairs, changed });
    const times = Array.from({ length: 3 }, () => {
      const began = performance.now();
      fileMarks(large, '/w/agent/000');
      return performance.now() - began;
    });
    assert.ok(Math.min(...times) < 500, `${times.map(Math.round).join(', ')} ms`);
  });
});
