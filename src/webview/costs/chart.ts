import type { CostsChart, CostsFigure, CostsSeries } from '../../protocol/costs';
import { element, setText } from '../shared/dom';
import { format } from '../shared/format';
import { redraw } from '../shared/redraw';
import { type ChartShape, chartShape, margins } from './chartShape';
import { type CostsContext, figureButton, Segments } from './parts';
import { patterns, svg } from './patterns';

const height = 220;
/** With more columns than these the sums above them would touch. */
const mostSums = 14;

/** Sums by day or week as stacked columns, and the same as a table for who cannot see them. */
export class Chart {
  readonly element = element('section', { class: 'chart', 'aria-labelledby': 'chart-title' });
  readonly #context: CostsContext;
  readonly #title = element('h2', { id: 'chart-title' });
  readonly #measure: Segments<'usd' | 'tokens'>;
  readonly #picture = element('div', { class: 'picture' });
  readonly #legend = element('ul', { class: 'legend' });
  readonly #table = element('div', { class: 'behind' });
  #chart: CostsChart | null = null;
  #tokens = false;
  #width = 0;

  constructor(context: CostsContext, measured: (tokens: boolean) => void) {
    this.#context = context;
    const { chart } = context.words;
    const choices = [['usd', chart.money] as const, ['tokens', chart.tokens] as const];
    this.#measure = new Segments('measure', chart.measure, choices, (measure) => measured(measure === 'tokens'));
    const head = element('div', { class: 'section-head' }, this.#title, this.#measure.element);
    this.element.append(head, this.#picture, this.#legend, this.#table);
    new ResizeObserver(([entry]) => {
      const width = Math.round(entry?.contentRect.width ?? 0);
      if (width === this.#width || width === 0) return;
      this.#width = width;
      this.#draw();
    }).observe(this.#picture);
  }

  show(chart: CostsChart, tokens: boolean): void {
    // Where nothing is priced, columns of money would all be empty.
    const priced = chart.series.some(({ usd }) => usd.some((value) => value > 0));
    this.#chart = chart;
    this.#tokens = tokens || !priced;
    this.#measure.element.hidden = !priced;
    this.#measure.show(this.#tokens ? 'tokens' : 'usd');
    setText(this.#title, this.#context.words.chart.title[chart.by]);
    this.#draw();
  }

  #draw(): void {
    const chart = this.#chart;
    if (chart === null || this.#width === 0) return;
    const data = { chart, tokens: this.#tokens };
    redraw(this.#picture, { ...data, width: this.#width }, () => [this.#svg(chart)]);
    redraw(this.#legend, data, () => chart.series.map((series, index) => this.#sample(series, index)));
    redraw(this.#table, data, () => this.#behind(chart));
  }

  get #of(): 'usd' | 'tokens' {
    return this.#tokens ? 'tokens' : 'usd';
  }

  #value(value: number): string {
    return this.#tokens ? this.#context.figures.compact(value) : this.#context.figures.usd(value);
  }

  /** What has no price is not free. */
  #sum({ priced }: CostsSeries, sum: number): string {
    return this.#tokens || priced ? this.#value(sum) : this.#context.words.unpriced;
  }

  #name({ key }: CostsSeries): string {
    return key === null
      ? this.#context.words.chart.others
      : this.#context.figures.key(this.#chart?.stack ?? 'model', key);
  }

  #svg(chart: CostsChart): SVGElement {
    const { words, figures } = this.#context;
    const shape = chartShape(chart, this.#of, { width: this.#width, height });
    const [first, last] = [chart.columns[0], chart.columns.at(-1)];
    const spoken = format(words.chart.spoken, figures.day(first?.from ?? ''), figures.day(last?.from ?? ''));
    const picture = svg('svg', { width: this.#width, height, role: 'img', 'aria-label': spoken });
    picture.append(patterns(), ...this.#lines(shape), ...this.#names(chart, shape));
    for (const { column, series, x, y, width, height } of shape.pieces) {
      const [serie, at] = [chart.series[series], chart.columns[column]];
      if (serie === undefined || at === undefined) continue;
      const piece = svg('rect', {
        x,
        y,
        width,
        height,
        class: 'piece',
        fill: `url(#pattern-${patternOf(serie, series)})`,
      });
      const value = this.#value(serie[this.#of][column] ?? 0);
      const title = svg('title');
      title.textContent = `${figures.key(chart.by, at.key)} · ${this.#name(serie)}: ${value}`;
      piece.append(title);
      piece.addEventListener('click', () => this.#context.open(this.#figureOf(chart, at.key, serie)));
      picture.append(piece);
    }
    return picture;
  }

  #lines({ ticks }: ChartShape): SVGElement[] {
    return ticks.flatMap(({ y, value }) => {
      const label = svg('text', { x: margins.left - 8, y: y + 4, class: 'tick' });
      label.textContent = this.#tokens ? this.#value(value) : this.#context.figures.round(value);
      return [svg('line', { x1: margins.left, x2: this.#width - margins.right, y1: y, y2: y, class: 'line' }), label];
    });
  }

  /** Of days and weeks below their columns, and the sums above. */
  #names({ columns }: CostsChart, shape: ChartShape): SVGElement[] {
    const last = columns.length - 1;
    return columns.flatMap(({ from }, index) => {
      const { middle, top, sum } = shape.columns[index] ?? { middle: 0, top: 0, sum: 0 };
      const texts: SVGElement[] = [];
      if ((last - index) % shape.labelEvery === 0) {
        const name = svg('text', { x: middle, y: height - 6, class: 'name' });
        name.textContent = this.#context.figures.day(from);
        texts.push(name);
      }
      if (sum > 0 && columns.length <= mostSums && shape.step >= 46) {
        const above = svg('text', { x: middle, y: top - 5, class: 'above' });
        above.textContent = this.#value(sum);
        texts.push(above);
      }
      return texts;
    });
  }

  #figureOf(chart: CostsChart, column: string, { key }: CostsSeries): CostsFigure {
    return { [chart.by]: column, ...(key === null ? {} : { [chart.stack]: key }) };
  }

  #sample(series: CostsSeries, index: number): HTMLElement {
    const sample = svg('svg', { width: 14, height: 14, 'aria-hidden': 'true', class: 'sample' });
    sample.append(svg('rect', { width: 14, height: 14, fill: `url(#pattern-${patternOf(series, index)})` }));
    const sum = series[this.#of].reduce((total, value) => total + value, 0);
    const name = element('span', { class: 'series', title: this.#name(series) }, this.#name(series));
    return element('li', {}, sample, name, element('span', { class: 'quiet' }, this.#sum(series, sum)));
  }

  #behind(chart: CostsChart): HTMLElement[] {
    const { words, figures } = this.#context;
    const cut = chart.cut ? [element('p', { class: 'quiet' }, words.chart.cut)] : [];
    if (chart.series.length === 0) return cut;
    const head = element(
      'tr',
      {},
      element('th', { scope: 'col' }, words.groupings[chart.by]),
      ...chart.series.map((series) => element('th', { scope: 'col' }, this.#name(series))),
      element('th', { scope: 'col' }, words.chart.sum),
    );
    const rows = chart.columns.map(({ key }, column) => {
      const cells = chart.series.map((series) => {
        const value = series[this.#of][column] ?? 0;
        const text = this.#value(value);
        const figure = this.#figureOf(chart, key, series);
        return element('td', {}, value === 0 ? '–' : figureButton(this.#context, figure, text, text));
      });
      const sum = chart.series.reduce((total, series) => total + (series[this.#of][column] ?? 0), 0);
      return element(
        'tr',
        {},
        element('th', { scope: 'row' }, figures.key(chart.by, key)),
        ...cells,
        element('td', {}, this.#value(sum)),
      );
    });
    const table = element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows));
    // It scrolls by itself, so it has to be reached by the keyboard.
    const frame = element(
      'div',
      { class: 'frame', tabindex: 0, role: 'region', 'aria-label': words.chart.asTable },
      table,
    );
    const details = element('details', { 'data-key': 'table' }, element('summary', {}, words.chart.asTable), frame);
    return [...cut, details];
  }
}

function patternOf({ key }: CostsSeries, index: number): string {
  return key === null ? 'others' : String(index);
}
