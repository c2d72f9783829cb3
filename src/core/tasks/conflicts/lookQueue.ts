interface Entry {
  /** When it was first asked for. */
  readonly first: number;
  readonly due: number;
  /** Something changed there; else it is only looked at to be sure. */
  readonly urgent: boolean;
}

/**
 * Which worktrees are to be looked at, and when: a moment after the last hint, so that a burst of writes is one look,
 * but never long after the first. What changed goes first, the longest waiting of them at the head; so one that changes
 * all the time is looked at again only after the others had their turn, and some place is always left for scans.
 * Times are in milliseconds.
 */
export class LookQueue {
  readonly #entries = new Map<string, Entry>();
  readonly #settleMs: number;
  readonly #atMostMs: number;

  constructor(o: { readonly settleMs: number; readonly atMostMs: number }) {
    this.#settleMs = o.settleMs;
    this.#atMostMs = o.atMostMs;
  }

  /** Something changed in the worktree. */
  hint(key: string, now: number): void {
    const known = this.#entries.get(key);
    const first = known?.urgent === true ? known.first : now;
    this.#entries.set(key, { first, due: Math.min(now + this.#settleMs, first + this.#atMostMs), urgent: true });
  }

  /** It is to be looked at whether or not anything changed. */
  scan(key: string, now: number): void {
    if (!this.#entries.has(key)) this.#entries.set(key, { first: now, due: now, urgent: false });
  }

  /** Whatever is not among these any more is not looked at. */
  retain(keys: ReadonlySet<string>): void {
    for (const key of this.#entries.keys()) if (!keys.has(key)) this.#entries.delete(key);
  }

  /** Takes at most `max` that are due. */
  take(now: number, max: number): string[] {
    const due = [...this.#entries].filter(([, entry]) => entry.due <= now).sort(([, a], [, b]) => a.first - b.first);
    const urgent = due.filter(([, entry]) => entry.urgent);
    const scans = due.filter(([, entry]) => !entry.urgent);
    const places = scans.length > 0 ? Math.max(1, max - 1) : max;
    const first = urgent.slice(0, places);
    const taken = [...first, ...scans.slice(0, max - first.length)].map(([key]) => key);
    for (const key of taken) this.#entries.delete(key);
    return taken;
  }

  /** When the next one is due; null: nothing is waited for. */
  get nextAt(): number | null {
    return this.#entries.size === 0 ? null : Math.min(...[...this.#entries.values()].map(({ due }) => due));
  }
}
