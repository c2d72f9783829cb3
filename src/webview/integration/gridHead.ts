import type { Line } from './axes';
import { element, setAttribute, setChildren, setText } from './dom';
import { format, middle } from './format';
import { type Columns, sizes, titleOf } from './gridRow';
import { type LookContext, nameOf } from './looks';

const columnNameLength = 20;

/** The heads of the columns, and with them the widths of all columns. */
export class GridHead {
  readonly thead: HTMLTableSectionElement;
  readonly #row = element('tr', { 'aria-rowindex': 1 });
  readonly #corner = element('th', { scope: 'col', class: 'corner' });
  readonly #left = element('td', { class: 'space', 'aria-hidden': 'true' });
  readonly #right = element('td', { class: 'space', 'aria-hidden': 'true' });
  #heads = new Map<string, HTMLTableCellElement>();

  constructor() {
    this.thead = element('thead', {}, this.#row);
  }

  head(column: string): HTMLElement | null {
    return this.#heads.get(column) ?? null;
  }

  draw(context: LookContext, columns: Columns): void {
    setText(this.#corner, context.words.branch);
    const heads = new Map<string, HTMLTableCellElement>();
    const offset = columns.base === null ? 0 : 1;
    const add = (line: Line, index: number) => {
      const head = this.#heads.get(line.key) ?? element('th', { scope: 'col' }, element('span'));
      describe(head, context, line, index);
      heads.set(line.key, head);
      return head;
    };
    const base = columns.base === null ? [] : [add(columns.base, 0)];
    const { from, to } = columns.range;
    const others = columns.others.slice(from, to).map((line, at) => add(line, offset + from + at));
    this.#heads = heads;
    this.#left.style.width = `${from * sizes.column}px`;
    this.#right.style.width = `${(columns.others.length - to) * sizes.column}px`;
    setChildren(this.#row, [this.#corner, ...base, this.#left, ...others, this.#right]);
  }
}

function describe(head: HTMLTableCellElement, context: LookContext, line: Line, index: number): void {
  const { matrix, words } = context;
  const name = nameOf(matrix, line);
  const title =
    line.kind === 'branch'
      ? titleOf(matrix.branches[line.branch])
      : line.kind === 'base'
        ? format(words.against, name)
        : name;
  setAttribute(head, 'class', line.kind);
  setAttribute(head, 'aria-colindex', index + 2);
  setAttribute(head, 'title', title);
  setAttribute(head, 'aria-label', line.kind === 'base' ? title : name);
  const [span] = head.children;
  if (span !== undefined) setText(span, middle(line.kind === 'base' ? title : name, columnNameLength));
}
