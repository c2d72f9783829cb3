import {
  type CostPeriod,
  type CostsAction,
  type CostsSnapshot,
  type CostsView,
  costPeriods,
} from '../../protocol/costs';
import type { CostsWords } from '../../protocol/costsWords';
import type { Ages } from '../shared/ages';
import { element, fill, setAttribute, setText } from '../shared/dom';
import { format, plain } from '../shared/format';
import { Segments } from './parts';

export interface HeaderEvents {
  refresh(): void;
  chooseRepository(id: string): void;
  plan(plan: string | null): void;
  period(period: CostPeriod): void;
  act(action: CostsAction): void;
}

/** What is looked at, how old it is, and what can be done with it. */
export class Header {
  readonly element: HTMLElement;
  readonly #words: CostsWords;
  readonly #ages: Ages;
  readonly #repository = element('select');
  readonly #repositoryField: HTMLElement;
  readonly #plan = element('select');
  readonly #planField: HTMLElement;
  readonly #period: Segments<CostPeriod>;
  readonly #read = element('span', { class: 'quiet read' });
  readonly #refresh = element('button', { type: 'button' });
  readonly #buttons: HTMLElement;

  constructor(words: CostsWords, ages: Ages, events: HeaderEvents) {
    this.#words = words;
    this.#ages = ages;
    this.#repositoryField = element('label', {}, element('span', {}, words.repository), this.#repository);
    this.#planField = element('label', {}, element('span', {}, words.plan), this.#plan);
    const periods = costPeriods.map((period) => [period, words.periods[period]] as const);
    this.#period = new Segments('period', words.period, periods, (period) => events.period(period));
    const action = (name: CostsAction) => {
      const button = element('button', { type: 'button' }, words.actions[name]);
      button.addEventListener('click', () => events.act(name));
      return button;
    };
    this.#refresh.addEventListener('click', () => events.refresh());
    const actions = [this.#refresh, action('refreshPrices'), action('export')];
    this.#buttons = element('div', { class: 'actions' }, this.#read, ...actions);
    const filters = element('div', { class: 'filters', role: 'search' }, this.#period.element, this.#planField);
    this.element = element('header', {}, this.#repositoryField, filters, this.#buttons);
    this.#repository.addEventListener('change', () => events.chooseRepository(this.#repository.value));
    this.#plan.addEventListener('change', () => {
      events.plan(this.#plan.value === '' ? null : this.#plan.value.slice(1));
    });
  }

  show({ repositories, repository, busy, costs }: CostsSnapshot, view: CostsView): void {
    const names = repositories.map(({ id, name }) => [id, plain(name)] as const);
    fill(this.#repository, names, repository ?? '');
    this.#repositoryField.hidden = repositories.length < 2;
    const plans = costs?.plans ?? [];
    const titles = plans.map(({ id, title }) => [`=${id}`, plain(title)] as const);
    fill(this.#plan, [['', this.#words.allPlans], ...titles], view.plan === null ? '' : `=${view.plan}`);
    this.#planField.hidden = plans.length === 0;
    this.#period.show(view.period);
    this.element.hidden = costs === null && repositories.length < 2;
    this.#period.element.hidden = costs === null;
    this.#buttons.hidden = repository === null || costs === null;
    setText(this.#refresh, busy ? this.#words.refreshing : this.#words.refresh);
    // Not `disabled`: that would take the keyboard away from who has just pressed it.
    setAttribute(this.#refresh, 'aria-disabled', busy ? 'true' : null);
  }

  /** @param now milliseconds, on the host's clock */
  tick(at: string | null, now: number): void {
    const ago = this.#ages.ago(at, now);
    setText(this.#read, ago === null ? '' : format(this.#words.read, ago));
  }
}
