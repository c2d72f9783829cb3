import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createDays, mondayOf, weekOf } from '../../../../src/core/usage/days';
import { sampled } from '../../support/sampled';

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Australia/Lord_Howe',
];

describe('days of a time zone', () => {
  it('are those that Intl names, whatever was asked before', () => {
    const from = Date.UTC(2025, 0, 1);
    const at = fc.integer({ min: from, max: from + 3 * 366 * 86_400_000 });
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.array(at, { minLength: 1, maxLength: 50 }), (timeZone, moments) => {
        const days = createDays(timeZone);
        const parts = new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
        for (const moment of moments) {
          const [month, day, year] = parts.format(moment).split('/');
          assert.equal(days(moment), `${year}-${month}-${day}`);
        }
      }),
      sampled(100),
    );
  });

  it('change at midnight, also on days that are 23 and 25 hours long', () => {
    const days = createDays('Europe/Berlin');
    const at = (text: string) => days(Date.parse(text));
    assert.deepEqual(
      [
        at('2026-03-28T22:59:59.999Z'),
        at('2026-03-28T23:00:00Z'),
        at('2026-03-29T21:59:59.999Z'),
        at('2026-03-29T22:00:00Z'),
      ],
      ['2026-03-28', '2026-03-29', '2026-03-29', '2026-03-30'],
    );
    assert.deepEqual(
      [
        at('2026-10-24T21:59:59.999Z'),
        at('2026-10-24T22:00:00Z'),
        at('2026-10-25T22:59:59.999Z'),
        at('2026-10-25T23:00:00Z'),
      ],
      ['2026-10-24', '2026-10-25', '2026-10-25', '2026-10-26'],
    );
  });

  it('are none for what is no time, and of this process where no zone is named', () => {
    const days = createDays('Asia/Tokyo');
    for (const at of [-1, Number.NaN, Number.POSITIVE_INFINITY, 8.64e15, 1e308]) assert.equal(days(at), null);
    const noon = new Date(2026, 1, 3, 12).getTime();
    assert.equal(createDays('')(noon), '2026-02-03');
    assert.equal(createDays('Nowhere/Else')(Date.UTC(2026, 1, 3)), '2026-02-03');
  });
});

describe('weeks', () => {
  it('begin on Monday, and the first of a year is the one with its first Thursday', () => {
    const weeks: [string, string][] = [
      ['2026-11-21', '2026-W47'],
      ['2024-12-29', '2024-W52'],
      ['2024-12-30', '2025-W01'],
      ['2026-12-31', '2026-W53'],
      ['2027-01-03', '2026-W53'],
      ['2027-01-04', '2027-W01'],
      ['2023-01-01', '2022-W52'],
    ];
    for (const [day, week] of weeks) assert.equal(weekOf(day), week, day);
  });

  it('lead back to their Monday', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40_000 }), (number) => {
        const day = new Date(number * 86_400_000).toISOString().slice(0, 10);
        const monday = mondayOf(weekOf(day));
        const since = (Date.parse(day) - Date.parse(monday)) / 86_400_000;
        assert.equal(new Date(monday).getUTCDay(), 1);
        assert.ok(since >= 0 && since < 7, `${day} is not in the week of ${monday}`);
      }),
      sampled(300),
    );
  });
});
