import { DisposableBase } from '../../core/disposable';
import { makeQuestion } from '../../core/tasks/usage/question';
import { recordPlaces } from '../../core/tasks/usage/readUsage';
import type { UsageBucket } from '../../core/usage/parts';
import { WorkerMeter } from '../../core/usage/workerMeter';
import type { CostsFigure, CostsRecord, CostsRecords, CostsSum, CostsView } from '../../protocol/costs';
import type { RepositorySession } from '../sessions/repositorySession';
import { figureRecords } from './figureRecords';

/** A meter of our own keeps all that it read: after so long without a question it is let go. */
const idleMs = 60_000;

/** What is asked: all answers of these buckets. */
export interface RecordsQuestion {
  readonly session: RepositorySession;
  readonly view: CostsView;
  readonly figure: CostsFigure;
  readonly buckets: readonly UsageBucket[];
  readonly sum: CostsSum;
}

/**
 * The answers behind the figure that the reader has opened. The meter of this window gives them while it has the duty;
 * else a meter of our own reads the same records, in a worker.
 */
export class RecordsOfFigure extends DisposableBase {
  readonly #changed: () => void;
  #asked = '';
  /** Of the same figure; while it grows, the list of before stays. */
  #figure = '';
  #state: 'reading' | 'shown' | 'failed' = 'reading';
  #list: readonly CostsRecord[] = [];
  #problem: string | null = null;
  #own: { readonly session: RepositorySession; readonly meter: WorkerMeter } | null = null;
  #idle: NodeJS.Timeout | null = null;
  #readers = 0;

  /** @param changed there is something else to show */
  constructor(changed: () => void) {
    super();
    this.#changed = changed;
    this._register({ dispose: () => this.#letGo() });
  }

  /** What is known of the figure; asked for anew when it has grown or is another. */
  show(question: RecordsQuestion): CostsRecords {
    const { session, view, figure, sum, buckets } = question;
    const which = JSON.stringify([session.id, view.period, view.plan, figure]);
    const asked = `${which} ${sum.answers} ${session.costs.tools === null}`;
    if (which !== this.#figure) {
      this.#figure = which;
      this.#state = 'reading';
      this.#list = [];
      this.#problem = null;
    }
    if (asked !== this.#asked) {
      this.#asked = asked;
      void this.#read(question, asked);
    }
    const kept = buckets.reduce((count, each) => count + (each.source === 'log' ? each.answers : 0), 0);
    return { figure, state: this.#state, sum, kept, list: this.#list, problem: this.#problem };
  }

  /** Nobody looks any more. */
  close(): void {
    this.#asked = '';
    this.#figure = '';
  }

  async #read({ session, buckets }: RecordsQuestion, asked: string): Promise<void> {
    const { log } = session.repository.host;
    let found: readonly CostsRecord[] = [];
    let problem: string | null = null;
    this.#stay();
    try {
      const meter = session.costs.tools?.meter ?? (await this.#ownMeter(session));
      found = await figureRecords(buckets, (filter) => meter.records(filter));
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      log.warn(`The records of a figure could not be read: ${problem}`);
    } finally {
      this.#leaveSoon();
    }
    if (this.disposed || this.#asked !== asked) return;
    this.#state = problem === null ? 'shown' : 'failed';
    this.#problem = problem;
    this.#list = found;
    this.#changed();
  }

  /** It has read what there is now: asked again, only what was appended. */
  async #ownMeter(session: RepositorySession): Promise<WorkerMeter> {
    const { context, host } = session.repository;
    if (this.#own?.session !== session) {
      this.#own?.meter.dispose();
      const meter = new WorkerMeter({ settings: host.settings(), places: recordPlaces(host.env), log: host.log });
      this.#own = { session, meter };
    }
    const { meter } = this.#own;
    await meter.ask(await makeQuestion(context, { worktrees: session.worktrees.map(({ path }) => path) }));
    return meter;
  }

  #stay(): void {
    this.#readers += 1;
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
  }

  #leaveSoon(): void {
    this.#readers -= 1;
    if (this.#readers > 0 || this.disposed) return;
    this.#idle = setTimeout(() => this.#letGo(), idleMs);
    this.#idle.unref();
  }

  #letGo(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    this.#own?.meter.dispose();
    this.#own = null;
  }
}
