import type { Use } from '../../facts';
import type { Node } from '../tree';
import type { Marks } from './marks';

interface Chain {
  /** null: asked of an expression, of which nothing is known. */
  text: string | null;
  readonly start: number;
  end: number;
  line: number;
  /** A name by itself: it may be one that is bound here. */
  single: boolean;
}

export interface Known {
  /** Whether the language itself gives a name. */
  readonly isUnsaid: (name: string) => boolean;
  /** The type of what a call makes; null: not known. */
  readonly madeBy: (called: string) => string | null;
}

const nameAt = /(?:r#)?[\p{ID_Start}_$][\p{ID_Continue}$]*/uy;
const link = /^\s*(\.|::)\s*$/;

/**
 * The uses among a file's names. Names with dots between them are one: `a.b`. What is asked of something that is made
 * on the spot is one of its type: `Parser.parse` for `new Parser().parse()`. What is asked of any other expression is
 * left out: it has no name to look up.
 * @param names all names, in the order of the text
 */
export function usesOf(names: readonly Node[], text: string, marks: Marks, known: Known): Use[] {
  const uses: Use[] = [];
  /** Types of what is made, by where it ends. */
  const results = new Map<number, string>();
  let open: Chain | null = null;
  const close = (chain: Chain) => {
    if (chain.text === null) return;
    const site = marks.calls.get(chain.end);
    const made = site === undefined ? null : site.makes ? chain.text : known.madeBy(chain.text);
    if (site !== undefined && made !== null) results.set(site.end, made);
    if (marks.skipped.has(chain.start)) return;
    if (chain.single && (known.isUnsaid(chain.text) || marks.isBound(chain.text, chain.start))) return;
    uses.push({ name: chain.text, call: site?.call ?? null, line: chain.line });
  };
  for (const node of names) {
    const start = node.startIndex;
    nameAt.lastIndex = start;
    const name = nameAt.exec(text)?.[0] ?? text.slice(start, node.endIndex);
    const end = start + name.length;
    const line = node.row + 1;
    const separator = open === null ? null : linkBetween(text, open.end, start);
    if (open !== null && separator !== null) {
      open.text = open.text === null ? null : [open.text, separator, name].join('');
      open.end = end;
      open.line = line;
      open.single = false;
      continue;
    }
    if (open !== null) close(open);
    const of = receiverOf(text, start, results);
    if (of === null) open = { text: marks.meaningOf(name, start), start, end, line, single: true };
    else open = { text: of.type === null ? null : `${of.type}.${name}`, start, end, line, single: false };
  }
  if (open !== null) close(open);
  return uses;
}

function linkBetween(text: string, end: number, start: number): string | null {
  if (start === end + 1) return text[end] === '.' ? '.' : null;
  return link.exec(text.slice(end, start))?.[1] ?? null;
}

/** What a name is asked of, where that is no name; null: it stands for itself. */
function receiverOf(text: string, start: number, results: ReadonlyMap<number, string>): { type: string | null } | null {
  let at = skipBack(text, start);
  const separator = text.startsWith('::', at - 2) ? '::' : '.';
  if (!text.startsWith(separator, at - separator.length) || text[at - 2] === '.') return null;
  at = skipBack(text, at - separator.length);
  // `::std::fs`
  if (separator === '::' && !/[\w>)]/.test(text[at - 1] ?? '')) return null;
  while (text[at - 1] === '?' || text.startsWith('.await', at - 6)) {
    at = skipBack(text, text[at - 1] === '?' ? at - 1 : at - 6);
  }
  return { type: results.get(at) ?? null };
}

function skipBack(text: string, from: number): number {
  let at = from;
  while (at > 0 && /\s/.test(text[at - 1] ?? '')) at -= 1;
  return at;
}
