/** How long ago, in words of the reader's language. */
export class Ages {
  readonly #words: Intl.RelativeTimeFormat;

  constructor(language: string) {
    this.#words = new Intl.RelativeTimeFormat(supported(language), { numeric: 'always', style: 'long' });
  }

  /** @param since ISO 8601; null when that is no time @param now milliseconds */
  ago(since: string | null, now: number): string | null {
    const start = time(since);
    if (start === null) return null;
    const seconds = Math.max(0, Math.floor((now - start) / 1000));
    if (seconds < 60) return this.#words.format(-seconds, 'second');
    if (seconds < 3600) return this.#words.format(-Math.floor(seconds / 60), 'minute');
    if (seconds < 172_800) return this.#words.format(-Math.floor(seconds / 3600), 'hour');
    return this.#words.format(-Math.floor(seconds / 86_400), 'day');
  }
}

function supported(language: string): string {
  try {
    return Intl.RelativeTimeFormat.supportedLocalesOf(language)[0] ?? 'en';
  } catch {
    return 'en';
  }
}

export function time(text: string | null): number | null {
  const value = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(value) ? null : value;
}
