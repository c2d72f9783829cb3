import type { PanelTrainStep } from '../../protocol/integration';
import type { PanelWords } from '../../protocol/integrationWords';
import { element } from '../shared/dom';
import { format, plain } from '../shared/format';
import { signs } from './looks';
import type { Matrix } from './matrix';

/** More files of one step than these are only counted. */
const mostNames = 3;

/** The merge order, and what merging all of it in that order would give. */
export class Order {
  readonly element = element('section', { class: 'order', 'aria-labelledby': 'order-title' });
  readonly #words: PanelWords;
  readonly #show: (ref: string) => void;
  #shown: unknown = null;

  /** @param show a step's row in the matrix */
  constructor(words: PanelWords, show: (ref: string) => void) {
    this.#words = words;
    this.#show = show;
  }

  show(matrix: Matrix): void {
    const key = JSON.stringify([matrix.data.train, matrix.data.base]);
    if (key === this.#shown) return;
    this.#shown = key;
    const focused = document.activeElement?.getAttribute('data-key') ?? null;
    const { order } = this.#words;
    const { train } = matrix.data;
    const alone = train.filter(({ onlyTogether }) => onlyTogether).length;
    this.element.replaceChildren(
      element('h2', { id: 'order-title' }, order.title),
      ...(alone === 0 ? [] : [element('p', { class: 'callout' }, `⚠ ${order.trouble}`)]),
      train.length === 0
        ? element('p', { class: 'quiet' }, order.none)
        : element('ol', {}, ...train.map((step) => this.#step(matrix, step))),
    );
    if (focused === null) return;
    const buttons = [...this.element.querySelectorAll('button')];
    buttons.find((button) => button.getAttribute('data-key') === focused)?.focus();
  }

  #step(matrix: Matrix, step: PanelTrainStep): HTMLElement {
    const { order, reasons } = this.#words;
    const name = plain(step.ref);
    const said =
      step.verdict === 'unknown' && step.reason !== null
        ? `${order.unknown}: ${reasons[step.reason].text}`
        : order[step.verdict];
    const files = matrix.files(step.files.slice(0, mostNames)).map(({ path }) => plain(path));
    const rest = step.fileCount - files.length;
    if (rest > 0) files.push(format(this.#words.detail.more, rest));
    const link = element('button', { type: 'button', class: 'link', 'data-key': `step:${step.ref}` }, name);
    link.addEventListener('click', () => this.#show(step.ref));
    return element(
      'li',
      { class: step.verdict },
      element('span', { class: `sign ${step.verdict}`, 'aria-hidden': 'true' }, signs[step.verdict]),
      ' ',
      link,
      element('span', { class: 'said' }, ` ${said}`),
      step.why === '' ? null : element('span', { class: 'quiet' }, ` · ${plain(step.why)}`),
      files.length === 0 ? null : element('span', { class: 'names' }, files.join(', ')),
      step.onlyTogether ? element('strong', { class: 'callout' }, `⚠ ${order.onlyTogether}`) : null,
    );
  }
}
