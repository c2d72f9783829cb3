import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { ConflictBranch, ConflictsJson } from '../../../../src/contract/conflicts';
import { aheadMs, nextAging, tooOldMs, withAges, withoutScans } from '../../../../src/core/tasks/conflicts/ages';
import { worstByTask } from '../../../../src/core/tasks/conflicts/worst';
import { sampled } from '../../support/sampled';
import { anyMatrix, matrixOf } from './matrices';

const t0 = Date.parse('2026-01-01T00:00:00.000Z');
const at = (ms: number) => new Date(t0 + ms).toISOString();

const branch = (ref: string, o: Partial<ConflictBranch> = {}): Partial<ConflictBranch> => ({
  ref,
  task: `p/${ref}`,
  worktree: `/w/${ref}`,
  scannedAt: at(0),
  ...o,
});
const said = (json: ConflictsJson) => [
  ...json.pairs.map(({ a, b, verdict, reason }) => `${a}-${b} ${reason ?? verdict}`),
  ...json.againstBase.map(({ ref, verdict, reason }) => `${ref} ${reason ?? verdict}`),
  ...json.train.map(({ ref, verdict, reason }) => `train ${ref} ${reason ?? verdict}`),
];

describe('ages', () => {
  const json = matrixOf([branch('a'), branch('b', { live: true }), branch('c')], ['b', 'a', 'c']);

  it('what rests on a live worktree that was last looked at more than 30 s ago is unknown', () => {
    assert.equal(withAges(json, t0 + tooOldMs), json);
    const old = withAges(json, t0 + tooOldMs + 1);
    const tooOld = 'scan is too old';
    assert.deepEqual(said(old), [
      `a-b ${tooOld}`,
      'a-c clean',
      `b-c ${tooOld}`,
      'a clean',
      `b ${tooOld}`,
      'c clean',
      // Everything behind it is merged onto it.
      `train b ${tooOld}`,
      `train a ${tooOld}`,
      `train c ${tooOld}`,
    ]);
    assert.equal(nextAging(json, t0), t0 + tooOldMs);
    assert.equal(nextAging(json, t0 + tooOldMs + 1), null);
  });

  it('a live worktree of which no scan is known, or no time that can be read, is too old', () => {
    for (const scannedAt of [null, 'yesterday']) {
      const never = matrixOf([branch('a'), branch('b', { live: true, scannedAt })], []);
      assert.deepEqual(said(withAges(never, t0)), ['a-b scan is too old', 'a clean', 'b scan is too old']);
    }
  });

  it('without an agent nothing grows old, and what is unknown keeps its reason', () => {
    const quiet = matrixOf([branch('a'), branch('b')], []);
    assert.equal(withAges(quiet, t0 + 1e12), quiet);
    const cells = json.pairs.map((pair) => ({ ...pair, verdict: 'unknown' as const, reason: 'timeout' as const }));
    const old = withAges({ ...json, pairs: cells }, t0 + 1e6);
    assert.deepEqual([...new Set(old.pairs.map(({ reason }) => reason))], ['timeout']);
  });

  it('what nobody kept up to date says nothing about worktrees', () => {
    const left = matrixOf(
      [branch('a'), branch('r', { worktree: null }), branch('s', { worktree: null })],
      ['s', 'a', 'r'],
    );
    assert.deepEqual(said(withoutScans(left)), [
      'a-r not scanned yet',
      'a-s not scanned yet',
      'r-s clean',
      'a not scanned yet',
      'r clean',
      's clean',
      'train s clean',
      'train a not scanned yet',
      'train r not scanned yet',
    ]);
  });

  it('never makes anything better, and changes nothing that does not rest on the old', () => {
    fc.assert(
      fc.property(anyMatrix, fc.integer({ min: -1e5, max: 1e5 }), ({ json: any }, ms) => {
        const old = withAges(any, t0 + ms);
        const bad = new Set(
          any.branches
            .filter(({ live, scannedAt }) => {
              const age = t0 + ms - Date.parse(scannedAt ?? '');
              // Before the clock was set back is as long ago as anybody likes.
              return live && !(age <= tooOldMs && age >= -aheadMs);
            })
            .map(({ ref }) => ref),
        );
        for (const [index, pair] of old.pairs.entries()) {
          if (bad.has(pair.a) || bad.has(pair.b)) assert.equal(pair.verdict, 'unknown');
          else assert.equal(pair, any.pairs[index]);
        }
        for (const [index, cell] of old.againstBase.entries()) {
          if (bad.has(cell.ref)) assert.equal(cell.verdict, 'unknown');
          else assert.equal(cell, any.againstBase[index]);
        }
      }),
      sampled(200),
    );
  });
});

describe('the worst cell of a task', () => {
  it('a conflict is worse than something unknown, which is worse than clean; the base counts', () => {
    const clean = matrixOf([branch('a'), branch('b'), branch('c'), branch('d', { task: null })], []);
    assert.deepEqual(Object.fromEntries(worstByTask(clean)), { 'p/a': 'clean', 'p/b': 'clean', 'p/c': 'clean' });
    const pairs = clean.pairs.map((pair) =>
      pair.a === 'a' && pair.b === 'd'
        ? { ...pair, verdict: 'conflict' as const }
        : pair.a === 'a' && pair.b === 'b'
          ? { ...pair, verdict: 'unknown' as const }
          : pair,
    );
    assert.deepEqual(Object.fromEntries(worstByTask({ ...clean, pairs })), {
      'p/a': 'conflict',
      'p/b': 'unknown',
      'p/c': 'clean',
    });
    const againstBase = clean.againstBase.map((cell) =>
      cell.ref === 'c' ? { ...cell, verdict: 'conflict' as const } : cell,
    );
    assert.equal(worstByTask({ ...clean, againstBase }).get('p/c'), 'conflict');
  });

  it('a task without any cell: nothing is known', () => {
    const alone = { ...matrixOf([branch('a')], []), againstBase: [] };
    assert.equal(worstByTask(alone).size, 0);
  });
});
