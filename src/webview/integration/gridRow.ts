import type { Line } from './axes';
import { element, setAttribute, setChildren, setText } from './dom';
import { format, middle, plain } from './format';
import type { Range } from './gridWindow';
import { type LookContext, lookOf, nameOf } from './looks';

/** Sizes of the grid in pixels; the style sheet gets them as `--head-width` and so on. */
export const sizes = { row: 26, column: 40, headWidth: 230, headHeight: 132, base: 64 } as const;

const rowNameLength = 30;

/** Which columns a row draws: the base's always, of the others those in the range. */
export interface Columns {
  readonly base: Line | null;
  readonly others: readonly Line[];
  readonly range: Range;
}

/** What stands in one row's place: a branch, or a group. Keeps its elements, and touches only what changed. */
export class GridRow {
  readonly tr: HTMLTableRowElement;
  /** What the row was drawn for; the grid counts up when something may be another. */
  version = -1;
  #line: Line;
  readonly #head = element('th', { scope: 'row' });
  readonly #name = element('span', { class: 'name' });
  readonly #toggle = element('button', { type: 'button', class: 'toggle', tabindex: -1 });
  readonly #left = element('td', { class: 'space', 'aria-hidden': 'true' });
  readonly #right = element('td', { class: 'space', 'aria-hidden': 'true' });
  readonly #cells = new Map<string, HTMLTableCellElement>();

  constructor(line: Line) {
    this.#line = line;
    this.tr = element('tr', {}, this.#head);
  }

  get line(): Line {
    return this.#line;
  }

  /** Where the focus goes in this row. An open group has its button alone. */
  target(column: string): HTMLElement | null {
    if (this.#line.kind === 'group' && !this.#line.collapsed) return this.#toggle;
    return this.#cells.get(column) ?? null;
  }

  get head(): HTMLElement {
    return this.#head;
  }

  /** @param index of the row among all */
  place(line: Line, index: number): void {
    this.#line = line;
    setAttribute(this.tr, 'aria-rowindex', index + 2);
  }

  /** Draws head and cells. Cells that leave are dropped, unless they hold the focus's place. */
  draw(context: LookContext, columns: Columns): void {
    this.#drawHead(context);
    const shown = columns.others.slice(columns.range.from, columns.range.to);
    const before = columns.range.from * sizes.column;
    const after = (columns.others.length - columns.range.to) * sizes.column;
    if (this.#line.kind === 'group' && !this.#line.collapsed) {
      this.#cells.clear();
      setChildren(this.tr, [this.#head, this.#left]);
      setAttribute(this.#left, 'colspan', shown.length + 2 + (columns.base === null ? 0 : 1));
      return;
    }
    setAttribute(this.#left, 'colspan', null);
    const base = columns.base === null ? [] : [this.#cell(context, columns.base, 0)];
    const offset = base.length;
    const cells = shown.map((column, at) => this.#cell(context, column, offset + columns.range.from + at));
    this.#forget(new Set([...(columns.base === null ? [] : [columns.base.key]), ...shown.map(({ key }) => key)]));
    setAttribute(this.#left, 'data-empty', before === 0);
    setAttribute(this.#right, 'data-empty', after === 0);
    setChildren(this.tr, [this.#head, ...base, this.#left, ...cells, this.#right]);
  }

  #forget(kept: ReadonlySet<string>): void {
    for (const key of [...this.#cells.keys()]) if (!kept.has(key)) this.#cells.delete(key);
  }

  #cell(context: LookContext, column: Line, index: number): HTMLTableCellElement {
    let cell = this.#cells.get(column.key);
    if (cell === undefined) {
      cell = element('td', { tabindex: -1, 'data-column': column.key });
      this.#cells.set(column.key, cell);
    }
    const look = lookOf(context, this.#line, column);
    const classes = [look.kind, look.behind ? 'behind' : '', look.driver ? 'driver' : '', column.kind];
    setAttribute(cell, 'class', classes.filter((name) => name !== '').join(' '));
    setAttribute(cell, 'aria-colindex', index + 2);
    setAttribute(cell, 'aria-label', look.label);
    setText(cell, look.text);
    return cell;
  }

  #drawHead({ matrix, words }: LookContext): void {
    const line = this.#line;
    const name = nameOf(matrix, line);
    if (line.kind === 'group') {
      const count = line.branches.length === 1 ? words.group.one : format(words.group.many, line.branches.length);
      setAttribute(this.tr, 'class', 'group');
      setAttribute(this.#toggle, 'aria-expanded', String(!line.collapsed));
      setAttribute(this.#toggle, 'data-group', line.group.plan ?? '');
      setAttribute(this.#toggle, 'title', name);
      setAttribute(this.#toggle, 'aria-label', `${format(words.group.name, name)}, ${count}`);
      setText(
        this.#toggle,
        `${line.collapsed ? '▸' : '▾'} ${middle(name, rowNameLength - 6)} (${line.branches.length})`,
      );
      setChildren(this.#head, [this.#toggle]);
      return;
    }
    if (line.kind !== 'branch') return;
    const branch = matrix.branches[line.branch];
    const dirty = branch?.dirty === true;
    setAttribute(this.tr, 'class', 'branch');
    setAttribute(this.#head, 'title', titleOf(branch));
    setAttribute(this.#head, 'aria-label', dirty ? `${name}, ${words.uncommitted}` : name);
    setText(this.#name, `${middle(name, rowNameLength)}${dirty ? ' ●' : ''}`);
    setChildren(this.#head, [this.#name]);
  }
}

/** Names in full, for the pointer. */
export function titleOf(
  branch: { readonly ref: string; readonly task: string | null; readonly title: string | null } | undefined,
): string {
  if (branch === undefined) return '';
  const names = [branch.ref, branch.task === branch.ref ? null : branch.task, branch.title];
  return names.flatMap((name) => (name === null || name === '' ? [] : [plain(name)])).join('\n');
}
