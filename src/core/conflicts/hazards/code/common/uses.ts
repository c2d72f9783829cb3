import type { Node } from 'web-tree-sitter';
import type { Use } from '../../facts';
import type { Marks } from './marks';

interface Chain {
  text: string;
  readonly start: number;
  end: number;
  line: number;
  /** A name by itself: it may be one that is bound here. */
  single: boolean;
}

const nameAt = /(?:r#)?[\p{ID_Start}_$][\p{ID_Continue}$]*/uy;
const link = /^\s*(\.|::)\s*$/;

/**
 * The uses among a file's names. Names with dots between them are one: `a.b`; what is asked of the result of a call is
 * said as `a.b().c`, of any other expression as `.c`.
 * @param names all names, in the order of the text
 * @param isUnsaid whether the language itself gives a name
 */
export function usesOf(names: readonly Node[], text: string, marks: Marks, isUnsaid: (name: string) => boolean): Use[] {
  const uses: Use[] = [];
  /** What was called, by where the call ends. */
  const results = new Map<number, string>();
  let open: Chain | null = null;
  const close = (chain: Chain) => {
    const site = marks.calls.get(chain.end);
    if (site !== undefined) results.set(site.end, `${chain.text}()`);
    if (marks.skipped.has(chain.start)) return;
    if (chain.single && (isUnsaid(chain.text) || marks.isBound(chain.text, chain.start))) return;
    uses.push({ name: chain.text, call: site?.call ?? null, line: chain.line });
  };
  for (const node of names) {
    const start = node.startIndex;
    nameAt.lastIndex = start;
    const name = nameAt.exec(text)?.[0] ?? text.slice(start, node.endIndex);
    const end = start + name.length;
    const line = node.startPosition.row + 1;
    const separator = open === null ? null : linkBetween(text, open.end, start);
    if (open !== null && separator !== null) {
      open.text = [open.text, separator, name].join('');
      open.end = end;
      open.line = line;
      open.single = false;
      continue;
    }
    if (open !== null) close(open);
    const of = receiverOf(text, start, results);
    const said = of === null ? marks.meaningOf(name, start) : [of, name].join('');
    open = { text: said, start, end, line, single: of === null };
  }
  if (open !== null) close(open);
  return uses;
}

function linkBetween(text: string, end: number, start: number): string | null {
  if (start === end + 1) return text[end] === '.' ? '.' : null;
  return link.exec(text.slice(end, start))?.[1] ?? null;
}

/** What a name is asked of, with what is between them; null: it stands for itself. */
function receiverOf(text: string, start: number, results: ReadonlyMap<number, string>): string | null {
  let at = skipBack(text, start);
  const separator = text.startsWith('::', at - 2) ? '::' : '.';
  if (!text.startsWith(separator, at - separator.length) || text[at - 2] === '.') return null;
  at = skipBack(text, at - separator.length);
  while (text[at - 1] === '?' || text.startsWith('.await', at - 6)) {
    at = skipBack(text, text[at - 1] === '?' ? at - 1 : at - 6);
  }
  return (results.get(at) ?? '') + separator;
}

function skipBack(text: string, from: number): number {
  let at = from;
  while (at > 0 && /\s/.test(text[at - 1] ?? '')) at -= 1;
  return at;
}
