import { strict as assert } from 'node:assert';
import { parseTaskText } from '../../../src/core/plan/parse';
import { keysUsed, placeAt } from '../../../src/core/plan/place';
import { spanOfKey } from '../../../src/core/plan/removeKey';

/** The place of `|` in a text. */
function at(text: string) {
  const lines = text.split('\n');
  const line = lines.findIndex((each) => each.includes('|'));
  const column = (lines[line] ?? '').indexOf('|');
  lines[line] = (lines[line] ?? '').replace('|', '');
  const place = placeAt(lines, line, column);
  return place === null ? null : `${place.kind} ${place.key} "${place.word}" at ${place.start}`;
}

describe('the place of the cursor in front matter', () => {
  const cases: readonly [name: string, text: string, place: string | null][] = [
    ['an empty line', '---\n|\n---\n', 'key  "" at 0'],
    ['half a key', '---\ntitle: x\ndep|\n---\n', 'key dep "dep" at 0'],
    ['half a key before there is an end', '---\ndep|', 'key dep "dep" at 0'],
    ['a value', '---\ntype: |\n---\n', 'value type "" at 6'],
    ['half a value', '---\ntype: code-s|\n---\n', 'value type "code-s" at 6'],
    ['an entry of a list in brackets', '---\nafter: [|]\n---\n', 'item after "" at 8'],
    ['a second entry', '---\nafter: [api, da|]\n---\n', 'item after "da" at 13'],
    ['an entry of a list in lines', '---\nafter:\n  - api\n  - |\n---\n', 'item after "" at 4'],
    ['an entry without indentation', '---\nafter: # these\n- api\n- "d|\n---\n', 'item after "d" at 3'],
    ['a key of a mapping in braces', '---\nbudget: {usd: 1, to|}\n---\n', 'subkey budget "to" at 17'],
    ['a key of a mapping in lines', '---\nbudget:\n  u|\n---\n', 'subkey budget "u" at 2'],
    ['the middle of a sentence', '---\ntitle: Add a thing|\n---\n', null],
    ['a comment', '---\ntype: # fea|\n---\n', null],
    ['the text below', '---\ntype: x\n---\nAdd |\n', null],
    ['the fence', '---|\ntype: x\n---\n', null],
    ['a text without front matter', 'Add |\n', null],
    ['text after an unclosed front matter', '---\ntitle: x\n\nAdd |\n', null],
    ['lines below a value', '---\ntitle: x\n  more|\n---\n', null],
  ];
  for (const [name, text, place] of cases) it(`is ${name}`, () => assert.equal(at(text), place));

  it('knows the keys that are there', () => {
    const lines = '---\ntitle: x\n# agent: demo\nscope:\n  - a\n"type": y\n---\nbase: no\n'.split('\n');
    assert.deepEqual(
      [...keysUsed(lines)],
      [
        ['title', 1],
        ['scope', 3],
      ],
    );
  });
});

describe('removing a key', () => {
  const cases: readonly [name: string, path: string, text: string, left: string][] = [
    ['a line', 'wip', '---\nwip: 3 # x\ntitle: a\n---\n', '---\ntitle: a\n---\n'],
    ['the last line', 'wip', '---\ntitle: a\nwip: 3\n---\n', '---\ntitle: a\n---\n'],
    ['a key without a value', 'wip', '---\nwip:\ntitle: a\n---\n', '---\ntitle: a\n---\n'],
    ['a list over lines', 'wip', '---\nwip:\n  - a\n  - b\ntitle: a\n---\n', '---\ntitle: a\n---\n'],
    ['a block of text', 'wip', '---\nwip: |\n  a\n\n  b\ntitle: a\n---\n', '---\ntitle: a\n---\n'],
    [
      'with CRLF and a byte order mark',
      'wip',
      '\uFEFF---\r\nwip: 3\r\ntitle: a\r\n---\r\n',
      '---\r\ntitle: a\r\n---\r\n',
    ],
    ['the first in braces', 'budget.a', '---\nbudget: {a: 1, usd: 2}\n---\n', '---\nbudget: {usd: 2}\n---\n'],
    ['the last in braces', 'budget.a', '---\nbudget: {usd: 2, a: 1}\n---\n', '---\nbudget: {usd: 2}\n---\n'],
    ['the only one in braces', 'budget.a', '---\nbudget: {a: 1}\n---\n', '---\nbudget: {}\n---\n'],
  ];
  for (const [name, path, text, left] of cases) {
    it(`leaves the rest: ${name}`, () => {
      const span = spanOfKey(text, parseTaskText(text, 'f', { plan: 'p', task: 't' }).positions, path);
      assert.ok(span !== null);
      const plain = text.replace('\uFEFF', '');
      const starts = [0, ...[...plain.matchAll(/\n/g)].map((match) => match.index + 1)];
      const offset = (line: number, column: number) => (starts[line - 1] ?? Number.NaN) + column - 1;
      assert.equal(
        plain.slice(0, offset(span.line, span.column)) + plain.slice(offset(span.endLine, span.endColumn)),
        left,
      );
    });
  }

  it('finds nothing where there is nothing', () => assert.equal(spanOfKey('---\na: 1\n---\n', new Map(), 'b'), null));
});
