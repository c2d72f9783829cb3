import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mayHold, wordsOf } from '../../../../src/core/conflicts/hazards/code/words';
import { sampled } from '../../support/sampled';
import { withFork } from './support';

const util = 'export function parse(text: string): string[] {\n  return text.split(",");\n}\n';
const user = (body: string) => `import { parse } from './util';\n\nexport function run(): void {\n  ${body}\n}\n`;
const base = { 'util.ts': util, 'one.ts': user(''), 'two.ts': "import { readFile } from 'fs';\nreadFile('x');\n" };

/** The uses that are known of a side's new files, by path; null: they were not looked for. */
async function usesOfB(a: string): Promise<Record<string, number | null>> {
  const b = { 'one.ts': user("parse('a');"), 'two.ts': "import { readFile } from 'fs';\nreadFile('y');\n" };
  return withFork({ base, a: { 'util.ts': a }, b }, ([, { facts }]) =>
    Object.fromEntries(
      facts.files.map(({ path, next }) => {
        const code = next?.facts.code;
        return [path, code == null || code.words !== undefined ? null : code.uses.length];
      }),
    ),
  );
}

describe('hazards: uses of what another side changed', () => {
  it('are looked for in the files that name it, and in no others', async () => {
    assert.deepEqual(await usesOfB(util.replace('text: string', 'text: string, limit: number')), {
      'one.ts': 1,
      'two.ts': null,
    });
  });

  it('are not looked for where only the inside of a function changed', async () => {
    assert.deepEqual(await usesOfB(util.replace('","', '";"')), { 'one.ts': null, 'two.ts': null });
  });

  it('are looked for in whatever imports a default that changed, by any name', async () => {
    const [was, is] = ['export default function parse(a: string) {}\n', 'export default function parse() {}\n'];
    const b = { 'one.ts': "import read from './util';\nread('a');\n" };
    await withFork({ base: { 'util.ts': was }, a: { 'util.ts': is }, b }, ([, { facts }]) => {
      assert.equal(facts.files[0]?.next?.facts.code?.words, undefined);
    });
  });
});

describe('hazards: words of a text', () => {
  it('hold every name that stands in it', () => {
    const name = fc.stringMatching(/^[A-Za-z_$é][\w$é]{0,12}$/);
    const mark = fc.constantFrom(' ', '.', '\n', '::', '->', '(', '", "', '#', '@');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, mark), { minLength: 1, maxLength: 300 }), (parts) => {
        const words = wordsOf(parts.flat().join(''));
        assert.ok(
          mayHold(
            words,
            parts.map(([word]) => word),
          ),
        );
      }),
      sampled(50),
    );
  });

  it('hold few that do not stand in it', () => {
    const text = Array.from({ length: 400 }, (_, index) => `const value${index} = read(${index});`).join('\n');
    const words = wordsOf(text);
    const wrong = Array.from({ length: 1000 }, (_, index) => `other${index}`).filter((name) => mayHold(words, [name]));
    assert.ok(wrong.length < 150, `${wrong.length} of 1000`);
  });
});
