import type { Node } from '../tree';

export type Lexis = 'python' | 'go' | 'rust' | 'java';

const quoted = String.raw`"(?:\\.|[^"\\])*"`;
const character = String.raw`'(?:\\.|[^'\\])*'`;
const cComment = String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`;
const word = String.raw`[\p{ID_Continue}$]+`;

/** What is left out, and in brackets what is kept. */
const lexers: Record<Lexis, RegExp> = {
  python: RegExp(String.raw`#[^\n]*|\\\r?\n|("""[\s\S]*?"""|'''[\s\S]*?'''|${quoted}|${character}|${word}|\S)`, 'gsu'),
  // Lines end statements as semicolons do, so either may stand for the other.
  go: RegExp(String.raw`${cComment}|;|(${quoted}|${character}|\x60[^\x60]*\x60|${word}|\S)`, 'gsu'),
  // A quote before a name that is not closed is a lifetime.
  rust: RegExp(
    String.raw`${cComment}|('[\p{ID_Start}_]\p{ID_Continue}*(?!')|${quoted}|${character}|${word}|\S)`,
    'gsu',
  ),
  java: RegExp(String.raw`${cComment}|(${quoted}|${character}|${word}|\S)`, 'gsu'),
};

const wordAtEnd = /[\p{ID_Continue}$]$/u;
const wordAtStart = /^[\p{ID_Continue}$]/u;
const closing = new Set([')', ']', '}', '>']);

/**
 * Code without layout and comments: equal for the same tokens, whatever a formatter made of them. A comma before a
 * closing bracket is layout.
 */
export function compact(text: string, lexis: Lexis): string {
  if (/^\w*$/.test(text)) return text;
  const tokens: string[] = [];
  for (const [, token] of text.matchAll(lexers[lexis])) {
    if (token === undefined) continue;
    if (closing.has(token) && tokens.at(-1) === ',') tokens.pop();
    if (wordAtStart.test(token) && wordAtEnd.test(tokens.at(-1) ?? '')) tokens.push(' ');
    tokens.push(token);
  }
  return tokens.join('');
}

/** The text of a node as it is written; '' for none. */
export function textOf(node: Node | null, text: string): string {
  return node === null ? '' : text.slice(node.startIndex, node.endIndex);
}
