import assert from 'node:assert/strict';
import { type Grammar, grammars } from '../../../../../src/core/conflicts/hazards/code/grammars';
import { withTree } from '../../../../../src/core/conflicts/hazards/code/parse';

/** One that only its own grammar reads, or nearly so. */
const texts: Record<Grammar, string> = {
  typescript: 'const n = <number>value;\nexport function parse<T>(text: string): T { return text as T; }\n',
  tsx: 'export const Button = ({ label }: { label: string }) => <button>{label}</button>;\n',
  javascript: 'export const Button = ({ label }) => <button>{label}</button>;\n',
  python: 'def parse(text: str, *, strict: bool = False) -> Tree:\n    return Tree(text)\n',
  go: 'package parse\n\nfunc Parse(text string) (Tree, error) { return Tree{}, nil }\n',
  rust: 'pub fn parse<T>(text: &str) -> Result<T, Error> { todo!() }\n',
  java: 'package a.b;\n\npublic class Parser { public Tree parse(String text) { return null; } }\n',
};

describe('hazards: code: parse', () => {
  for (const grammar of grammars) {
    it(`reads a file of ${grammar}`, async () => {
      const { hasError, end } = await withTree(grammar, texts[grammar], ({ rootNode }) => ({
        hasError: rootNode.hasError,
        end: rootNode.endIndex,
      }));
      assert.equal(hasError, false);
      assert.equal(end, texts[grammar].length);
    });
  }

  it('counts positions in UTF-16 units', async () => {
    const text = "const s = '😀é';\nparse(s);\n";
    const name = await withTree('typescript', text, ({ rootNode }) => {
      const call = rootNode.descendantsOfType('call_expression')[0]?.childForFieldName('function');
      return call == null ? null : text.slice(call.startIndex, call.endIndex);
    });
    assert.equal(name, 'parse');
  });

  it('parses while it is already loading', async () => {
    const types = await Promise.all(
      grammars.flatMap((grammar) =>
        [1, 2].map(() => withTree(grammar, texts[grammar], ({ rootNode }) => rootNode.childCount)),
      ),
    );
    assert.ok(types.every((count) => count > 0));
  });
});
