import { strict as assert } from 'node:assert';
import type { Consent } from '../../../src/contract/json';
import { type Tickable, type Ticked, tickTogether } from '../../../src/extension/views/tickTogether';

const row = (consent: Consent, name: string) => ({ consent, name });
const discard = row('discard-changes', 'discard');
const a = row('discard-changes', 'a');
const b = row('discard-changes', 'b');
const branch = row('delete-branch', 'branch');
const tip = row('delete-branch', 'tip');
const all = [discard, branch, a, b, tip];

function tick(consents: readonly Consent[], before: Ticked<Tickable>, selected: readonly Tickable[]): Consent[] {
  return [...tickTogether(new Set(consents), before, selected)];
}

const same = (rows: readonly Tickable[]) => ({ heard: rows, set: rows });

describe('ticking consents', () => {
  it('ticks a consent with any of its lines, and no other consent', () => {
    assert.deepEqual(tick([], same([]), [a]), ['discard-changes']);
    assert.deepEqual(tick([], same([]), [discard]), ['discard-changes']);
    assert.deepEqual(tick([], same([]), [tip]), ['delete-branch']);
    const whole = { heard: [a], set: [discard, a, b] };
    assert.deepEqual(tick(['discard-changes'], whole, [...whole.set, tip]), ['discard-changes', 'delete-branch']);
  });

  it('takes a consent back with any of its lines', () => {
    const whole = { heard: [discard], set: [discard, a, b] };
    for (const one of whole.set) {
      const left = whole.set.filter((each) => each !== one);
      assert.deepEqual(tick(['discard-changes'], whole, left), [], one.name);
    }
  });

  it('ticks all and none with the box that is for all', () => {
    assert.deepEqual(tick([], same([]), all), ['discard-changes', 'delete-branch']);
    assert.deepEqual(tick(['discard-changes', 'delete-branch'], same(all), []), []);
    assert.deepEqual(tick(['delete-branch'], same([branch, tip]), all), ['delete-branch', 'discard-changes']);
  });

  it('keeps the first of two ticks that come faster than the lines of the first are ticked', () => {
    const before = { heard: [discard], set: [discard, a, b] };
    assert.deepEqual(tick(['discard-changes'], before, [discard, branch]), ['discard-changes', 'delete-branch']);
  });

  it('takes back a consent that was ticked a moment ago', () => {
    const before = { heard: [discard], set: [discard, a, b] };
    assert.deepEqual(tick(['discard-changes'], before, []), []);
  });
});
