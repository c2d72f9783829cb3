import { strict as assert } from 'node:assert';
import { isTooOld, tooOldMs, withAges } from '../../../../src/core/tasks/conflicts/ages';
import { matrixOf } from './matrices';

const t0 = Date.parse('2026-01-01T00:00:00.000Z');
const branch = (ref: string, live: boolean) => ({
  ref,
  task: `p/${ref}`,
  worktree: `/w/${ref}`,
  scannedAt: new Date(t0).toISOString(),
  live,
});

describe('ages: a clock that was set back', () => {
  const json = matrixOf([branch('a', false), branch('b', true)], ['b', 'a']);

  it('a live worktree whose last look lies ahead may hold anything: unknown, not fresh for as long', () => {
    const hourBefore = t0 - 3_600_000;
    assert.equal(withAges(json, hourBefore).pairs[0]?.reason, 'scan is too old');
    assert.deepEqual(
      json.branches.map((each) => isTooOld(each, hourBefore)),
      [false, true],
    );
  });

  it('clocks of two processes that differ by a little are no reason', () => {
    assert.equal(withAges(json, t0 - 1000), json);
    assert.equal(withAges(json, t0 + tooOldMs), json);
  });
});
