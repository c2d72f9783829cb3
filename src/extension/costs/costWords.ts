import type { Translate } from '../words';

/** A sum as it is shown in a word. */
export interface CostFigure {
  /** US dollars; null: nothing in it has a price. */
  readonly usd: number | null;
  /** As budgets count them. */
  readonly tokens: number;
  /** More was spent than this says. */
  readonly atLeast: boolean;
}

/** `$1.23`, `≥ $1.23`; tokens where nothing has a price: `12.3K tokens`. */
export function figureWord(t: Translate, { usd, tokens, atLeast }: CostFigure): string {
  const word = usd === null ? t('{0} tokens', tokenWord(tokens)) : moneyWord(usd);
  return atLeast ? `≥\u00a0${word}` : word;
}

/** US dollars to the cent; what is less than one is not shown as nothing. */
export function moneyWord(usd: number): string {
  if (usd > 0 && usd < 0.005) return '<\u00a0$0.01';
  if (usd >= 999_999.5) return `$${usd.toExponential(2)}`;
  const [whole = '0', cents = '00'] = usd.toFixed(2).split('.');
  return `$${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}`;
}

const units = ['', 'K', 'M', 'B', 'T'] as const;

/** A number of tokens to three digits: `950`, `12.3K`, `1.20M`. */
export function tokenWord(tokens: number): string {
  let value = tokens;
  let unit = 0;
  // 999.95 would be shown as 1000 of the smaller unit.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  if (unit === 0) return String(Math.round(value));
  return `${value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)}${units[unit]}`;
}
