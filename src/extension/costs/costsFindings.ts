import { mismatches } from '../../core/prices/mismatches';
import { createPricer } from '../../core/prices/pricer';
import type { Pricer } from '../../core/prices/prices';
import { modelUses, readFinished, typeEstimates } from '../../core/tasks/usage/findings';
import type { CostState } from '../../core/tasks/usage/parts';
import { readPriceBook } from '../../core/tasks/usage/question';
import type { RepositorySession } from '../sessions/repositorySession';
import type { CostFacts } from './renderCosts';

/** Prices and ends of tasks change seldom: they are read again at most so often. */
const freshMs = 10_000;

interface Known {
  readonly session: RepositorySession;
  readonly pricer: Pricer;
  readonly finished: ReadonlySet<string>;
  readonly at: number;
}

/** What figures are judged by: today's prices, and which tasks have ended. */
export class CostsFindings {
  readonly #changed: () => void;
  #known: Known | null = null;
  #reading = false;

  /** @param changed there is something else to show */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** As far as it is known; what is too old is read again, and told then. */
  of(session: RepositorySession, state: CostState, now: Date): Pick<CostFacts, 'mismatchesOf' | 'estimatesOf'> {
    const known = this.#known?.session === session ? this.#known : null;
    if (known === null || now.getTime() - known.at > freshMs) void this.#read(session, now);
    if (known === null) return { mismatchesOf: () => [], estimatesOf: () => [] };
    const { pricer, finished } = known;
    return {
      mismatchesOf: (buckets) => mismatches(modelUses(buckets, state.types), pricer, now.getTime()),
      estimatesOf: () => typeEstimates(state.usage.buckets, state.types, finished, pricer, now.getTime()),
    };
  }

  /** Prices are others now. */
  forget(): void {
    this.#known = null;
  }

  async #read(session: RepositorySession, now: Date): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    const { context, host } = session.repository;
    const isFirst = this.#known?.session !== session;
    try {
      const [book, finished] = await Promise.all([readPriceBook(context), readFinished(context)]);
      this.#known = { session, pricer: createPricer(book), finished, at: now.getTime() };
      if (isFirst) this.#changed();
    } catch (error) {
      host.log.warn(`What tasks are expected to cost could not be read: ${String(error)}`);
    } finally {
      this.#reading = false;
    }
  }
}
