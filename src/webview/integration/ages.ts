import type { PanelBranch } from '../../protocol/integration';

/** A scan this much older than a known change is marked. */
const behindAfterMs = 10_000;
/** What an agent may be changing is not known after this long, also when the host has fallen silent. */
const tooOldMs = 30_000;

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

/** Whether a change of the branch is known that its last scan has not seen for a while. */
export function isBehind(branch: PanelBranch, now: number): boolean {
  const changed = time(branch.changedAt);
  if (changed === null || now - changed < behindAfterMs) return false;
  const scanned = time(branch.scannedAt);
  return scanned === null || changed > scanned;
}

/** Whether an agent works there and nobody has looked for so long that nothing can be said. */
export function isTooOld(branch: PanelBranch, now: number): boolean {
  const scanned = time(branch.scannedAt);
  return branch.live && scanned !== null && now - scanned > tooOldMs;
}

/** The older of two scans; null when one of them is not known. */
export function older(a: string | null, b: string | null): string | null {
  const [first, second] = [time(a), time(b)];
  if (first === null || second === null) return null;
  return first < second ? a : b;
}
