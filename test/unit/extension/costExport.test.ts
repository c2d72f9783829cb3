import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { bucketsCsv, costJson, rowsCsv } from '../../../src/extension/costs/costExport';
import { sampled } from '../support/sampled';
import { bucket, costState, fewWeeks } from './costFacts';

const naming = { typeOf: () => null };

/** Reads CSV as RFC 4180 says: the other half of what is tested. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  const end = () => {
    rows.at(-1)?.push(cell);
    cell = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quoted && character === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (character === '"') quoted = !quoted;
    else if (quoted) cell += character;
    else if (character === ',') end();
    else if (character === '\r' && text[at + 1] === '\n') {
      end();
      rows.push([]);
      at += 1;
    } else cell += character;
  }
  assert.equal(quoted, false);
  return rows.slice(0, -1);
}

describe('costs as a file', () => {
  it('have one line for each row, with every kind of token and the date of the prices', () => {
    const { state, typeOf } = fewWeeks();
    const json = costJson(state, state.usage.buckets, 'task', { typeOf, skipped: state.usage.skipped });
    const [head, ...lines] = parse(rowsCsv(json, 'task'));
    assert.deepEqual(head?.slice(0, 3), ['task', 'usd_estimate', 'at_least']);
    assert.equal(lines.length, json.rows.length);
    assert.ok(lines.every((line) => line.length === head?.length && line.at(-1) === '2026-11-20'));
    assert.deepEqual(
      lines.map(([, usd]) => Number(usd)),
      json.rows.map(({ usd }) => usd),
    );
    assert.equal(json.total.atLeast, true);
  });

  it('leave empty what has no price, and write numbers without an exponent', () => {
    const buckets = [
      bucket('a/b', { usd: 0, priced: 0 }),
      bucket('a/c', { usd: 0.000000123 }),
      bucket('a/d', { tokens: { ...bucket('a/d').tokens, input: 1e21 } }),
    ];
    const lines = parse(bucketsCsv(buckets, naming, '2026-11-20')).slice(1);
    assert.deepEqual(
      lines.map((line) => line[6]),
      ['', '0.000000123', '1.5'],
    );
    assert.equal(lines[2]?.[7], '1000000000000000000000');
  });

  it('hold no cell that a spreadsheet takes for a formula, whatever models and sessions are called', () => {
    const hostile = fc.tuple(
      fc.constantFrom('=', '+', '-', '@', '\t=', ' =', '\r=', '\n=', '|', '%', '"=', ''),
      fc.string({ unit: 'binary', maxLength: 40 }),
    );
    fc.assert(
      fc.property(hostile, hostile, ([first, model], [second, session]) => {
        const made = bucket('a/b', { model: first + model, session: second + session });
        const csv = bucketsCsv([made], naming, '2026-11-20');
        const rows = parse(csv);
        assert.equal(rows.length, 2);
        const line = rows[1] ?? [];
        assert.equal(line.length, rows[0]?.length);
        for (const cell of line) assert.doesNotMatch(cell, /^\s*[=+\-@|%]/);
        // Nothing is lost: without the apostrophe it is the name.
        assert.equal((line[5] ?? '').replace(/^'/, ''), (first + model).replace(/^'/, ''));
      }),
      sampled(300),
    );
  });

  it('are as cost --json where JSON is asked for', () => {
    const state = costState([bucket('a/b')]);
    const json = costJson(state, state.usage.buckets, 'model', naming);
    assert.deepEqual(Object.keys(json), ['rows', 'total', 'pricesAsOf', 'skipped', 'quotas']);
    assert.equal(json.rows[0]?.key, 'claude-opus-5-5');
  });
});
