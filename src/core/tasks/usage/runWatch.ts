import { createHash } from 'node:crypto';
import type { TaskRef } from '../../../contract/plan';
import type { Lease } from '../../store/leases';
import { RecordPulse } from '../../usage/pulse';
import type { TaskContext } from '../context';
import { recordCrossings } from './budgetEvents';
import { costsNow, forgetCosts, isWindowOnDuty } from './costsNow';
import { isLimited, readBudgets } from './readBudgets';
import { meterOptions } from './readUsage';

export interface RunWatchTiming {
  /** Between two looks at whether records have changed. */
  readonly everyMs: number;
  /** After this time everything is put together anew: budgets, plans and days change without a record. */
  readonly wholeMs: number;
  /** A window that is loaded anew is back within this time: nobody reads everything for that. */
  readonly windowMs: number;
}
export const runWatchTiming: RunWatchTiming = { everyMs: 2_000, wholeMs: 30_000, windowMs: 10_000 };

/**
 * Reads records for one runner while its agent runs, and for all others beside it: of the runners that a budget limits
 * one reads and the others wait for its end, and it reads only when a record has changed.
 */
export class RunWatch {
  readonly #context: TaskContext;
  readonly #ref: TaskRef;
  readonly #timing: RunWatchTiming;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | null = null;
  #lease: Lease | null = null;
  #pulse: RecordPulse | null = null;
  #whole = Number.NEGATIVE_INFINITY;
  #window = Number.NEGATIVE_INFINITY;
  #ended = false;

  constructor(context: TaskContext, ref: TaskRef, timing: RunWatchTiming) {
    this.#context = context;
    this.#ref = ref;
    this.#timing = timing;
    this.#timer = setInterval(() => this.#look(), timing.everyMs);
    this.#timer.unref();
  }

  /** Never throws; resolves when another runner may take it over. */
  async end(): Promise<void> {
    this.#ended = true;
    clearInterval(this.#timer);
    await this.#running;
    await safely(this.#context, 'The watch over budgets could not be handed over', () => this.#letGo());
  }

  #look(): void {
    this.#running ??= safely(this.#context, 'What the agent uses could not be read', () => this.#watch()).finally(
      () => {
        this.#running = null;
      },
    );
  }

  async #watch(): Promise<void> {
    const context = this.#context;
    if (await isWindowOnDuty(context)) this.#window = performance.now();
    if (performance.now() - this.#window < this.#timing.windowMs) return this.#leave();
    const plans = await context.plans();
    if (!isLimited(context, plans, this.#ref) || !(await this.#take())) return this.#leave();
    if (!this.#isDue()) return;
    const { usage, timeZone } = await costsNow(context, { fresh: true });
    await recordCrossings(context, await readBudgets(context, usage, { timeZone, plans }));
    this.#whole = performance.now();
  }

  /** Looked at before it is read: what changes meanwhile is seen by the next look. */
  #isDue(): boolean {
    this.#pulse ??= new RecordPulse(meterOptions(this.#context.host));
    const changed = this.#pulse.hasChanged();
    const due = changed || performance.now() - this.#whole >= this.#timing.wholeMs;
    // Should the look fail, the next one does not wait for another record.
    if (due) this.#whole = Number.NEGATIVE_INFINITY;
    return due;
  }

  /** Whether it is this runner that reads. */
  async #take(): Promise<boolean> {
    if (this.#lease?.lost.aborted === false) return true;
    const { store, host } = this.#context;
    const got = await store.leases.acquire(leaseName(this.#context), { window: host.window, version: host.version });
    this.#lease = 'held' in got ? null : got;
    if (this.#lease !== null && this.#ended) await this.#letGo();
    return this.#lease !== null;
  }

  /** Another one reads for everybody: nothing is kept here meanwhile. */
  async #leave(): Promise<void> {
    this.#pulse = null;
    forgetCosts(this.#context);
    await this.#letGo();
  }

  async #letGo(): Promise<void> {
    const lease = this.#lease;
    this.#lease = null;
    await lease?.release();
  }
}

/** Runners that differ in budgets of their settings, in prices or in where records lie do not read for each other. */
function leaseName({ host }: TaskContext): string {
  const { budgets, prices, priceDiscounts } = host.settings();
  const { readers, places } = meterOptions(host);
  const roots = readers.flatMap((reader) => reader.roots(places).map(({ dir }) => [reader.agent, dir]));
  const print = createHash('sha256').update(JSON.stringify([budgets, prices, priceDiscounts, roots]));
  return `budgets-${print.digest('hex').slice(0, 8)}`;
}

export async function safely({ host }: TaskContext, what: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    host.log.warn(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
