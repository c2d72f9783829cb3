import type { ImportItem, ImportStatement } from './parts';

/** What all of a file's import statements bind, by key. */
export type BoundNames = ReadonlyMap<string, ImportItem>;

export function boundBy(statements: readonly ImportStatement[]): BoundNames {
  return new Map(statements.flatMap(({ items }) => items.map((item) => [item.key, item] as const)));
}

/** Import statements of one place, and what the whole files bind. */
export interface ImportPlace {
  readonly base: readonly ImportStatement[];
  readonly ours: readonly ImportStatement[];
  readonly theirs: readonly ImportStatement[];
  readonly bound: { readonly base: BoundNames; readonly ours: BoundNames; readonly theirs: BoundNames };
}

/** What became of a statement: null for one that nobody wants any more. */
export interface United {
  /** In the order of `ours`. */
  readonly ours: readonly (string | null)[];
  /** To be put behind them. */
  readonly added: readonly string[];
}

/**
 * The imports of both sides: those of ours in their order, without those that theirs removes, and with those that theirs
 * adds. A formatter puts them in order.
 * @returns null: it takes a human to say
 */
export function uniteImports({ base, ours, theirs, bound }: ImportPlace): United | null {
  const gone = removed(bound);
  const [before, here] = [boundBy(base), boundBy(ours)];
  const isElsewhere = ({ key }: ImportItem) => bound.ours.has(key) && !here.has(key);
  // Theirs brought it here: where it was, and still is in ours, the merge takes it away.
  const isMovedHere = ({ key }: ImportItem) => bound.base.has(key) && !before.has(key);
  // One side has it at another place, and would have it twice.
  if (theirs.some(({ items }) => items.some((item) => isElsewhere(item) && !isMovedHere(item)))) return null;
  const texts: (string | null)[] = [];
  for (const statement of ours) {
    const text = without(statement, ({ key }) => gone.has(key));
    if (text === undefined) return null;
    texts.push(text);
  }
  const added: string[] = [];
  const taken = new Set(here.keys());
  for (const statement of theirs) {
    const fresh = statement.items.filter(({ key }) => !taken.has(key) && !gone.has(key));
    for (const { key } of fresh) taken.add(key);
    if (fresh.length === 0) continue;
    const at = ours.findIndex(
      ({ frame, list }, index) => frame === statement.frame && list !== null && texts[index] != null,
    );
    const alike = ours[at];
    if (alike?.list != null) {
      const text = withNames(alike, texts[at] ?? '', fresh);
      if (text === null) return null;
      texts[at] = text;
    } else {
      const text = without(statement, (item) => !fresh.includes(item));
      if (text == null) return null;
      added.push(text);
    }
  }
  return { ours: texts, added };
}

/** What one side took out of the base. */
export function removed({ base, ours, theirs }: ImportPlace['bound']): Map<string, ImportItem> {
  return new Map([...base].filter(([key]) => !ours.has(key) || !theirs.has(key)));
}

/** @returns null: nothing is left of it; undefined: it cannot be taken apart */
function without(statement: ImportStatement, isGone: (item: ImportItem) => boolean): string | null | undefined {
  const { items, list, text } = statement;
  const left = items.filter((item) => !isGone(item));
  if (left.length === items.length) return text;
  if (left.length === 0) return null;
  if (list === null || left.some(({ inList }) => inList === null)) return undefined;
  const names = left.flatMap(({ inList }) => inList ?? []);
  if (list.separator === '\n') return `${list.before}\n${names.map((name) => `\t${name}\n`).join('')}${list.after}`;
  return `${list.before} ${names.join(', ')} ${list.after}`;
}

/** @param text the statement as it is by now */
function withNames({ list, text: was }: ImportStatement, text: string, fresh: readonly ImportItem[]): string | null {
  const names = fresh.map(({ inList }) => inList);
  if (list === null || names.some((name) => name === null)) return null;
  // A statement of one line may have had no brackets.
  const whole = text === was ? list.before + list.inside + list.after : text;
  const end = whole.length - list.after.length;
  if (end < 0 || !whole.endsWith(list.after)) return null;
  const inside = whole.slice(0, end).trimEnd();
  if (list.separator === '\n') return `${inside}\n${names.map((name) => `\t${name}\n`).join('')}${list.after}`;
  const comma = /[,({]$/.test(inside) ? '' : ',';
  const space = list.after === '' ? '' : ' ';
  return `${inside}${comma} ${names.join(', ')}${space}${list.after}`;
}
