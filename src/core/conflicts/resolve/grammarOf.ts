import type { Grammar } from '../hazards/code/grammars';

const byExtension: ReadonlyMap<string, Grammar> = new Map([
  ['ts', 'typescript'],
  ['mts', 'typescript'],
  ['cts', 'typescript'],
  ['tsx', 'tsx'],
  ['js', 'javascript'],
  ['mjs', 'javascript'],
  ['cjs', 'javascript'],
  ['jsx', 'javascript'],
  ['py', 'python'],
  ['go', 'go'],
  ['rs', 'rust'],
  ['java', 'java'],
]);

/** The language of a file, by its path; null: none that is parsed here. */
export function grammarOf(path: string): Grammar | null {
  return byExtension.get(/\.([^./]+)$/.exec(path)?.[1] ?? '') ?? null;
}
