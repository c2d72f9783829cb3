import { element, setAttribute, setChildren, setText } from '../shared/dom';
import { format, middle } from '../shared/format';
import type { Line } from './axes';
import { titleOf } from './gridRow';
import { type LookContext, nameOf } from './looks';

const columnNameLength = 19;

/** The heads of the columns, and with them the widths of all columns. */
export class GridHead {
  readonly thead: HTMLTableSectionElement;
  readonly #row = element('tr', { 'aria-rowindex': 1 });
  readonly #corner = element('th', { scope: 'col', class: 'corner' });
  #heads = new Map<string, HTMLTableCellElement>();

  constructor() {
    this.thead = element('thead', {}, this.#row);
  }

  head(column: string): HTMLElement | null {
    return this.#heads.get(column) ?? null;
  }

  draw(context: LookContext, columns: readonly Line[]): void {
    setText(this.#corner, context.words.branch);
    const before = this.#heads;
    this.#heads = new Map(
      columns.map((line, index) => {
        const head = before.get(line.key) ?? element('th', { scope: 'col' }, element('span'));
        describe(head, context, line, index);
        return [line.key, head];
      }),
    );
    setChildren(this.#row, [this.#corner, ...this.#heads.values()]);
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
  const short = line.kind === 'branch' ? matrix.shortNames[line.branch] : line.kind === 'base' ? title : name;
  if (span !== undefined) setText(span, middle(short ?? name, columnNameLength));
}
