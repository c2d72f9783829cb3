import assert from 'node:assert/strict';
import fc from 'fast-check';
import { anObject, FieldPicker } from '../../../src/core/agents/fieldPicker';
import { sampled } from '../support/sampled';

const paths = ['a', 'b', 'in', 'in.a', 'in.deep', 'in.deep.a', '__proto__', 'long'] as const;

/** What `pick` has to find, by `JSON.parse`; null: no object. */
function expected(line: Buffer): unknown[] | null {
  let value: unknown;
  try {
    value = JSON.parse(line.toString('utf8'));
  } catch {
    return null;
  }
  if (!isFields(value)) return null;
  return paths.map((path) => {
    let found: unknown = value;
    for (const name of path.split('.')) found = isFields(found) && Object.hasOwn(found, name) ? found[name] : undefined;
    return (path === 'in' || path === 'in.deep') && isFields(found) ? anObject : found;
  });
}

function picked(picker: FieldPicker<(typeof paths)[number]>, line: Buffer): unknown[] | null {
  return picker.pick(line) ? paths.map((path) => picker.value(picker.slots[path])) : null;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const names = fc.oneof(fc.constantFrom('a', 'b', 'in', 'deep', 'long', '__proto__', 'in.a', ''), fc.string());
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('"a":1', '\\', '\\"', '{"in":', 'naïve 😀', '\u0000'),
);
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    texts,
    fc.double(),
    fc.integer(),
    fc.constantFrom(true, false, null, 0, -0, 1e308, 2 ** 60),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}));
const objects = fc.dictionary(names, values, { maxKeys: 8, noNullPrototype: true });

describe('field picker', () => {
  const picker = new FieldPicker(paths);

  it('finds what JSON.parse finds, line after line', () => {
    const line = fc.oneof(objects, values);
    const written = fc
      .tuple(line, fc.constantFrom(0, 0, 0, 1))
      .map(([value, space]) => JSON.stringify(value, null, space));
    fc.assert(
      fc.property(written, (text) => {
        const bytes = Buffer.from(text);
        assert.deepEqual(picked(picker, bytes), expected(bytes));
      }),
      sampled(2_000),
    );
  });

  it('takes no line that was cut off and went on with another', () => {
    fc.assert(
      fc.property(objects, objects, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, part) => {
        const first = Buffer.from(JSON.stringify(a));
        const cut = first.subarray(0, Math.floor(part * (first.length - 1)));
        const bytes = Buffer.concat([cut, Buffer.from(JSON.stringify(b))]);
        assert.deepEqual(picked(picker, bytes), expected(bytes));
      }),
      sampled(2_000),
    );
  });

  it('agrees with JSON.parse on which brackets, commas and names are missing', () => {
    const parts = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"in"',
      '"deep"',
      '1',
      '-',
      '.5',
      'e3',
      'true',
      'null',
      '"x"',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 14 }), (some) => {
        const bytes = Buffer.from(`{${some.join('')}`);
        assert.deepEqual(picked(picker, bytes), expected(bytes));
      }),
      sampled(5_000),
    );
  });

  it('takes nothing for a number or a word that is none, in fields that nobody asked for', () => {
    const good = ['0', '-0', '10', '-1.50', '1e5', '1E+05', '0.0e-1', 'true', 'false', 'null'];
    const broken = ['1true', '01', '-', '1.', '.5', '+1', '1e', '1e+', '--1', '1.2.3', 'truely', 'tru', 'nul', 'True'];
    for (const word of [...good, ...broken, ...broken.map((each) => `[1,${each}]`)]) {
      const bytes = Buffer.from(`{"other":${word},"a":1}`);
      assert.deepEqual(picked(picker, bytes), expected(bytes), word);
    }
  });

  it('reads of several with one name the last', () => {
    for (const text of ['{"a":1,"a":2}', '{"in":{"a":1},"in":{"deep":{}}}', '{"in":{"a":1},"in":3}']) {
      const bytes = Buffer.from(text);
      assert.deepEqual(picked(picker, bytes), expected(bytes));
    }
  });

  it('tells times as Date.parse does', () => {
    const at = new FieldPicker(['at']);
    const time = (text: string) => at.pick(Buffer.from(JSON.stringify({ at: text }))) && at.time(at.slots.at);
    for (const text of ['2026-02-28T23:59:59.999Z', '2026-10-31T00:00:00.000Z', '2024-02-29T12:00:00Z', '2026-01-05']) {
      assert.equal(time(text), Date.parse(text));
    }
    for (const text of [
      '2026-02-31T00:00:00.000Z',
      '2026-13-01T00:00:00.000Z',
      '2026-01-01T25:00:00.000Z',
      'soon',
      '',
    ]) {
      const expectedTime = Date.parse(text);
      assert.equal(time(text), Number.isNaN(expectedTime) ? null : expectedTime, text);
    }
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (date) => {
          assert.equal(time(date.toISOString()), date.getTime());
        },
      ),
      sampled(500),
    );
  });

  it('passes over nesting deeper than anybody writes', () => {
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    assert.equal(picker.pick(Buffer.from(`{"b":${deep},"a":7}`)), true);
    assert.equal(picker.value(picker.slots.a), 7);
  });
});
