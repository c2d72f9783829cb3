import type { CostsFigure, CostsSum } from '../../protocol/costs';
import type { CostsWords } from '../../protocol/costsWords';
import { element } from '../shared/dom';
import { format, plain } from '../shared/format';
import type { Figures } from './figures';

/** What all parts of the page are made with. */
export interface CostsContext {
  readonly words: CostsWords;
  readonly figures: Figures;
  /** Shows the records behind a figure. */
  open(figure: CostsFigure): void;
  openFile(file: string, line: number | null): void;
}

/** A figure that opens its records. */
export function figureButton(context: CostsContext, figure: CostsFigure, text: string, label: string): HTMLElement {
  const { words, figures } = context;
  const key = JSON.stringify(figure);
  const spoken = format(words.table.open, figures.figure(figure), label);
  const button = element('button', { type: 'button', class: 'figure', 'data-key': key, 'aria-label': spoken }, text);
  button.addEventListener('click', () => context.open(figure));
  return button;
}

export function moneyButton(context: CostsContext, figure: CostsFigure, sum: CostsSum): HTMLElement {
  return figureButton(context, figure, context.figures.money(sum), context.figures.spoken(sum));
}

/** A file and line that a click opens. The name stands for the path, which is long and said in full on hovering. */
export function fileLink(context: CostsContext, file: string, line: number | null): HTMLElement {
  const { words } = context;
  const shown = plain(file);
  const name = shown.split(/[\\/]/).at(-1) ?? shown;
  const text = line === null ? name : `${name}:${line}`;
  const label =
    line === null ? format(words.records.open, text, shown) : format(words.records.openLine, text, shown, line);
  const attributes = { type: 'button', class: 'link path', title: shown, 'aria-label': label };
  const link = element('button', { ...attributes, 'data-key': `${file}:${line}` }, text);
  link.addEventListener('click', () => context.openFile(file, line));
  return link;
}

/** A bar of a share, 0 to 1, that says nothing that does not stand beside it. */
export function bar(share: number, kind = ''): HTMLElement {
  const fill = element('span', { class: 'fill' });
  fill.style.inlineSize = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return element('span', { class: `bar ${kind}`.trim(), 'aria-hidden': 'true' }, fill);
}

/** A choice of one among few, as radio buttons that look like one control. */
export class Segments<T extends string> {
  readonly element: HTMLElement;
  readonly #inputs: readonly HTMLInputElement[];

  constructor(name: string, label: string, choices: readonly (readonly [T, string])[], chosen: (value: T) => void) {
    this.element = element('fieldset', { class: 'segments' }, element('legend', { class: 'unseen' }, label));
    this.#inputs = choices.map(([value, text]) => {
      const input = element('input', { type: 'radio', name, value, class: 'unseen' });
      input.addEventListener('change', () => input.checked && chosen(value));
      this.element.append(element('label', {}, input, element('span', {}, text)));
      return input;
    });
  }

  show(value: T): void {
    for (const input of this.#inputs) {
      const checked = input.value === value;
      if (input.checked !== checked) input.checked = checked;
    }
  }
}
