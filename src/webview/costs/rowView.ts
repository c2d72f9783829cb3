import type { CostGrouping, Tokens } from '../../contract/usage';
import type { CostsFigure, CostsRow, CostsSum } from '../../protocol/costs';
import { element, setAttribute, setText } from '../shared/dom';
import { format, plain } from '../shared/format';
import { budgetTokens, sameFigure } from './figures';
import { bar, type CostsContext, figureButton } from './parts';

const tokenColumns = ['tokens', 'input', 'output', 'cacheWrite', 'cacheRead'] as const;

function tokensOf(tokens: Tokens): Readonly<Record<(typeof tokenColumns)[number], number>> {
  return {
    tokens: budgetTokens(tokens),
    input: tokens.input,
    output: tokens.output + tokens.reasoning,
    cacheWrite: tokens.cacheWrite5m + tokens.cacheWrite1h,
    cacheRead: tokens.cacheRead,
  };
}

/** One row; it is filled anew, not made anew, so that it keeps the keyboard while figures grow. */
export class RowView {
  readonly element: HTMLTableRowElement;
  readonly #context: CostsContext;
  readonly #figure: CostsFigure;
  readonly #by: CostGrouping;
  readonly #key: string;
  readonly #name = element('span', { class: 'name' });
  readonly #note = element('span', { class: 'quiet note' });
  readonly #kept: HTMLElement;
  readonly #money: HTMLElement;
  readonly #bar = bar(0);
  readonly #share = element('span', { class: 'quiet share' });
  readonly #tokens = tokenColumns.map((column) => element('td', { class: `number ${column}` }));
  readonly #sessions = element('td', { class: 'number sessions' });
  readonly #models = element('td', { class: 'models' });

  constructor(context: CostsContext, by: CostGrouping, key: string) {
    const { words } = context;
    this.#context = context;
    this.#by = by;
    this.#key = key;
    this.#figure = { [by]: key };
    this.#kept = element('span', { class: 'kept', title: words.table.keptHint }, words.table.kept);
    this.#money = figureButton(context, this.#figure, '', '');
    this.#money.tabIndex = -1;
    const name = element(
      'th',
      { scope: 'row' },
      element('span', { class: 'names' }, this.#name, this.#note, this.#kept),
    );
    const parts = element('div', { class: 'share-of' }, this.#money, this.#bar, this.#share);
    const money = element('td', { class: 'usd' }, parts);
    const cells = [name, money, ...this.#tokens, this.#sessions, this.#models];
    this.element = element('tr', { 'data-row': key }, ...cells);
  }

  /** @param share of the largest row, 0 to 1 */
  show(row: CostsRow, share: number, opened: CostsFigure | null): void {
    const { words, figures } = this.#context;
    const [name, note] = this.#namesOf(row);
    setText(this.#name, name);
    setText(this.#note, note);
    setAttribute(this.#name, 'title', note === '' ? name : `${name} · ${note}`);
    setAttribute(this.#kept, 'hidden', !row.kept);
    setText(this.#money, figures.money(row));
    setAttribute(this.#money, 'aria-label', format(words.table.open, name, figures.spoken(row)));
    setAttribute(this.#money, 'aria-pressed', sameFigure(opened, this.#figure) ? 'true' : null);
    const fill = this.#bar.firstElementChild;
    if (fill instanceof HTMLElement) fill.style.inlineSize = `${Math.max(0, Math.min(1, share)) * 100}%`;
    setText(this.#share, figures.percent(row.share));
    setAttribute(this.#share, 'title', format(words.table.share, figures.percent(row.share)));
    showTokens(this.#context, this.#tokens, row.tokens);
    setText(this.#sessions, figures.exact(row.sessions));
    const models = this.#by === 'model' ? row.agents : row.models;
    const listed = models.map((model) => (model === 'unknown' ? words.keys.unknownModel : plain(model))).join(', ');
    setText(this.#models, listed);
    setAttribute(this.#models, 'title', listed);
    setAttribute(this.element, 'class', sameFigure(opened, this.#figure) ? 'opened' : null);
  }

  setStop(stop: boolean): void {
    setAttribute(this.#money, 'tabindex', stop ? 0 : -1);
  }

  focus(): void {
    this.#money.focus();
  }

  #namesOf({ key, title }: CostsRow): readonly [string, string] {
    const { figures, words } = this.#context;
    const name = figures.key(this.#by, key);
    if (title === null) return [name, ''];
    if (this.#by === 'week') return [name, format(words.keys.week, figures.day(title))];
    return [plain(title), plain(this.#key)];
  }
}

/** One line that sums what has no lines of its own. */
export function sumCells(context: CostsContext, name: string, sum: CostsSum): HTMLElement {
  const { figures } = context;
  const tokens = tokenColumns.map((column) => element('td', { class: `number ${column}` }));
  showTokens(context, tokens, sum.tokens);
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, name),
    element(
      'td',
      { class: 'usd' },
      element('div', { class: 'share-of' }, element('span', { class: 'figure' }, figures.money(sum))),
    ),
    ...tokens,
    element('td', { class: 'number' }, ''),
    element('td', {}, ''),
  );
}

function showTokens({ figures }: CostsContext, cells: readonly HTMLElement[], tokens: Tokens): void {
  const counts = tokensOf(tokens);
  tokenColumns.forEach((column, index) => {
    const cell = cells[index];
    if (cell === undefined) return;
    const count = counts[column];
    setText(cell, count === 0 ? '–' : figures.compact(count));
    setAttribute(cell, 'title', figures.exact(count));
  });
}
