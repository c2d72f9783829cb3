import type { CostsChart } from '../../protocol/costs';

/** One piece of a column, in pixels. */
export interface ChartPiece {
  readonly column: number;
  readonly series: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface ChartShape {
  readonly pieces: readonly ChartPiece[];
  /** One per column: its middle, the top of its stack, its sum. */
  readonly columns: readonly { readonly middle: number; readonly top: number; readonly sum: number }[];
  /** Lines across, the lowest first, with the value that each stands for. */
  readonly ticks: readonly { readonly y: number; readonly value: number }[];
  /** Every so many columns have their name below. */
  readonly labelEvery: number;
  /** Distance from column to column. */
  readonly step: number;
}

/** Room around the columns, in pixels. */
export const margins = { left: 56, right: 8, top: 18, bottom: 22 };

const widestColumn = 44;
const labelWidth = 54;
const thinnestPiece = 1;

/** Where everything of a stacked chart lies. What is not above 0 takes no room. */
export function chartShape(
  { columns, series }: Pick<CostsChart, 'columns' | 'series'>,
  measure: 'usd' | 'tokens',
  size: { readonly width: number; readonly height: number },
): ChartShape {
  const inner = {
    width: Math.max(1, size.width - margins.left - margins.right),
    height: Math.max(1, size.height - margins.top - margins.bottom),
  };
  const value = (serie: number, column: number) => Math.max(0, series[serie]?.[measure][column] ?? 0);
  const sums = columns.map((_, column) => series.reduce((sum, _serie, index) => sum + value(index, column), 0));
  const ticks = niceTicks(Math.max(0, ...sums));
  const highest = ticks.at(-1) ?? 0;
  const floor = margins.top + inner.height;
  const heightOf = (amount: number) => (highest === 0 ? 0 : (amount / highest) * inner.height);
  const step = inner.width / Math.max(1, columns.length);
  const width = Math.max(1, Math.min(widestColumn, step * 0.72));
  const middles = columns.map((_, column) => margins.left + step * (column + 0.5));
  const pieces = columns.flatMap((_, column) => {
    let y = floor;
    return series.flatMap((_serie, index): ChartPiece[] => {
      const amount = value(index, column);
      if (amount === 0) return [];
      const height = Math.max(thinnestPiece, heightOf(amount));
      y -= height;
      return [{ column, series: index, x: (middles[column] ?? 0) - width / 2, y, width, height }];
    });
  });
  return {
    pieces,
    columns: sums.map((sum, column) => ({ middle: middles[column] ?? 0, top: floor - heightOf(sum), sum })),
    ticks: ticks.map((tick) => ({ y: floor - heightOf(tick), value: tick })),
    labelEvery: Math.max(1, Math.ceil(labelWidth / step)),
    step,
  };
}

/** Below it a number has no powers of ten any more to be round by. */
const smallestScale = 1e-300;

/** Round values from 0 up to the first at or above the highest: three to six of them; 0 alone where there is nothing. */
export function niceTicks(highest: number): readonly number[] {
  if (!Number.isFinite(highest) || highest <= 0) return [0];
  const rough = Math.max(highest, smallestScale) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const count = Math.max(1, Math.ceil(highest / step - 1e-9));
  // Not by adding up: 0.1 + 0.2 would be shown as 0.30000000000000004.
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}
