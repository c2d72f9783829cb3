import assert from 'node:assert/strict';
import { languageOf } from '../../../../../src/core/conflicts/hazards/code/languages';
import { withTree } from '../../../../../src/core/conflicts/hazards/code/parse';
import { rootOf } from '../../../../../src/core/conflicts/hazards/code/tree';
import type { CodeFacts } from '../../../../../src/core/conflicts/hazards/facts';

/** What its language makes of a text, even of one that is too broken to be admitted. */
export async function readText(path: string, text: string): Promise<CodeFacts> {
  const language = languageOf(path);
  assert.ok(language !== null, `nobody reads ${path}`);
  return withTree(language.grammar, text, (tree) => language.read(rootOf(tree, text), text));
}

/** `+ function parse`; `-`: not for others. */
export function declared({ declarations }: CodeFacts): string[] {
  return declarations.map(({ exported, kind, name }) => `${exported ? '+' : '-'} ${kind} ${name}`);
}

/** `name: type kind`, of all declarations of one name. */
export function parametersOf({ declarations }: CodeFacts, wanted: string): (string[] | null)[] {
  return declarations
    .filter(({ name }) => name === wanted)
    .map(({ parameters }) => parameters?.map(({ name, type, kind }) => `${name}: ${type} ${kind}`) ?? null);
}

/** `from name as local, again as reexport` */
export function imported({ imports }: CodeFacts): string[] {
  return imports.map(
    ({ from, name, local, reexport }) =>
      `${from} ${name || "''"} as ${local}${reexport === null ? '' : `, again as ${reexport}`}`,
  );
}

/** `parse(1, strict, …)`; a use that is no call has no brackets. */
export function used({ uses }: CodeFacts): string[] {
  return uses.map(({ name, call }) => {
    if (call === null) return name;
    return `${name}(${[call.positional, ...call.keywords, ...(call.spread ? ['…'] : [])].join(', ')})`;
  });
}

/** `parser: Parser` */
export function typed({ variables = [] }: CodeFacts): string[] {
  return variables.map(({ name, type }) => `${name}: ${type}`).sort();
}

/** `Parser: Base, Other`, and `Parser.parse?` for what may be left out. */
export function basesOf({ declarations }: CodeFacts): string[] {
  return declarations.flatMap(({ name, bases, optional }) => [
    ...(bases === undefined ? [] : [`${name}: ${bases.join(', ')}`]),
    ...(optional === true ? [`${name}?`] : []),
  ]);
}

/** Signatures of all declarations of one name. */
export async function signaturesOf(path: string, text: string, wanted: string): Promise<string[]> {
  const { declarations } = await readText(path, text);
  const found = declarations.filter(({ name }) => name === wanted).map(({ signature }) => signature);
  assert.ok(found.length > 0, `${wanted} is not declared in ${text}`);
  return found;
}

/** One thing, written in two ways. */
export type Pair = readonly [what: string, name: string, before: string, after: string];

/** Tests that two versions look the same to those who use them, or not. */
export function comparesSignatures(path: string, same: readonly Pair[], other: readonly Pair[]): void {
  for (const [what, name, before, after] of same) {
    it(`calls two equal that differ in ${what}`, async () => {
      assert.deepEqual(await signaturesOf(path, after, name), await signaturesOf(path, before, name));
    });
  }
  for (const [what, name, before, after] of other) {
    it(`tells two apart that differ in ${what}`, async () => {
      assert.notDeepEqual(await signaturesOf(path, after, name), await signaturesOf(path, before, name));
    });
  }
}
