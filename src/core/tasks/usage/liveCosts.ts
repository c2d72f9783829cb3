import { DisposableBase } from '../../disposable';
import { Emitter, type Event } from '../../event';
import type { TaskContext } from '../context';
import type { DutyView } from '../monitorViews';
import { type CostsByTask, costsByTask } from './costsByTask';
import { encodeCosts } from './costsDocument';
import type { CostTools } from './costTools';
import { CostHolder, type CostSource } from './holder';
import { type CostTiming, costTiming } from './holderPace';
import type { CostState, CostView } from './parts';
import { costsName, readCosts } from './readCosts';

/** Touched by a window that wants records looked at, for the one that has the duty. */
export const refreshHint = 'costs-refresh';
/** After this time whoever asked for a refresh is let go, whether or not somebody has the duty. */
const refreshMs = 10_000;

/** Cost as a window knows it: read from agents' records here while the window has the duty, else from what the one that has it wrote. */
export class LiveCosts extends DisposableBase implements CostView {
  readonly #context: TaskContext;
  readonly #duty: DutyView | null;
  readonly #tools: () => CostTools;
  readonly #timing: CostTiming;
  readonly #onDidChange: Emitter<void>;
  readonly onDidChange: Event<void>;
  #source: CostSource | null = null;
  #opened: CostTools | null = null;
  #holder: CostHolder | null = null;
  /** The user's own agents that it knows. */
  #agents = '';
  #state: CostState | null = null;
  #byTask: CostsByTask = new Map();
  #turn: Promise<void> = Promise.resolve();
  /** By a clock that nobody sets. */
  #written = Number.NEGATIVE_INFINITY;
  #unwritten = false;
  #writing: Promise<void> | null = null;
  #writeTimer: NodeJS.Timeout | null = null;

  constructor(o: {
    readonly context: TaskContext;
    readonly duty: DutyView | null;
    /** Asked for each time this window gets the duty. */
    readonly tools: () => CostTools;
    readonly timing?: Partial<CostTiming> | undefined;
  }) {
    super();
    this.#context = o.context;
    this.#duty = o.duty;
    this.#tools = o.tools;
    this.#timing = { ...costTiming, ...o.timing };
    this.#onDidChange = this._register(new Emitter((error) => this.#warn('A listener failed', error)));
    this.onDidChange = this.#onDidChange.event;
    this._register({ dispose: () => this.#letGo() });
    this._register({ dispose: () => this.#writeTimer !== null && clearTimeout(this.#writeTimer) });
  }

  get state(): CostState | null {
    return this.#state;
  }

  /** What each task has used, by `plan/task`. */
  get byTask(): CostsByTask {
    return this.#byTask;
  }

  /** What reads the records, while this window does; null: another window does. */
  get tools(): CostTools | null {
    return this.#opened;
  }

  /** Reads what is kept, and goes on from there. The store must be watched. */
  async start(source: CostSource): Promise<void> {
    this.#source = source;
    this._register(this.#context.store.onDidChange(({ area, name }) => this.#storeChanged(area, name)));
    if (this.#duty !== null) this._register(this.#duty.onDidChange(() => this.#dutyChanged()));
    this.#dutyChanged();
    await this.#turn;
  }

  /** Has all records looked at now; resolves when that is told, or nobody did it in time. */
  async refresh(): Promise<void> {
    if (this.#holder !== null) return this.#holder.refresh();
    const before = this.#state?.at ?? '';
    const told = this.#until(() => (this.#state?.at ?? '') !== before);
    await this.#context.store.hints.touch(refreshHint);
    await told;
  }

  /** Settings are others. */
  settingsChanged(): void {
    if (this.#holder === null) return;
    // What knows the user's own agents is made with them.
    if (this.#agents === this.#readAgents()) this.#holder.questionChanged();
    else {
      this.#letGo();
      this.#dutyChanged();
    }
  }

  #readAgents(): string {
    return JSON.stringify(this.#context.host.settings().customAgents);
  }

  /** Resolves when everything known to have changed is told and on the disk: for tests and benchmarks. */
  async settled(): Promise<void> {
    await this.#turn;
    await this.#holder?.settled();
    while (this.#writing !== null || (this.#writeTimer !== null && !this.disposed)) {
      await (this.#writing ?? new Promise((resolve) => setTimeout(resolve, 10)));
    }
  }

  get #holds(): boolean {
    return this.#duty === null || this.#duty.held;
  }

  #warn(what: string, error: unknown): void {
    this.#context.host.log.warn(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }

  #storeChanged(area: string, name: string | null): void {
    if (area === 'hints' && name === refreshHint)
      this.#holder?.refresh().catch((error) => this.#warn('Cost could not be read anew', error));
    else if (area === 'events') this.#holder?.questionChanged();
    else if (area === 'usage' && (name === costsName || name === null) && this.#holder === null)
      this.#then(() => this.#read());
  }

  #dutyChanged(): void {
    // At once: two windows that write the log of cost would write everything twice.
    if (!this.#holds) this.#letGo();
    this.#then(() => (this.#holds ? this.#take() : this.#read()));
  }

  /** One after the other: the duty may come and go while a document is read. */
  #then(step: () => Promise<void>): void {
    this.#turn = this.#turn.then(async () => {
      if (this.disposed) return;
      try {
        await step();
      } catch (error) {
        this.#warn('Cost', error);
      }
    });
  }

  #letGo(): void {
    this.#holder?.dispose();
    this.#holder = null;
    this.#opened = null;
  }

  async #take(): Promise<void> {
    if (this.#holder !== null || this.#source === null) return;
    // The last thing the former holder wrote may not have been told yet.
    await this.#read();
    if (!this.#holds || this.disposed) return;
    this.#agents = this.#readAgents();
    this.#opened = this.#tools();
    this.#holder = new CostHolder({
      tools: this.#opened,
      source: this.#source,
      prior: this.#state,
      publish: (state) => this.#computed(state),
      log: this.#context.host.log,
      timing: this.#timing,
    });
    this.#holder.start();
  }

  async #read(): Promise<void> {
    if (this.#holder !== null) return;
    const state = await readCosts(this.#context);
    if (state !== null && !this.disposed) this.#adopt(state);
  }

  #computed(state: CostState): void {
    this.#adopt(state);
    this.#unwritten = true;
    this.#write();
  }

  #adopt(state: CostState): void {
    this.#state = state;
    this.#byTask = costsByTask(state.usage.buckets);
    this.#onDidChange.fire();
  }

  #write(): void {
    if (this.#writeTimer !== null || this.#writing !== null || this.disposed) return;
    const wait = Math.max(0, this.#written + this.#timing.writeMs - performance.now());
    this.#writeTimer = setTimeout(() => {
      this.#writeTimer = null;
      this.#written = performance.now();
      this.#writing = this.#writeOnce().finally(() => {
        this.#writing = null;
        if (this.#unwritten) this.#write();
      });
    }, wait);
  }

  async #writeOnce(): Promise<void> {
    this.#unwritten = false;
    // Another window has the duty by now: what it wrote is newer.
    if (this.#state === null || this.#holder === null) return;
    try {
      await this.#context.store.documents.write('usage', costsName, encodeCosts(this.#state));
    } catch (error) {
      this.#warn('Cost could not be kept for other windows', error);
    }
  }

  async #until(isDone: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        change.dispose();
        resolve();
      };
      const change = this.onDidChange(() => isDone() && end());
      const timer = setTimeout(end, refreshMs);
      timer.unref();
      this._register({ dispose: end });
    });
  }
}
