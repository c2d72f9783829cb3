import { isDeepStrictEqual } from 'node:util';
import type { TaskRow, WorktreeRow } from '../../../contract/json';
import { tokenKinds } from '../../../contract/usage';
import { DisposableBase } from '../../disposable';
import type { Event } from '../../event';
import type { Log } from '../../ports';
import { localTimeZone } from '../../usage/days';
import type { UsageAnswer, UsageBucket, UsageQuestion } from '../../usage/parts';
import { ownerName } from '../../usage/sums';
import { refName } from '../refs';
import type { CostTools } from './costTools';
import { RecordHints } from './holderHints';
import { type CostTiming, nextLook, rest } from './holderPace';
import type { CostState } from './parts';

/** Who tells which agents live, and that the question may be another: the `Monitor`. */
export interface CostSource {
  readonly rows: readonly TaskRow[];
  readonly worktrees: readonly WorktreeRow[];
  readonly onDidChange: Event<unknown>;
  /** Plans hold budgets and types. */
  readonly onDidReadPlans: Event<void>;
}

/** Days change, and so may whatever nobody told us of: after this time everything is put together anew. */
const wholeMs = 60_000;

/**
 * Reads what agents have used for all windows, for as long as this one has the duty: one look at a time, the next soon
 * after while an agent works, and at once when its folder says that it wrote.
 */
export class CostHolder extends DisposableBase {
  readonly #tools: CostTools;
  readonly #source: CostSource;
  readonly #publish: (state: CostState) => void;
  readonly #log: Log;
  readonly #timing: CostTiming;
  readonly #hints: RecordHints;
  readonly #ended = new AbortController();
  #state: CostState | null;
  #question: UsageQuestion | null = null;
  #usage: UsageAnswer | null = null;
  /** What is asked, or what is made of the answer, may be another. */
  #stale = true;
  #signature: string;
  // All by a clock that nobody sets.
  #whole = 0;
  #grew = Number.NEGATIVE_INFINITY;
  #endedAt = 0;
  #took = 0;
  #timer: NodeJS.Timeout | null = null;
  #due = 0;
  #running: Promise<void> | null = null;
  #again = false;

  /** @param o.prior what was known before: it stands until something was read, and when nothing can be */
  constructor(o: {
    readonly tools: CostTools;
    readonly source: CostSource;
    readonly prior: CostState | null;
    readonly publish: (state: CostState) => void;
    readonly log: Log;
    readonly timing: CostTiming;
  }) {
    super();
    this.#tools = this._register(o.tools);
    this.#source = o.source;
    this.#publish = o.publish;
    this.#log = o.log;
    this.#timing = o.timing;
    this.#state = o.prior;
    this.#signature = signatureOf(o.source);
    this.#hints = this._register(new RecordHints(o.tools, () => this.#hinted()));
    this._register({ dispose: () => this.#ended.abort() });
    this._register({ dispose: () => this.#timer !== null && clearTimeout(this.#timer) });
  }

  start(): void {
    this._register(this.#source.onDidChange(() => this.#rowsChanged()));
    this._register(this.#source.onDidReadPlans(() => this.questionChanged()));
    this.#plan(0);
  }

  /** Events, plans, settings or prices are others. */
  questionChanged(): void {
    this.#stale = true;
    this.#hinted();
  }

  /** Looks now, and resolves when what was there at the call is told. */
  async refresh(): Promise<void> {
    this.#stale = true;
    await this.#running;
    this.#plan(0);
    await this.settled();
  }

  /** Resolves when no look is under way or about to begin. */
  async settled(): Promise<void> {
    const soon = () => this.#timer !== null && this.#due - performance.now() < this.#timing.liveMs / 2;
    while (!this.disposed && (this.#running !== null || soon())) {
      await (this.#running ?? new Promise((resolve) => setTimeout(resolve, 5)));
    }
  }

  /** Most of what changes in rows has nothing to do with cost. */
  #rowsChanged(): void {
    const signature = signatureOf(this.#source);
    if (signature === this.#signature) return;
    this.#signature = signature;
    this.questionChanged();
  }

  #hinted(): void {
    if (this.#running !== null) this.#again = true;
    else
      this.#plan(Math.max(this.#timing.settleMs, this.#endedAt + rest(this.#took, this.#timing) - performance.now()));
  }

  /** The earlier of what is planned and this. */
  #plan(ms: number): void {
    const due = performance.now() + ms;
    if (this.disposed || this.#running !== null || (this.#timer !== null && this.#due <= due)) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#running = this.#lookSafely().finally(() => {
        this.#running = null;
        this.#planNext();
      });
    }, ms);
    this.#timer.unref();
  }

  #planNext(): void {
    const again = this.#again;
    this.#again = false;
    if (again) this.#hinted();
    // What failed is tried again soon.
    const live = this.#source.rows.some(isLive) || this.#state?.failure !== undefined;
    this.#plan(nextLook({ live, sinceGrew: performance.now() - this.#grew, took: this.#took }, this.#timing));
  }

  async #lookSafely(): Promise<void> {
    const began = performance.now();
    try {
      await this.#look();
    } catch (error) {
      if (!this.disposed) this.#failed(error);
    }
    this.#took = performance.now() - began;
    this.#endedAt = performance.now();
  }

  async #look(): Promise<void> {
    const stale = this.#stale || performance.now() - this.#whole >= wholeMs;
    this.#stale = false;
    if (stale || this.#question === null) {
      this.#whole = performance.now();
      this.#question = await this.#tools.question(this.#source.worktrees.map(({ path }) => path));
    }
    const question = this.#question;
    const usage = await this.#tools.meter.ask(question, this.#ended.signal);
    if (this.disposed) return;
    const grew = !saysTheSame(usage, this.#usage);
    if (grew && this.#usage !== null) this.#grew = performance.now();
    this.#usage = usage;
    if (!grew && !stale && this.#state?.failure === undefined) return;
    const state = await this.#tools.complete(usage, question);
    if (this.disposed) return;
    this.#tell(state);
    await this.#tools.record(state, new Set(this.#source.rows.filter(isLive).map(refName)));
    if (grew && !this.disposed) await this.#follow(usage);
  }

  /** What is not watched is looked at all the same, only later. */
  async #follow({ buckets }: UsageAnswer): Promise<void> {
    try {
      await this.#hints.follow(buckets);
    } catch (error) {
      if (!this.disposed) this.#log.debug(`Records are not watched: ${String(error)}`);
    }
  }

  #failed(error: unknown): void {
    const failure = error instanceof Error ? error.message : String(error);
    this.#stale = true;
    if (this.#state?.failure === failure) return;
    this.#log.warn(`Cost could not be read: ${failure}`);
    this.#tell({ ...(this.#state ?? nothingRead()), failure });
  }

  #tell(state: CostState): void {
    this.#state = state;
    this.#publish(state);
  }
}

function isLive({ runner, agent }: TaskRow): boolean {
  return runner !== null || agent.pid !== null;
}

/**
 * Whether two answers are about the same figures: other repositories' agents write, too. By hand, since there are
 * thousands of buckets.
 */
function saysTheSame(a: UsageAnswer, b: UsageAnswer | null): boolean {
  if (b === null || a.buckets.length !== b.buckets.length || a.skipped.length !== b.skipped.length) return false;
  return a.buckets.every((bucket, i) => isSame(bucket, b.buckets[i])) && isDeepStrictEqual(a.quotas, b.quotas);
}

function isSame(a: UsageBucket, b: UsageBucket | undefined): boolean {
  if (a === b || b === undefined) return a === b;
  if (a.answers !== b.answers || a.usd !== b.usd || a.priced !== b.priced || a.last !== b.last) return false;
  if (a.session !== b.session || a.model !== b.model || a.day !== b.day || a.agent !== b.agent) return false;
  if (a.incomplete !== b.incomplete || a.source !== b.source || a.first !== b.first) return false;
  return tokenKinds.every((kind) => a.tokens[kind] === b.tokens[kind]) && ownerName(a.owner) === ownerName(b.owner);
}

/** By what of rows and worktrees records are credited, and who works. */
function signatureOf({ rows, worktrees }: CostSource): string {
  const ofRow = ({ plan, task, worktree, budget, agent, runner }: TaskRow) => [
    plan,
    task,
    worktree,
    budget,
    agent.session,
    runner,
  ];
  return JSON.stringify([rows.map(ofRow), worktrees.map(({ path }) => path)]);
}

function nothingRead(): CostState {
  const usage = { buckets: [], quotas: [], skipped: [], timing: { ms: 0, files: 0, bytes: 0 } };
  return { at: new Date().toISOString(), usage, budgets: [], types: {}, pricesAsOf: '', timeZone: localTimeZone() };
}
