import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { here } from '../here';

/** One for each way to write: the angle brackets of a `.ts` file mean something else in a `.tsx` one. */
export const grammars = ['typescript', 'tsx', 'javascript', 'python', 'go', 'rust', 'java'] as const;
export type Grammar = (typeof grammars)[number];

const require = createRequire(path.join(here, 'here.js'));

/** Where the WebAssembly of the parser lies: beside the bundle, or in the packages it comes from. */
export function parserFile(): string {
  const beside = path.join(here, 'grammars', 'web-tree-sitter.wasm');
  return existsSync(beside) ? beside : require.resolve('web-tree-sitter/web-tree-sitter.wasm');
}

/** Where the WebAssembly of a grammar lies: beside the bundle, or in the package it comes from. */
export function grammarFile(grammar: Grammar): string {
  const name = `tree-sitter-${grammar}.wasm`;
  const beside = path.join(here, 'grammars', name);
  return existsSync(beside) ? beside : require.resolve(`@vscode/tree-sitter-wasm/wasm/${name}`);
}
