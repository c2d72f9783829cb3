import type { CostEstimate, ModelMismatch } from '../../contract/usage';
import type { CostsCategory, CostsData, CostsEstimate } from '../../protocol/costs';
import { element } from '../shared/dom';
import { format, plain } from '../shared/format';
import { redraw } from '../shared/redraw';
import { counted } from './figures';
import { bar, type CostsContext, figureButton, moneyButton } from './parts';

/** What the figures tell: what is expensive, which models are against the rules, whether estimates hold. */
export class Insights {
  readonly element = element('div', { class: 'insights' });
  readonly #context: CostsContext;
  readonly #categories = element('section', { 'aria-labelledby': 'categories-title' });
  readonly #mismatches = element('section', { 'aria-labelledby': 'mismatches-title' });
  readonly #estimates = element('section', { class: 'estimates', 'aria-labelledby': 'estimates-title' });

  constructor(context: CostsContext) {
    this.#context = context;
    this.element.append(this.#categories, this.#mismatches, this.#estimates);
  }

  show({ categories, mismatches, estimates }: CostsData): void {
    const { words } = this.#context;
    const section = (id: string, title: string, none: string, items: readonly HTMLElement[]) => [
      element('h2', { id: `${id}-title` }, title),
      items.length === 0 ? element('p', { class: 'quiet' }, none) : element('ul', {}, ...items),
    ];
    redraw(this.#categories, categories, () =>
      section('categories', words.categories.title, words.categories.none, this.#categoryItems(categories)),
    );
    redraw(this.#mismatches, mismatches, () =>
      section(
        'mismatches',
        words.mismatches.title,
        words.mismatches.none,
        mismatches.map((each) => this.#mismatch(each)),
      ),
    );
    redraw(this.#estimates, estimates, () => this.#estimateTable(estimates));
  }

  #categoryItems(categories: readonly CostsCategory[]): HTMLElement[] {
    const largest = Math.max(...categories.map(({ share }) => share), 1e-12);
    return categories.map((category) => this.#category(category, category.share / largest));
  }

  #category({ type, tasks, sum, share }: CostsCategory, filled: number): HTMLElement {
    const { words, figures } = this.#context;
    const each = sum.usd === null || tasks === 0 ? null : format(words.categories.each, figures.usd(sum.usd / tasks));
    const said = [counted(words.categories.tasks, tasks), each, figures.percent(share)].filter((part) => part !== null);
    const head = element(
      'div',
      { class: 'limit-head' },
      element('span', { class: 'name' }, figures.key('type', type)),
      moneyButton(this.#context, { type }, sum),
    );
    return element('li', {}, head, bar(filled), element('span', { class: 'quiet' }, said.join(' · ')));
  }

  #mismatch(mismatch: ModelMismatch): HTMLElement {
    const { words, figures } = this.#context;
    const { type, agent, model, tier, byRule, tasks, usd, usdByRule } = mismatch;
    const count = counted(words.categories.tasks, tasks.length);
    const money = figures.money({ usd, atLeast: false });
    const cost =
      usdByRule === null
        ? format(words.mismatches.costUnknown, count, money, plain(byRule.model))
        : format(words.mismatches.cost, count, money, plain(byRule.model), figures.usd(usdByRule));
    const tiers = format(words.mismatches.tier, words.mismatches.tiers[tier], words.mismatches.tiers[byRule.tier]);
    const what = format(words.mismatches.what, plain(model), plain(type));
    const head = element(
      'div',
      { class: 'limit-head' },
      element('span', { class: 'name', title: tasks.map(plain).join('\n') }, `⚠ ${what}`),
      figureButton(this.#context, { type, model, agent }, money, money),
    );
    return element(
      'li',
      { class: 'mismatch' },
      head,
      element('span', {}, cost),
      element('span', { class: 'quiet' }, tiers),
    );
  }

  #estimateTable(estimates: readonly CostsEstimate[]): HTMLElement[] {
    const { estimates: words } = this.#context.words;
    const title = element('h2', { id: 'estimates-title' }, words.title);
    if (estimates.length === 0) return [title, element('p', { class: 'quiet' }, words.none)];
    const heads = [words.type, words.expected, words.actual, words.from];
    const head = element('tr', {}, ...heads.map((text) => element('th', { scope: 'col' }, text)));
    const rows = estimates.map((each) => this.#estimateRow(each));
    const table = element('table', { 'aria-labelledby': 'estimates-title' });
    table.append(element('thead', {}, head), element('tbody', {}, ...rows));
    return [title, element('div', { class: 'frame' }, table)];
  }

  #estimateRow({ estimate, actual }: CostsEstimate): HTMLElement {
    const { words, figures } = this.#context;
    const { usd } = actual;
    const tokens = format(words.estimates.tokens, figures.compact(actual.tokens));
    const over = usd !== null && estimate.usd !== null && usd > estimate.usd[1];
    const said = `${over ? '▲ ' : ''}${usd === null ? tokens : figures.usd(usd)}`;
    const { from } = estimate;
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, plain(estimate.type)),
      element('td', { title: estimate.model === null ? null : plain(estimate.model) }, this.#expected(estimate)),
      element(
        'td',
        { title: tokens },
        element('span', { class: over ? 'over' : '' }, said),
        element('span', { class: 'quiet note' }, counted(words.estimates.median, actual.tasks)),
      ),
      element(
        'td',
        { class: 'quiet' },
        from.kind === 'method' ? words.estimates.method : counted(words.estimates.log, from.tasks),
      ),
    );
  }

  #expected({ usd, tokens }: CostEstimate): string {
    const { words, figures } = this.#context;
    if (usd !== null) return format(words.estimates.range, figures.usd(usd[0]), figures.usd(usd[1]));
    const range = format(words.estimates.range, figures.compact(tokens[0]), figures.compact(tokens[1]));
    return format(words.estimates.tokens, range);
  }
}
