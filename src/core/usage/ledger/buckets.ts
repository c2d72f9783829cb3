import type { Tokens } from '../../../contract/usage';
import type { Owner, UsageBucket } from '../parts';
import { noTokens } from '../sums';

/** What an answer adds to its bucket. */
export interface Share {
  readonly tokens: Tokens;
  /** Milliseconds since 1970; null: not told. */
  readonly at: number | null;
  /** Billionths of a US dollar; null: unpriced. */
  readonly nanoUsd: number | null;
}

/**
 * A bucket while it is filled. Money is added in whole billionths of a dollar, which is what one token of the cheapest
 * kind costs: the sum is the same in whatever order answers are found, and however often it is taken anew.
 */
export class Bucket {
  private answers = 0;
  /** Added to in place: there are tens of thousands of answers. */
  private tokens = { ...noTokens };
  private nanoUsd = 0;
  private priced = 0;
  private first: number | null = null;
  private last: number | null = null;
  private incomplete = false;
  private shown: UsageBucket | null = null;

  constructor(
    readonly owner: Owner,
    readonly agent: string,
    readonly session: string,
    readonly model: string | null,
    readonly day: string | null,
  ) {}

  get isEmpty(): boolean {
    return this.answers === 0;
  }

  add({ tokens, at, nanoUsd }: Share): void {
    this.shown = null;
    this.answers += 1;
    const sum = this.tokens;
    sum.input += tokens.input;
    sum.output += tokens.output;
    sum.cacheWrite5m += tokens.cacheWrite5m;
    sum.cacheWrite1h += tokens.cacheWrite1h;
    sum.cacheRead += tokens.cacheRead;
    sum.reasoning += tokens.reasoning;
    if (nanoUsd !== null) {
      this.nanoUsd += nanoUsd;
      this.priced += 1;
    }
    // What lies on no day is no time.
    if (at === null || this.day === null) return;
    if (this.first === null || at < this.first) this.first = at;
    if (this.last === null || at > this.last) this.last = at;
  }

  clear(): void {
    this.shown = null;
    this.answers = 0;
    this.tokens = { ...noTokens };
    this.nanoUsd = 0;
    this.priced = 0;
    this.first = null;
    this.last = null;
  }

  /** Whether a record of its session was skipped. */
  mark(incomplete: boolean): void {
    if (this.incomplete === incomplete) return;
    this.shown = null;
    this.incomplete = incomplete;
  }

  /** As it is now; the same object as long as nothing changes. */
  show(): UsageBucket {
    this.shown ??= {
      owner: this.owner,
      agent: this.agent,
      session: this.session,
      model: this.model,
      day: this.day,
      answers: this.answers,
      tokens: { ...this.tokens },
      usd: this.nanoUsd / 1e9,
      priced: this.priced,
      first: this.first,
      last: this.last,
      source: 'records',
      ...(this.incomplete ? { incomplete: true } : {}),
    };
    return this.shown;
  }
}
