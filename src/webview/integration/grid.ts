import type { PanelWords } from '../../protocol/integrationWords';
import { element, setAttribute, setChildren } from '../shared/dom';
import type { Frames } from '../shared/frames';
import type { Axes, Line } from './axes';
import { GridHead } from './gridHead';
import { moved, type Place, placeAt, settle } from './gridKeys';
import { GridRow, sizes } from './gridRow';
import { type Range, rangeFor, scrolledTo } from './gridWindow';
import type { Matrix } from './matrix';

/** A frame has 16 ms; what is not drawn within this waits for the next one. */
const drawMs = 4;

export interface GridEvents {
  focused(place: Place): void;
  /** null: the pointer left. */
  hovered(place: Place | null): void;
  /** Enter, or a double click. */
  opened(place: Place): void;
  toggled(group: string): void;
  scrolled(): void;
  /** The label of the focused cell, which alone says how old it is. */
  label(row: Line, column: Line): string;
}

/** The table of the matrix. Only what is seen is drawn, and of that only what changed is touched. */
export class Grid {
  readonly element: HTMLElement;
  readonly #table: HTMLTableElement;
  readonly #head = new GridHead();
  readonly #body = element('tbody');
  readonly #above = element('tr', { class: 'space', 'aria-hidden': 'true' }, element('td'));
  readonly #below = element('tr', { class: 'space', 'aria-hidden': 'true' }, element('td'));
  readonly #words: PanelWords;
  readonly #events: GridEvents;
  readonly #frames: Frames;
  #rows = new Map<string, GridRow>();
  #matrix: Matrix | null = null;
  #axes: Axes = { rows: [], columns: [] };
  #range: Range = { from: 0, to: 0 };
  /** Counts up when what is said may be another. */
  #content = 0;
  /** What the heads were drawn for. */
  #heads = -1;
  #focus: Place | null = null;
  // What is measured is kept: to ask in the midst of changes makes the browser lay out twice.
  #scroll = { left: 0, top: 0 };
  #size = { width: 0, height: 0 };
  #lit: readonly Element[] = [];
  /** The focus is moved by us: its events say nothing new. */
  #moving = false;

  constructor(words: PanelWords, frames: Frames, events: GridEvents) {
    this.#words = words;
    this.#frames = frames;
    this.#events = events;
    this.#table = element('table', { role: 'grid', 'aria-label': words.matrix }, this.#head.thead, this.#body);
    this.element = element('div', { class: 'grid', tabindex: -1 }, this.#table);
    for (const [name, value] of Object.entries(sizes)) this.element.style.setProperty(`--${name}`, `${value}px`);
    this.#listen();
  }

  get focus(): Place | null {
    return this.#focus;
  }

  /** Shows a matrix, or the same one after time has passed. */
  show(matrix: Matrix, axes: Axes): void {
    this.#matrix = matrix;
    this.#axes = axes;
    this.#content += 1;
    setAttribute(this.#table, 'aria-rowcount', axes.rows.length + 1);
    setAttribute(this.#table, 'aria-colcount', axes.columns.length + 1);
    this.#table.style.width = `${this.#stickyWidth() + this.#others() * sizes.column}px`;
    const at = settle(axes, this.#focus);
    this.#focus = at === null ? null : placeAt(axes, at.row, at.column);
    this.#draw();
  }

  get scroll(): { readonly left: number; readonly top: number } {
    return this.#scroll;
  }

  scrollTo(to: { readonly left: number; readonly top: number }): void {
    if (to.left === this.#scroll.left && to.top === this.#scroll.top) return;
    this.element.scrollTo(to);
    this.#measureScroll();
  }

  /** Puts the focus's place somewhere without taking the keyboard there. */
  setFocus(place: Place | null): void {
    this.#focus = place;
  }

  /** Takes the keyboard to a cell, which is scrolled into view. */
  focusAt(place: Place | null): void {
    const at = settle(this.#axes, place);
    if (at === null) return;
    this.#focus = placeAt(this.#axes, at.row, at.column);
    this.#scrollToCell(at.row, at.column);
    this.#draw(true);
    const target = this.#target();
    this.#moving = true;
    (target ?? this.element).focus({ preventScroll: true });
    this.#moving = false;
    this.#tellFocus();
  }

  /** Which lines a place names. */
  lines(place: Place): { row: Line; column: Line } | null {
    const row = this.#axes.rows.find(({ key }) => key === place.row);
    const column = this.#axes.columns.find(({ key }) => key === place.column);
    return row === undefined || column === undefined ? null : { row, column };
  }

  #target(): HTMLElement | null {
    return this.#focus === null ? null : (this.#rows.get(this.#focus.row)?.target(this.#focus.column) ?? null);
  }

  #tellFocus(): void {
    if (this.#focus === null) return;
    const lines = this.lines(this.#focus);
    const target = this.#target();
    if (lines !== null && target?.tagName === 'TD') {
      setAttribute(target, 'aria-label', this.#events.label(lines.row, lines.column));
    }
    this.#light(this.#focus);
    this.#events.focused(this.#focus);
  }

  #later(): void {
    this.#frames.later('grid', () => this.#draw());
  }

  /** @param focusFirst the focused row has to be there when this returns */
  #draw(focusFirst = false): void {
    if (this.#matrix === null) return;
    const began = performance.now();
    const held = this.element.contains(document.activeElement);
    const context = { matrix: this.#matrix, words: this.#words };
    const rows = this.#placeRows(rangeFor(this.#range, { count: this.#axes.rows.length, ...this.#seenRows() }));
    if (this.#heads !== this.#content) this.#head.draw(context, this.#axes.columns);
    this.#heads = this.#content;
    const own = this.#focus === null ? undefined : this.#rows.get(this.#focus.row);
    const order = own === undefined ? rows : [own, ...rows.filter((row) => row !== own)];
    let left = 0;
    for (const row of order) {
      if (row.isDrawn(this.#content)) continue;
      const must = focusFirst && row === own;
      if (must || performance.now() - began < drawMs) row.draw(context, this.#axes.columns, this.#content);
      else left += 1;
    }
    setAttribute(this.#table, 'aria-busy', left > 0 ? 'true' : null);
    this.#rove(held);
    if (left > 0) this.#later();
  }

  #seenRows(): { size: number; scroll: number; view: number } {
    return { size: sizes.row, scroll: this.#scroll.top, view: this.#size.height - sizes.headHeight };
  }

  /** How many columns scroll. */
  #others(): number {
    return this.#axes.columns.length - (this.#axes.columns[0]?.kind === 'base' ? 1 : 0);
  }

  /** Of what does not scroll sideways: names, and the base's column. */
  #stickyWidth(): number {
    return sizes.headWidth + (this.#axes.columns[0]?.kind === 'base' ? sizes.base : 0);
  }

  #placeRows(range: Range): GridRow[] {
    const { rows } = this.#axes;
    const { from, to } = range;
    this.#range = range;
    const shown = rows.slice(from, to).map((line, at) => {
      const row = this.#rows.get(line.key) ?? new GridRow(line);
      row.place(line, from + at);
      return row;
    });
    this.#rows = new Map(shown.map((row) => [row.line.key, row]));
    this.#above.style.height = `${from * sizes.row}px`;
    this.#below.style.height = `${(rows.length - to) * sizes.row}px`;
    const parts = shown.map(({ tr }) => tr);
    setChildren(this.#body, [...(from > 0 ? [this.#above] : []), ...parts, ...(to < rows.length ? [this.#below] : [])]);
    return shown;
  }

  /** One stop for Tab: the focused cell, or the whole where that is not drawn. @param held the focus was in here */
  #rove(held: boolean): void {
    const target = this.#target();
    for (const old of this.#table.querySelectorAll('[tabindex="0"]'))
      if (old !== target) setAttribute(old, 'tabindex', -1);
    setAttribute(this.element, 'tabindex', target === null ? 0 : -1);
    if (target !== null) setAttribute(target, 'tabindex', 0);
    const active = document.activeElement;
    if (!held || (active !== null && this.element.contains(active) && active !== this.element)) return;
    this.#moving = true;
    (target ?? this.element).focus({ preventScroll: true });
    this.#moving = false;
  }

  /** Scrolls so that a cell is wholly seen. */
  #scrollToCell(row: number, column: number): void {
    const top = scrolledTo({ index: row, ...this.#seenRows() });
    const index = column - (this.#axes.columns.length - this.#others());
    const view = this.#size.width - this.#stickyWidth();
    const left =
      index < 0 ? this.#scroll.left : scrolledTo({ index, size: sizes.column, scroll: this.#scroll.left, view });
    this.scrollTo({ left, top });
  }

  /** Row and column of a place are marked at their heads. */
  #light(place: Place | null): void {
    for (const old of this.#lit) old.classList.remove('lit');
    const heads = place === null ? [] : [this.#rows.get(place.row)?.head, this.#head.head(place.column)];
    this.#lit = heads.filter((head) => head !== null && head !== undefined);
    for (const head of this.#lit) head.classList.add('lit');
  }

  #placeOf(target: EventTarget | null): Place | null {
    if (!(target instanceof Element)) return null;
    const tr = target.closest('tr');
    const row = [...this.#rows.values()].find((each) => each.tr === tr);
    if (row === undefined) return null;
    const column = target.closest('td[data-column]')?.getAttribute('data-column');
    if (column !== null && column !== undefined) return { row: row.line.key, column };
    const toggle = target.closest('button') === null ? null : (this.#focus?.column ?? this.#axes.columns[0]?.key);
    return toggle === null || toggle === undefined ? null : { row: row.line.key, column: toggle };
  }

  #listen(): void {
    const on = this.element;
    on.addEventListener('scroll', () => {
      this.#measureScroll();
      this.#later();
      this.#events.scrolled();
    });
    on.addEventListener('focusin', (event) => this.#focusCame(event));
    on.addEventListener('keydown', (event) => this.#keyPressed(event));
    on.addEventListener('pointerover', (event) => this.#pointed(this.#placeOf(event.target)));
    on.addEventListener('pointerleave', () => this.#pointed(null));
    on.addEventListener('dblclick', (event) => this.#open(this.#placeOf(event.target)));
    on.addEventListener('click', (event) => {
      const toggle = event.target instanceof Element ? event.target.closest('[data-group]') : null;
      if (toggle !== null) this.#events.toggled(toggle.getAttribute('data-group') ?? '');
    });
    new ResizeObserver(() => {
      this.#size = { width: on.clientWidth, height: on.clientHeight };
      this.#later();
    }).observe(on);
  }

  #measureScroll(): void {
    this.#scroll = { left: this.element.scrollLeft, top: this.element.scrollTop };
  }

  #pointed(place: Place | null): void {
    this.#light(place ?? this.#focus);
    this.#events.hovered(place);
  }

  #focusCame(event: FocusEvent): void {
    if (this.#moving) return;
    // Tab came to the whole because the focused cell is out of sight.
    if (event.target === this.element) {
      this.focusAt(this.#focus);
      return;
    }
    const place = this.#placeOf(event.target);
    if (place === null) return;
    this.#focus = place;
    this.#rove(false);
    this.#tellFocus();
  }

  #open(place: Place | null): void {
    if (place !== null) this.#events.opened(place);
  }

  #keyPressed(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey || (event.shiftKey && event.key !== 'Tab')) return;
    if (event.key === 'Enter' || event.key === ' ') {
      // A group's button is a button: it hears these itself.
      if (event.target instanceof HTMLButtonElement) return;
      event.preventDefault();
      this.#open(this.#focus);
      return;
    }
    const page = Math.max(1, Math.floor((this.#size.height - sizes.headHeight) / sizes.row) - 1);
    const to = moved(this.#axes, this.#focus, { key: event.key, ctrl: event.ctrlKey }, page);
    if (to === null) return;
    event.preventDefault();
    this.focusAt(to);
  }
}
