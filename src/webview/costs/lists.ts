import type { SkippedRecord } from '../../contract/usage';
import type { CostsData, CostsUnpriced } from '../../protocol/costs';
import { element } from '../shared/dom';
import { format, plain } from '../shared/format';
import { redraw } from '../shared/redraw';
import { type CostsContext, figureButton, fileLink } from './parts';

/** What is missing from the sums, by name: models without a price, records that were not understood. */
export class Lists {
  readonly element = element('div', { class: 'lists' });
  readonly #context: CostsContext;
  readonly #unpriced = element('section', { 'aria-labelledby': 'unpriced-title' });
  readonly #skipped = element('section', { 'aria-labelledby': 'skipped-title' });

  constructor(context: CostsContext) {
    this.#context = context;
    this.element.append(this.#unpriced, this.#skipped);
  }

  show({ unpriced, skipped, skippedCount }: CostsData): void {
    const { lists } = this.#context.words;
    this.element.hidden = unpriced.length === 0 && skippedCount === 0;
    this.#unpriced.hidden = unpriced.length === 0;
    redraw(this.#unpriced, unpriced, () => [
      element('h2', { id: 'unpriced-title' }, lists.unpriced),
      element('p', { class: 'quiet' }, lists.unpricedHint),
      element('ul', {}, ...unpriced.map((each) => this.#model(each))),
    ]);
    this.#skipped.hidden = skippedCount === 0;
    redraw(this.#skipped, { skipped, skippedCount }, () => {
      const more = skippedCount - skipped.length;
      const items = skipped.map((each) => this.#record(each));
      const rest = more > 0 ? [element('li', { class: 'quiet' }, format(lists.more, more))] : [];
      return [
        element('h2', { id: 'skipped-title' }, lists.skipped),
        element('p', { class: 'quiet' }, lists.skippedHint),
        element('ul', {}, ...items, ...rest),
      ];
    });
  }

  #model({ model, agents, answers, tokens }: CostsUnpriced): HTMLElement {
    const { words, figures } = this.#context;
    const used = format(words.lists.unpricedOf, figures.exact(answers), figures.compact(tokens));
    return element(
      'li',
      {},
      figureButton(this.#context, { model }, figures.key('model', model), used),
      element('span', { class: 'quiet' }, `${agents.map(plain).join(', ')} · ${used}`),
    );
  }

  #record({ agent, file, line, reason }: SkippedRecord): HTMLElement {
    const why = element('span', {}, plain(reason));
    const of = element('span', { class: 'quiet' }, plain(agent));
    return element('li', {}, fileLink(this.#context, file, line), why, of);
  }
}
