import assert from 'node:assert/strict';
import { readText } from './readText';

const before = `export function parse(text: string): string[] { return [text]; }
export interface Options { limit: number; }
`;

describe('hazards: code: what was described before', () => {
  it('is told again where it stands now', async () => {
    await readText('a.ts', before);
    const lower = await readText('a.ts', `// one\n// two\n${before.replace('[text]', '[text, text]')}`);
    assert.deepEqual(
      lower.declarations.map(({ name, line }) => [name, line]),
      [
        ['parse', 3],
        ['Options', 4],
        ['Options.limit', 4],
      ],
    );
  });

  it('is not told again of a function with another head, or of a type with other members', async () => {
    const first = await readText('a.ts', before);
    const next = await readText('a.ts', before.replace('text: string', 'text?: string').replace('limit:', 'limit?:'));
    const signatures = ({ declarations }: typeof first) => declarations.map(({ signature }) => signature);
    for (const [index, signature] of signatures(first).entries()) assert.notEqual(signatures(next)[index], signature);
  });

  it('is told apart from the same text in another language', async () => {
    const text = 'export const read = <T>value;\n';
    const [typed, other] = [await readText('a.ts', text), await readText('a.tsx', text)];
    assert.deepEqual(typed.declarations, (await readText('b.ts', text)).declarations);
    assert.notDeepEqual(typed.declarations, other.declarations);
  });
});
