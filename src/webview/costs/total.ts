import type { CostsData } from '../../protocol/costs';
import { element } from '../shared/dom';
import { format, plain } from '../shared/format';
import { redraw } from '../shared/redraw';
import { budgetTokens, counted } from './figures';
import { type CostsContext, moneyButton } from './parts';

/** The sum of all that is looked at, what it rests on, and what is missing from it. */
export class Total {
  readonly element = element('section', { class: 'total', 'aria-labelledby': 'total-title' });
  readonly #context: CostsContext;

  constructor(context: CostsContext) {
    this.#context = context;
  }

  show({ total, pricesAsOf, unpriced, skippedCount, failure }: CostsData): void {
    const why = { unpriced: unpriced.length, skippedCount };
    redraw(this.element, { total, pricesAsOf, why, failure }, () => {
      const { words, figures } = this.#context;
      const { tokens, sessions, answers } = total;
      const cached = tokens.cacheRead;
      return [
        element('h2', { id: 'total-title' }, words.total.title),
        element(
          'div',
          { class: 'sum' },
          moneyButton(this.#context, {}, total),
          element('p', { class: 'quiet' }, format(words.total.estimate, figures.date(pricesAsOf))),
        ),
        element(
          'ul',
          { class: 'facts' },
          this.#fact(budgetTokens(tokens), words.total.tokens, words.total.tokensHint),
          this.#fact(cached, words.total.cacheRead, words.columnHints.cacheRead),
          this.#fact(sessions, counted(words.total.sessions, sessions)),
          this.#fact(answers, counted(words.total.answers, answers)),
        ),
        ...(failure === null
          ? []
          : [element('p', { class: 'callout', role: 'alert' }, format(words.total.failure, plain(failure)))]),
        ...this.#missing(total.atLeast, why),
      ];
    });
  }

  #fact(count: number, label: string, hint: string | null = null): HTMLElement {
    const { figures } = this.#context;
    const exact = figures.exact(count);
    const title = hint === null ? exact : `${exact} · ${hint}`;
    return element('li', { title }, element('strong', {}, figures.compact(count)), ` ${label}`);
  }

  #missing(atLeast: boolean, why: { readonly unpriced: number; readonly skippedCount: number }): HTMLElement[] {
    if (!atLeast) return [];
    const { words, figures } = this.#context;
    const { total } = words;
    const reasons = [
      why.unpriced === 0 ? null : counted(total.whyUnpriced, why.unpriced, figures.exact(why.unpriced)),
      why.skippedCount === 0 ? null : counted(total.whySkipped, why.skippedCount, figures.exact(why.skippedCount)),
    ].filter((reason) => reason !== null);
    const said = reasons.length === 0 ? total.why : reasons.join(' · ');
    return [
      element('p', { class: 'callout' }, element('span', { 'aria-hidden': 'true' }, '≥ '), `${total.missing} ${said}`),
    ];
  }
}
