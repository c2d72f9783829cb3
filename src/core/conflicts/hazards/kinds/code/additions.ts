import type { CodeFacts, Declaration, Import } from '../../facts';
import type { SideFacts } from '../../parts';
import { codeOf, type ModuleChange, type SideCode } from './sideCode';

/** A name that a side adds to a file. */
export interface Addition {
  readonly path: string;
  readonly name: string;
  readonly line: number;
  readonly declaration: Declaration | null;
  /** Handed on from elsewhere. */
  readonly reexport: Import | null;
  /** What stood before it and after it in the file as it was: two additions in one gap are one change to git. */
  readonly gap: string;
}

const known = new WeakMap<SideFacts, ReadonlyMap<string, readonly Addition[]>>();

/** Names that a side adds, by path. What it moved from elsewhere is not new. */
export function additionsBy(side: SideFacts): ReadonlyMap<string, readonly Addition[]> {
  const made = known.get(side) ?? makeAdditions(codeOf(side));
  known.set(side, made);
  return made;
}

function makeAdditions(code: SideCode): Map<string, Addition[]> {
  const all = new Map<string, Addition[]>();
  for (const { path, old, next } of code.files) {
    if (next === null) continue;
    const added = additionsIn(path, old, next);
    if (added.length > 0) all.set(path, added);
  }
  return all;
}

interface Item {
  readonly name: string;
  readonly line: number;
  readonly declaration: Declaration | null;
  readonly reexport: Import | null;
}

function additionsIn(path: string, old: CodeFacts | null, next: CodeFacts): Addition[] {
  const before = new Set(old === null ? [] : itemsOf(old).map(keyOf));
  const items = itemsOf(next);
  const stays = items.map((item) => before.has(keyOf(item)));
  return items.flatMap((item, index) => {
    if (stays[index]) return [];
    const previous = items.findLast((_, at) => at < index && stays[at]);
    const following = items.find((_, at) => at > index && stays[at]);
    return [{ ...item, path, gap: `${keyOf(previous)} … ${keyOf(following)}` }];
  });
}

function keyOf(item: Item | undefined): string {
  if (item === undefined) return '';
  // Of a whole module handed on the module is all that is known.
  return item.name === '*' ? `* ${item.reexport?.from}` : item.name;
}

function itemsOf({ declarations, imports, language }: CodeFacts): Item[] {
  const own = declarations.map((declaration) => ({
    name: declaration.name,
    line: declaration.line,
    declaration,
    reexport: null,
  }));
  const handedOn = imports.flatMap((one): Item[] => {
    const name = one.reexport ?? (language === 'python' && one.name === '*' && one.local === null ? '*' : null);
    return name === null ? [] : [{ name, line: one.line, declaration: null, reexport: one }];
  });
  return [...own, ...handedOn].sort((x, y) => x.line - y.line);
}

/** Names that a module offers to others and did not before. */
export function newlyOffered({ before, after }: ModuleChange): Declaration[] {
  const had = new Set(before.flatMap(({ code }) => code.declarations.map(({ name }) => name)));
  const has = after.flatMap(({ code }) => code.declarations);
  return has.filter(({ name, exported }) => exported && !name.includes('.') && !had.has(name));
}
