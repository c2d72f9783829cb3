import { type CostGrouping, costGroupings } from '../../contract/usage';
import { type CostColumn, type CostsData, type CostsRow, type CostsView, costColumns } from '../../protocol/costs';
import { element, setAttribute, setChildren, setText } from '../shared/dom';
import { counted } from './figures';
import { type CostsContext, Segments } from './parts';
import { RowView, sumCells } from './rowView';

/** So many more at once. */
const moreRows = 100;

export interface TableEvents {
  group(by: CostGrouping): void;
  sort(sort: CostsView['sort']): void;
  more(rows: number): void;
}

/** What was spent by what the reader chose: a table whose heads sort it and whose figures open their records. */
export class CostTable {
  readonly element = element('section', { class: 'by', 'aria-labelledby': 'by-title' });
  readonly #context: CostsContext;
  readonly #events: TableEvents;
  readonly #title = element('h2', { id: 'by-title' });
  readonly #groups: Segments<CostGrouping>;
  readonly #heads = new Map<CostColumn, { readonly cell: HTMLElement; readonly button: HTMLElement }>();
  readonly #body = element('tbody');
  readonly #foot = element('tfoot');
  readonly #table: HTMLElement;
  readonly #frame: HTMLElement;
  readonly #more = element('button', { type: 'button', class: 'more' });
  readonly #rows = new Map<string, RowView>();
  #view: CostsView | null = null;
  /** The row that Tab comes to. */
  #current: string | null = null;

  constructor(context: CostsContext, events: TableEvents) {
    this.#context = context;
    this.#events = events;
    const { words } = context;
    const groups = costGroupings.map((by) => [by, words.groupings[by]] as const);
    this.#groups = new Segments('by', words.groupBy, groups, (by) => events.group(by));
    const heads = element('tr', {}, ...costColumns.map((column) => this.#head(column)));
    this.#table = element(
      'table',
      { 'aria-labelledby': 'by-title' },
      element('thead', {}, heads),
      this.#body,
      this.#foot,
    );
    this.#frame = element('div', { class: 'frame' }, this.#table);
    this.element.append(element('div', { class: 'section-head' }, this.#title, this.#groups.element));
    this.element.append(this.#frame, this.#more);
    this.#body.addEventListener('keydown', (event) => this.#key(event));
    this.#body.addEventListener('focusin', (event) => this.#focused(event));
    this.#more.addEventListener('click', () => events.more((this.#view?.rows ?? 0) + moreRows));
  }

  show(data: CostsData): void {
    const { words } = this.#context;
    const { view, rows, rest } = data;
    if (this.#view?.by !== view.by) {
      this.#rows.clear();
      this.#current = null;
    }
    this.#view = view;
    this.#groups.show(view.by);
    setText(this.#title, words.table.caption.replace('{0}', words.groupings[view.by]));
    this.#showHeads(view);
    const largest = Math.max(...rows.map(({ share }) => share), 1e-12);
    const before = this.#body.contains(document.activeElement) ? this.#current : null;
    const views = rows.map((row) => this.#row(row, view, row.share / largest));
    setChildren(
      this.#body,
      views.map(({ element }) => element),
    );
    this.#forget(rows);
    this.#setCurrent(this.#current !== null && this.#rows.has(this.#current) ? this.#current : (rows[0]?.key ?? null));
    // A row that moved has lost the keyboard on its way.
    if (before !== null && !this.#body.contains(document.activeElement)) this.#focus(before);
    this.#foot.replaceChildren(
      ...(rest === null ? [] : [sumCells(this.#context, counted(words.table.rest, rest.rows), rest.sum)]),
    );
    setAttribute(this.#more, 'hidden', rest === null);
    setText(this.#more, words.table.more);
  }

  /** Takes the keyboard to the table. */
  focus(): void {
    if (this.#current !== null) this.#focus(this.#current);
  }

  #head(column: CostColumn): HTMLElement {
    const { words } = this.#context;
    const button = element('button', { type: 'button', class: 'sort' });
    button.addEventListener('click', () => this.#sort(column));
    const hint = column === 'name' ? null : words.columnHints[column];
    const cell = element('th', { scope: 'col', class: column, title: hint }, button);
    this.#heads.set(column, { cell, button });
    return cell;
  }

  #sort(column: CostColumn): void {
    const before = this.#view?.sort;
    const descending = before?.column === column ? !before.descending : column !== 'name';
    this.#events.sort({ column, descending });
  }

  #showHeads({ by, sort }: CostsView): void {
    const { words } = this.#context;
    for (const [column, { cell, button }] of this.#heads) {
      const sorted = sort.column === column;
      setText(button, column === 'name' ? words.groupings[by] : words.columns[column]);
      setAttribute(button, 'data-sorted', sorted ? (sort.descending ? 'down' : 'up') : null);
      setAttribute(cell, 'aria-sort', sorted ? (sort.descending ? 'descending' : 'ascending') : null);
    }
  }

  #row(row: CostsRow, { by, figure }: CostsView, share: number): RowView {
    let view = this.#rows.get(row.key);
    if (view === undefined) {
      view = new RowView(this.#context, by, row.key);
      this.#rows.set(row.key, view);
    }
    view.show(row, share, figure);
    return view;
  }

  #forget(rows: readonly CostsRow[]): void {
    const keys = new Set(rows.map(({ key }) => key));
    for (const key of this.#rows.keys()) if (!keys.has(key)) this.#rows.delete(key);
  }

  #focused({ target }: FocusEvent): void {
    const row = target instanceof Element ? target.closest('tr') : null;
    const key = row?.dataset.row;
    if (key !== undefined) this.#setCurrent(key);
  }

  #setCurrent(key: string | null): void {
    if (this.#current !== null && this.#current !== key) this.#rows.get(this.#current)?.setStop(false);
    this.#current = key;
    if (key !== null) this.#rows.get(key)?.setStop(true);
  }

  #focus(key: string): void {
    this.#setCurrent(this.#rows.has(key) ? key : this.#current);
    if (this.#current !== null) this.#rows.get(this.#current)?.focus();
  }

  #key(event: KeyboardEvent): void {
    const rows = [...this.#rows.values()].map(({ element }) => element);
    const ordered = [...this.#body.rows];
    const at = ordered.findIndex((row) => row.dataset.row === this.#current);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const key = ordered[Math.max(0, Math.min(rows.length - 1, to))]?.dataset.row;
    if (key !== undefined) this.#focus(key);
  }
}
