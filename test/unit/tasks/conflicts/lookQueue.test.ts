import { strict as assert } from 'node:assert';
import { LookQueue } from '../../../../src/core/tasks/conflicts/lookQueue';

const queue = () => new LookQueue({ settleMs: 100, atMostMs: 300 });

describe('the queue of looks', () => {
  it('waits a moment after the last hint, and not long after the first', () => {
    const q = queue();
    for (let now = 0; now <= 280; now += 40) q.hint('a', now);
    assert.equal(q.nextAt, 300);
    assert.deepEqual(q.take(299, 4), []);
    assert.deepEqual(q.take(300, 4), ['a']);
    assert.equal(q.nextAt, null);
    q.hint('a', 400);
    assert.equal(q.nextAt, 500);
  });

  it('one that changes all the time does not keep the others waiting', () => {
    const q = queue();
    q.hint('quiet', 0);
    q.hint('other', 1);
    const taken: string[] = [];
    for (let now = 0; now < 1_000; now += 10) {
      q.hint('busy', now);
      if (now % 100 === 0) taken.push(...q.take(now, 1));
    }
    assert.deepEqual(taken.slice(0, 3), ['quiet', 'other', 'busy']);
    assert.ok(taken.filter((key) => key === 'busy').length >= 2, taken.join());
  });

  it('what changed goes before what is only looked at to be sure, which gets its place all the same', () => {
    const q = queue();
    for (let i = 0; i < 50; i += 1) q.scan(`s${i}`, 0);
    q.hint('changed', 10);
    assert.deepEqual(q.take(110, 4), ['changed', 's0', 's1', 's2']);
    for (let i = 0; i < 20; i += 1) q.hint(`c${i}`, 200);
    assert.deepEqual(q.take(300, 4), ['c0', 'c1', 'c2', 's3']);
    // A hint for one that waits to be scanned.
    q.hint('s40', 310);
    assert.ok(!q.take(310, 100).includes('s40'));
    assert.deepEqual(q.take(410, 100), ['s40']);
  });

  it('forgets who is gone', () => {
    const q = queue();
    q.hint('a', 0);
    q.scan('b', 0);
    q.retain(new Set(['b']));
    assert.deepEqual(q.take(1_000, 4), ['b']);
  });
});
