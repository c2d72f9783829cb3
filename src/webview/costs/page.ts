import type { CostGrouping } from '../../contract/usage';
import {
  type CostsAction,
  type CostsFigure,
  type CostsPageState,
  type CostsSnapshot,
  type CostsView,
  type FromCosts,
  firstRows,
  type ToCosts,
} from '../../protocol/costs';
import type { CostsWords } from '../../protocol/costsWords';
import { Ages } from '../shared/ages';
import { element, setAttribute } from '../shared/dom';
import { EmptyState } from '../shared/emptyState';
import { Chart } from './chart';
import { CostTable } from './costTable';
import { Figures, sameFigure } from './figures';
import { Header } from './header';
import { Insights } from './insights';
import { Limits } from './limits';
import { Lists } from './lists';
import type { CostsContext } from './parts';
import { Records } from './records';
import { Total } from './total';

export interface CostsPorts {
  readonly words: CostsWords;
  readonly language: string;
  post(message: FromCosts): void;
  save(state: CostsPageState): void;
}

const saveMs = 200;

/** The whole page: what came from the host, what the reader looks at, and the parts that show it. */
export class CostsPage {
  readonly element: HTMLElement;
  readonly #ports: CostsPorts;
  readonly #header: Header;
  readonly #empty: EmptyState;
  readonly #total: Total;
  readonly #chart: Chart;
  readonly #limits: Limits;
  readonly #table: CostTable;
  readonly #insights: Insights;
  readonly #lists: Lists;
  readonly #records: Records;
  readonly #body = element('div', { class: 'body' });
  readonly #content = element('div', { class: 'content' });
  readonly #spent = element('div', { class: 'spent' });
  readonly #nothing: HTMLElement;
  #state: CostsPageState;
  #snapshot: CostsSnapshot | null = null;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  /** Host's clock less ours, in milliseconds. */
  #clockOffset = 0;
  #restored = false;
  /** What had the keyboard when the records were opened. */
  #opener: HTMLElement | null = null;
  #wantsFocus = false;

  constructor(ports: CostsPorts, state: CostsPageState) {
    const { words } = ports;
    this.#ports = ports;
    this.#state = state;
    const context: CostsContext = {
      words,
      figures: new Figures(ports.language, words),
      open: (figure) => this.#open(figure),
      openFile: (file, line) => ports.post({ kind: 'openFile', file, line }),
    };
    this.#header = new Header(words, new Ages(ports.language), {
      refresh: () => this.#snapshot?.busy !== true && ports.post({ kind: 'refresh' }),
      chooseRepository: (repository) => ports.post({ kind: 'chooseRepository', repository }),
      plan: (plan) => this.#look({ plan, figure: null, rows: firstRows }),
      period: (period) => this.#look({ period, rows: firstRows }),
      act: (action) => this.#act(action),
    });
    this.#empty = new EmptyState(() => ports.post({ kind: 'remedy' }));
    this.#total = new Total(context);
    this.#chart = new Chart(context, (chartTokens) => this.#measured(chartTokens));
    this.#limits = new Limits(context, () => this.#act('setBudget'));
    this.#table = new CostTable(context, {
      group: (by) => this.#group(by),
      sort: (sort) => this.#look({ sort }),
      more: (rows) => this.#look({ rows }),
    });
    this.#insights = new Insights(context);
    this.#lists = new Lists(context);
    this.#records = new Records(context, () => this.#close());
    this.#nothing = this.#nothingSpent();
    this.#spent.append(this.#table.element, this.#insights.element);
    this.#content.append(
      this.#total.element,
      element('div', { class: 'upper' }, this.#chart.element, this.#limits.element),
      this.#nothing,
      this.#spent,
      this.#lists.element,
    );
    this.#body.append(this.#content, this.#records.element);
    this.#body.hidden = true;
    this.#content.addEventListener('scroll', () => this.#scrolled());
    const title = element('h1', { class: 'unseen' }, words.title);
    this.element = element('main', {}, title, this.#header.element, this.#empty.element, this.#body);
  }

  receive(message: ToCosts): void {
    if (message.kind === 'snapshot') this.#show(message.snapshot);
    else if (message.kind === 'look') this.#keep({ view: message.view });
    else this.#focus();
  }

  /** Once a second: ages go on. */
  tick(): void {
    this.#header.tick(this.#snapshot?.costs?.at ?? null, Date.now() + this.#clockOffset);
  }

  #show(snapshot: CostsSnapshot): void {
    const { costs, repository } = snapshot;
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    this.#clockOffset = Date.parse(snapshot.now) - Date.now() || 0;
    if (repository !== null && repository !== this.#state.repository) this.#keep({ repository });
    this.#empty.show(snapshot.empty);
    this.#body.hidden = costs === null;
    this.#header.show(snapshot, this.#state.view);
    this.tick();
    if (costs === null) return;
    this.#total.show(costs);
    this.#chart.show(costs.chart, this.#state.chartTokens);
    this.#limits.show(costs);
    const nothing = costs.rows.length === 0;
    setAttribute(this.#nothing, 'hidden', !nothing);
    setAttribute(this.#spent, 'hidden', nothing);
    this.#table.show(costs);
    this.#insights.show(costs);
    this.#lists.show(costs);
    this.#showRecords(before);
    this.#restore();
    if (this.#wantsFocus) this.#focus();
  }

  #showRecords(before: CostsSnapshot | null): void {
    const records = this.#snapshot?.costs?.records ?? null;
    // What was closed meanwhile may still come.
    const wanted = records !== null && sameFigure(records.figure, this.#state.view.figure) ? records : null;
    const opened = wanted !== null && !sameFigure(before?.costs?.records?.figure ?? null, wanted.figure);
    this.#records.show(wanted);
    if (opened && this.#opener !== null) this.#records.focus();
  }

  #focus(): void {
    this.#wantsFocus = this.#snapshot?.costs == null;
    if (!this.#wantsFocus) this.#table.focus();
  }

  #look(change: Partial<CostsView>): void {
    const view = { ...this.#state.view, ...change };
    this.#keep({ view });
    if (this.#snapshot !== null) this.#header.show(this.#snapshot, view);
    this.#ports.post({ kind: 'view', view });
  }

  /** Days and weeks are read from the latest on, all else from the most expensive on. */
  #group(by: CostGrouping): void {
    const byTime = by === 'day' || by === 'week';
    this.#look({ by, rows: firstRows, sort: { column: byTime ? 'name' : 'usd', descending: true } });
  }

  #open(figure: CostsFigure): void {
    if (sameFigure(figure, this.#state.view.figure)) {
      this.#close();
      return;
    }
    this.#opener = document.activeElement instanceof HTMLElement ? document.activeElement : this.#content;
    // The chart of today shows the days before it too.
    const isEarlier = figure.day !== undefined && this.#state.view.period === 'today';
    this.#look({ figure, ...(isEarlier ? { period: 'days7' } : {}) });
  }

  #close(): void {
    this.#look({ figure: null });
    this.#records.show(null);
    if (this.#opener?.isConnected === true) this.#opener.focus();
    else this.#table.focus();
    this.#opener = null;
  }

  #act(action: CostsAction): void {
    this.#ports.post({ kind: 'action', action });
  }

  #measured(chartTokens: boolean): void {
    this.#keep({ chartTokens });
    const chart = this.#snapshot?.costs?.chart;
    if (chart !== undefined) this.#chart.show(chart, chartTokens);
  }

  #nothingSpent(): HTMLElement {
    const { nothing } = this.#ports.words;
    const all = element('button', { type: 'button' }, nothing.showAll);
    all.addEventListener('click', () => this.#look({ period: 'all', plan: null }));
    return element('div', { class: 'nothing' }, element('p', {}, nothing.text), all);
  }

  #scrolled(): void {
    if (this.#restored) this.#keep({ scroll: this.#content.scrollTop });
  }

  #restore(): void {
    if (this.#restored) return;
    this.#content.scrollTop = this.#state.scroll;
    this.#restored = true;
  }

  #keep(change: Partial<CostsPageState>): void {
    this.#state = { ...this.#state, ...change };
    this.#saveTimer ??= setTimeout(() => {
      this.#saveTimer = undefined;
      this.#ports.save(this.#state);
    }, saveMs);
  }
}
