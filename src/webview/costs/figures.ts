import type { CostGrouping, Tokens } from '../../contract/usage';
import type { CostsFigure, CostsSum } from '../../protocol/costs';
import type { CostsWords, Counted } from '../../protocol/costsWords';
import { format, plain } from '../shared/format';

/** What a budget in tokens counts. */
export function budgetTokens(tokens: Tokens): number {
  return tokens.input + tokens.output + tokens.cacheWrite5m + tokens.cacheWrite1h + tokens.reasoning;
}

export function counted(words: Counted, count: number, shown: string | number = count): string {
  return count === 1 ? words.one : format(words.many, shown);
}

/** Figures as people of a language read them. */
export class Figures {
  readonly #words: CostsWords;
  readonly #money: Intl.NumberFormat;
  readonly #whole: Intl.NumberFormat;
  readonly #fine: Intl.NumberFormat;
  readonly #compact: Intl.NumberFormat;
  readonly #exact: Intl.NumberFormat;
  readonly #percent: Intl.NumberFormat;
  readonly #finePercent: Intl.NumberFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #date: Intl.DateTimeFormat;
  readonly #time: Intl.DateTimeFormat;

  constructor(language: string, words: CostsWords) {
    const known = supported(language);
    const usd = { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' } as const;
    this.#words = words;
    this.#money = new Intl.NumberFormat(known, usd);
    this.#whole = new Intl.NumberFormat(known, { ...usd, maximumFractionDigits: 0 });
    this.#fine = new Intl.NumberFormat(known, { ...usd, maximumSignificantDigits: 3 });
    this.#compact = new Intl.NumberFormat(known, { notation: 'compact', maximumSignificantDigits: 3 });
    this.#exact = new Intl.NumberFormat(known);
    this.#percent = new Intl.NumberFormat(known, { style: 'percent', maximumFractionDigits: 0 });
    this.#finePercent = new Intl.NumberFormat(known, { style: 'percent', maximumSignificantDigits: 1 });
    this.#day = new Intl.DateTimeFormat(known, { month: 'short', day: 'numeric', timeZone: 'UTC' });
    this.#date = new Intl.DateTimeFormat(known, { dateStyle: 'medium', timeZone: 'UTC' });
    this.#time = new Intl.DateTimeFormat(known, { dateStyle: 'medium', timeStyle: 'short' });
  }

  /** `$1.23`; what is more than nothing is never shown as nothing. */
  usd(usd: number): string {
    return usd > 0 && usd < 0.005 ? this.#fine.format(usd) : this.#money.format(usd);
  }

  /** A round value beside a line: `$20`. */
  round(usd: number): string {
    return Number.isInteger(usd) ? this.#whole.format(usd) : this.usd(usd);
  }

  /** A price: `$0.025` keeps its digits. */
  price(usd: number): string {
    return this.#fine.format(usd);
  }

  /** What a sum says: `≥ $1.23`, or that there is no price. */
  money({ usd, atLeast }: Pick<CostsSum, 'usd' | 'atLeast'>): string {
    if (usd === null) return this.#words.unpriced;
    return atLeast ? format(this.#words.atLeast, this.usd(usd)) : this.usd(usd);
  }

  /** The same for a screen reader, which passes over signs. */
  spoken({ usd, atLeast }: Pick<CostsSum, 'usd' | 'atLeast'>): string {
    if (usd === null) return this.#words.unpriced;
    return atLeast ? format(this.#words.atLeastSpoken, this.usd(usd)) : this.usd(usd);
  }

  /** `12.3M` */
  compact(count: number): string {
    return this.#compact.format(count);
  }

  exact(count: number): string {
    return this.#exact.format(count);
  }

  percent(share: number): string {
    return (share > 0 && share < 0.01 ? this.#finePercent : this.#percent).format(share);
  }

  /** `Nov 21`; what is no day stays as it is. */
  day(day: string): string {
    const time = Date.parse(`${day}T00:00:00Z`);
    return Number.isNaN(time) ? plain(day) : this.#day.format(time);
  }

  date(day: string): string {
    const time = Date.parse(`${day}T00:00:00Z`);
    return Number.isNaN(time) ? plain(day) : this.#date.format(time);
  }

  /** A moment where the reader is. */
  time(at: string): string {
    const time = Date.parse(at);
    return Number.isNaN(time) ? plain(at) : this.#time.format(time);
  }

  /** What a key of a grouping stands for, for people. */
  key(by: CostGrouping, key: string): string {
    const { keys } = this.#words;
    if (key === 'unknown') return by === 'model' ? keys.unknownModel : keys.unknownDay;
    if (by === 'task') return key === 'elsewhere' ? keys.elsewhere : key === 'other' ? keys.other : plain(key);
    if (by === 'type') return key === 'none' ? keys.noType : plain(key);
    return by === 'day' ? this.date(key) : plain(key);
  }

  /** What a figure is of. */
  figure(figure: CostsFigure): string {
    const parts = (Object.entries(figure) as [CostGrouping, string | undefined][]).flatMap(([by, key]) =>
      key === undefined ? [] : [this.key(by, key)],
    );
    return parts.length === 0 ? this.#words.total.title : parts.join(' · ');
  }
}

function supported(language: string): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(language)[0] ?? 'en';
  } catch {
    return 'en';
  }
}

export function sameFigure(a: CostsFigure | null, b: CostsFigure | null): boolean {
  const text = (figure: CostsFigure) => JSON.stringify(Object.entries(figure).sort());
  return a === b || (a !== null && b !== null && text(a) === text(b));
}
