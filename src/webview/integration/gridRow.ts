import { element, setAttribute, setChildren, setText } from '../shared/dom';
import { format, middle, plain } from '../shared/format';
import type { Line } from './axes';
import { type LookContext, lookOf, nameOf } from './looks';

/** Sizes of the grid in pixels; the style sheet gets them as `--head-width` and so on. */
export const sizes = { row: 26, column: 40, headWidth: 230, headHeight: 152, base: 64 } as const;

/** What is longer is shortened in its middle; the style sheet cuts off what is too wide even so. */
const rowNameLength = 26;

/** What stands in one row's place: a branch, or a group. Keeps its elements, and touches only what changed. */
export class GridRow {
  readonly tr: HTMLTableRowElement;
  /** What it was drawn for; the grid counts up when something may be another. */
  #content = -1;
  #line: Line;
  readonly #head = element('th', { scope: 'row' });
  readonly #name = element('span', { class: 'name' });
  readonly #mark = element('span', { class: 'mark' });
  readonly #toggle = element('button', { type: 'button', class: 'toggle', tabindex: -1 });
  readonly #rest = element('td', { class: 'rest', 'aria-hidden': 'true' });
  #cells: ReadonlyMap<string, HTMLTableCellElement> = new Map<string, HTMLTableCellElement>();

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

  isDrawn(content: number): boolean {
    return this.#content === content;
  }

  /** Draws head and cells. @param content what it is drawn for */
  draw(context: LookContext, columns: readonly Line[], content: number): void {
    this.#content = content;
    this.#drawHead(context);
    if (this.#line.kind === 'group' && !this.#line.collapsed) {
      this.#cells = new Map();
      setAttribute(this.#rest, 'colspan', columns.length);
      setChildren(this.tr, [this.#head, this.#rest]);
      return;
    }
    const before = this.#cells;
    this.#cells = new Map(columns.map(({ key }) => [key, before.get(key) ?? newCell(key)]));
    for (const [index, column] of columns.entries()) this.#drawCell(context, column, index);
    setChildren(this.tr, [this.#head, ...this.#cells.values()]);
  }

  #drawCell(context: LookContext, column: Line, index: number): void {
    const cell = this.#cells.get(column.key);
    if (cell === undefined) return;
    const look = lookOf(context, this.#line, column);
    const classes = [
      look.kind,
      look.behind ? 'behind' : '',
      look.driver ? 'driver' : '',
      look.hazard ? 'hazard' : '',
      column.kind,
    ];
    setAttribute(cell, 'class', classes.filter((name) => name !== '').join(' '));
    setAttribute(cell, 'aria-colindex', index + 2);
    this.#label(cell, look.label);
    setText(cell, look.text);
  }

  /** The focused cell says its age too: that stays as long as the rest is the same. */
  #label(cell: HTMLTableCellElement, label: string): void {
    if (cell.dataset.label === label) return;
    cell.dataset.label = label;
    setAttribute(cell, 'aria-label', label);
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
      // In full: what is read out has to hold what is seen.
      setText(this.#name, `${line.collapsed ? '▸' : '▾'} ${name}`);
      setText(this.#mark, ` (${line.branches.length})`);
      setChildren(this.#toggle, [this.#name, this.#mark]);
      setChildren(this.#head, [this.#toggle]);
      return;
    }
    if (line.kind !== 'branch') return;
    const branch = matrix.branches[line.branch];
    const dirty = branch?.dirty === true;
    setAttribute(this.tr, 'class', 'branch');
    setAttribute(this.#head, 'title', titleOf(branch));
    setAttribute(this.#head, 'aria-label', dirty ? `${name}, ${words.uncommitted}` : name);
    setText(this.#name, middle(name, rowNameLength));
    setText(this.#mark, dirty ? ' ●' : '');
    setChildren(this.#head, [this.#name, this.#mark]);
  }
}

function newCell(column: string): HTMLTableCellElement {
  return element('td', { tabindex: -1, 'data-column': column });
}

/** Names in full, for the pointer. */
export function titleOf(
  branch: { readonly ref: string; readonly task: string | null; readonly title: string | null } | undefined,
): string {
  if (branch === undefined) return '';
  const names = [branch.ref, branch.task === branch.ref ? null : branch.task, branch.title];
  return names.flatMap((name) => (name === null || name === '' ? [] : [plain(name)])).join('\n');
}
