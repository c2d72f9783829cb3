import assert from 'node:assert/strict';
import fc from 'fast-check';
import { editsBetween } from '../../../../../src/core/conflicts/hazards/code/edits';
import { readCode } from '../../../../../src/core/conflicts/hazards/code/readCode';
import { sampled } from '../../../support/sampled';

function pointAt(text: string, at: number) {
  const before = text.slice(0, at).split('\n');
  return { row: before.length - 1, column: before.at(-1)?.length ?? 0 };
}

const lines = fc.array(fc.constantFrom('a', 'b', 'ab', '', 'ü€', '𝒳a', '𝒳b', 'a\r'), { maxLength: 12 });
const texts = lines.map((each) => each.join('\n'));

/** What a change does to some lines, from one on. */
const changes = fc.array(
  fc.record({
    at: fc.nat(60),
    drop: fc.nat(4),
    add: fc.constantFrom(
      '',
      '\n',
      '// said\n',
      'export function more(row: Row): Row { return parse(row); }\n',
      'const kept = new Parser(1);\nkept.parse(`a`);\n',
      '/* open\n',
      'export class Other extends Parser {\n',
      '}\n',
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

const source = `import { Parser, parse, type Row } from './parser';

/** All of them. */
export interface Rows extends Row {
  readonly all: readonly Row[];
  next?(at: number): Row;
}

export class Reader extends Parser {
  readonly #rows: Row[] = [];
  constructor(private readonly parser: Parser, public size = 1) {
    super(\`\${size} rows\`);
  }
  override parse(text: string): Row {
    return super.parse(text) ?? this.parser.parse(text, { strict: true });
  }
}

export const readAll = async (texts: string[]): Promise<Row[]> => {
  const found: Row[] = [];
  for (const text of texts) found.push(parse(text));
  return found;
};

export default function read<T extends Row>(row: T, ...others: T[]): T | null {
  return others.length > 0 ? row : null;
}
`;

describe('hazards: code: a version after another', () => {
  it('is made of the other by the edits between them', () => {
    const property = fc.property(texts, texts, (old, next) => {
      let text = old;
      for (const edit of editsBetween(old, next)) {
        const { startIndex, oldEndIndex, newEndIndex } = edit;
        assert.deepEqual(edit.startPosition, pointAt(text, startIndex));
        assert.deepEqual(edit.oldEndPosition, pointAt(text, oldEndIndex));
        text = text.slice(0, startIndex) + next.slice(startIndex, newEndIndex) + text.slice(oldEndIndex);
        assert.deepEqual(edit.newEndPosition, pointAt(text, newEndIndex));
      }
      assert.equal(text, next);
    });
    fc.assert(property, sampled(2000));
  });

  it('has one edit for each place, however many lines lie between them', () => {
    const old = Array.from({ length: 300 }, (_, at) => `line ${at}\n`);
    const next = old.flatMap((line, at) =>
      at === 7 ? [] : at === 150 ? [line, 'more\n'] : at === 290 ? ['x\n'] : line,
    );
    assert.equal(editsBetween(old.join(''), next.join('')).length, 3);
    assert.deepEqual(editsBetween(old.join(''), old.join('')), []);
  });

  it('says what it says alone', async () => {
    let alone = 0;
    const read = (path: string, text: string) =>
      readCode.read(path, Buffer.from(text)).catch((error: Error) => error.message);
    const property = fc.asyncProperty(changes, async (all) => {
      const edited = source.split(/(?<=\n)/);
      for (const { at, drop, add } of all) edited.splice(at % edited.length, drop, add);
      const next = edited.join('');
      await read('src/reader.ts', source);
      const after = await read('src/reader.ts', next);
      alone += 1;
      assert.deepEqual(after, await read(`src/reader${alone}.ts`, next));
    });
    await fc.assert(property, sampled(300));
  });
});
