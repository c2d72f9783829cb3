import type { CostsRecord, CostsRecords } from '../../protocol/costs';
import { element } from '../shared/dom';
import { format, plain } from '../shared/format';
import { redraw } from '../shared/redraw';
import { counted } from './figures';
import { type CostsContext, fileLink } from './parts';

/** The answers behind one figure: when, what, at which price, and where that is written. */
export class Records {
  readonly element = element('aside', { 'aria-labelledby': 'records-title' });
  readonly #context: CostsContext;
  readonly #title = element('h2', { id: 'records-title', tabindex: -1, 'data-key': 'title' });
  readonly #body = element('div', { class: 'records-body' });

  constructor(context: CostsContext, close: () => void) {
    const { words } = context;
    this.#context = context;
    const button = element('button', { type: 'button', class: 'close', 'aria-label': words.records.close }, '✕');
    button.title = words.records.close;
    button.addEventListener('click', close);
    this.element.append(element('div', { class: 'section-head' }, this.#title, button), this.#body);
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      close();
    });
  }

  show(records: CostsRecords | null): void {
    this.element.hidden = records === null;
    if (records === null) return;
    const { words, figures } = this.#context;
    this.#title.textContent = format(words.records.of, figures.figure(records.figure));
    this.element.setAttribute('aria-busy', String(records.state === 'reading'));
    redraw(this.#body, records, () => this.#content(records));
  }

  focus(): void {
    this.#title.focus();
  }

  #content({ state, sum, kept, list, problem }: CostsRecords): HTMLElement[] {
    const { words, figures } = this.#context;
    const head = element('p', { class: 'sum' }, element('strong', {}, figures.money(sum)));
    const counts =
      list.length > 0 ? format(words.records.newest, figures.exact(list.length), figures.exact(sum.answers)) : null;
    const lines = [
      state === 'reading' ? words.records.reading : null,
      state === 'shown' && list.length === 0 ? words.records.none : counts,
      kept === 0 ? null : counted(words.records.kept, kept, figures.exact(kept)),
    ].filter((line) => line !== null);
    const failed = problem === null ? [] : [element('p', { class: 'callout', role: 'alert' }, plain(problem))];
    const notes = lines.map((line) => element('p', { class: 'quiet' }, line));
    return [head, ...failed, ...notes, element('ol', {}, ...list.map((record) => this.#record(record)))];
  }

  #record(record: CostsRecord): HTMLElement {
    const { words, figures } = this.#context;
    const { tokens, usd, price, at, model, agent, session } = record;
    const [input, output, writes, reads] = [
      tokens.input,
      tokens.output + tokens.reasoning,
      tokens.cacheWrite5m + tokens.cacheWrite1h,
      tokens.cacheRead,
    ].map((count) => figures.exact(count));
    const head = element(
      'div',
      { class: 'limit-head' },
      element('span', { class: 'name' }, at === null ? words.records.noTime : figures.time(at)),
      element('span', { class: 'figure' }, figures.money({ usd, atLeast: false })),
    );
    const of = `${plain(agent)} · ${model === null ? words.keys.unknownModel : plain(model)}`;
    return element(
      'li',
      {},
      head,
      element('p', { title: format(words.records.session, plain(session)) }, of),
      element(
        'p',
        { class: 'quiet' },
        format(words.records.tokens, input ?? '', output ?? '', writes ?? '', reads ?? ''),
      ),
      ...this.#price(price),
      fileLink(this.#context, record.file, record.line),
    );
  }

  #price(price: CostsRecord['price']): HTMLElement[] {
    const { words, figures } = this.#context;
    if (price === null) return [element('p', { class: 'quiet' }, words.records.unpriced)];
    const { input, output, cacheWrite5m, cacheWrite1h, cacheRead, source, since } = price;
    const rates = [input, output, cacheWrite5m, cacheWrite1h, cacheRead].map((rate) => figures.price(rate));
    return [
      element('p', { class: 'quiet' }, format(words.records.rates, ...rates)),
      element('p', { class: 'quiet' }, format(words.records.source, figures.date(since), plain(source))),
    ];
  }
}
