import type { BudgetLevel, BudgetUse, Quota } from '../../contract/usage';
import type { CostsData } from '../../protocol/costs';
import { element, setAttribute } from '../shared/dom';
import { format, plain } from '../shared/format';
import { redraw } from '../shared/redraw';
import { bar, type CostsContext } from './parts';

const levelSigns: Readonly<Record<BudgetLevel, string>> = { within: '✓', near: '◐', over: '✗', unknown: '?' };

/** Budgets with how much of them is used; and, apart from money, what subscriptions still allow. */
export class Limits {
  readonly element = element('div', { class: 'limits' });
  readonly #context: CostsContext;
  readonly #setBudget: () => void;
  readonly #budgets = element('section', { class: 'budgets', 'aria-labelledby': 'budgets-title' });
  readonly #quotas = element('section', { class: 'quotas', 'aria-labelledby': 'quotas-title' });

  constructor(context: CostsContext, setBudget: () => void) {
    this.#context = context;
    this.#setBudget = setBudget;
    this.element.append(this.#budgets, this.#quotas);
  }

  show({ budgets, quotas }: Pick<CostsData, 'budgets' | 'quotas'>): void {
    const { words } = this.#context;
    redraw(this.#budgets, budgets, () => {
      const set = element('button', { type: 'button', class: 'link', 'data-key': 'set' }, words.actions.setBudget);
      set.addEventListener('click', () => this.#setBudget());
      const title = element('h2', { id: 'budgets-title' }, words.budgets.title);
      const head = element('div', { class: 'section-head' }, title, set);
      const list = element('ul', {}, ...budgets.toSorted(byUse).map((use) => this.#budget(use)));
      return [head, budgets.length === 0 ? element('p', { class: 'quiet' }, words.budgets.none) : list];
    });
    this.#quotas.hidden = quotas.length === 0;
    redraw(this.#quotas, quotas, () => {
      const hint = element('p', { class: 'quiet' }, words.quotas.hint);
      const title = element('h2', { id: 'quotas-title' }, words.quotas.title);
      return [title, hint, element('ul', {}, ...quotas.flatMap((quota) => this.#quota(quota)))];
    });
  }

  #budget(use: BudgetUse): HTMLElement {
    const { words, figures } = this.#context;
    const { scope, plan, task, budget, used, percent, level } = use;
    const of = plain(scope === 'task' ? `${plan ?? ''}/${task ?? ''}` : (plan ?? ''));
    const name = format(words.budgets.scopes[scope], of);
    const tokens = used.atLeast ? format(words.atLeast, figures.compact(used.tokens)) : figures.compact(used.tokens);
    const said = [
      budget.usd === undefined ? null : this.#ofMoney(used, budget.usd),
      budget.tokens === undefined ? null : format(words.budgets.usedTokens, tokens, figures.compact(budget.tokens)),
    ].filter((part) => part !== null);
    const level_ = `${levelSigns[level]} ${words.budgets.levels[level]}`;
    return this.#meter({ name, said: said.join(' · '), share: percent / 100, mark: level_, kind: level });
  }

  #ofMoney(used: BudgetUse['used'], limit: number): string {
    const { words, figures } = this.#context;
    if (used.usd === null) return format(words.budgets.allowed, figures.usd(limit));
    return format(words.budgets.used, figures.money(used), figures.usd(limit));
  }

  #quota({ agent, plan, at, windows }: Quota): HTMLElement[] {
    const { words, figures } = this.#context;
    const { quotas } = words;
    return windows.map(({ minutes, usedPercent, resetsAt }) => {
      const length =
        minutes === null
          ? quotas.window
          : minutes >= 2880
            ? format(quotas.days, Math.round(minutes / 1440))
            : format(quotas.hours, figures.exact(Math.round(minutes / 6) / 10));
      const name = [plain(agent), plan === null ? null : plain(plan), length]
        .filter((part) => part !== null)
        .join(' · ');
      const told = format(quotas.told, figures.time(at));
      const said = resetsAt === null ? told : `${format(quotas.resets, figures.time(resetsAt))} · ${told}`;
      const percent = Math.round(usedPercent);
      return this.#meter({
        name,
        said,
        share: usedPercent / 100,
        mark: format(quotas.percent, percent),
        kind: 'quota',
      });
    });
  }

  #meter(o: { name: string; said: string; share: number; mark: string; kind: string }): HTMLElement {
    const percent = Math.round(o.share * 100);
    const meter = bar(o.share, o.kind);
    setAttribute(meter, 'aria-hidden', null);
    for (const [name, value] of Object.entries({
      role: 'meter',
      'aria-valuemin': 0,
      'aria-valuemax': 100,
      'aria-valuenow': Math.max(0, Math.min(100, percent)),
      'aria-valuetext': `${o.mark}, ${o.said}`,
      'aria-label': o.name,
    })) {
      setAttribute(meter, name, value);
    }
    const head = element(
      'div',
      { class: 'limit-head' },
      element('span', { class: 'name', title: o.name }, o.name),
      element('span', { class: `mark ${o.kind}` }, o.mark),
    );
    return element('li', {}, head, meter, element('span', { class: 'quiet' }, o.said));
  }
}

/** What is used most first. */
function byUse(a: BudgetUse, b: BudgetUse): number {
  return b.percent - a.percent;
}
