import { setTimeout as sleep } from 'node:timers/promises';
import type { MatrixState, MatrixView } from '../../conflicts/parts';
import { DisposableBase } from '../../disposable';
import { Emitter, type Event } from '../../event';
import type { TaskContext } from '../context';
import type { DutyView } from '../monitorViews';
import { nextAging, withAges, withoutScans } from './ages';
import { messageOf } from './looker';
import { encodeMatrix } from './matrixDocument';
import { type LiveTiming, type LookSource, liveTiming, MatrixHolder } from './matrixHolder';
import { isMatrixKept, matrixName, readMatrix } from './readMatrix';
import type { ConflictTools } from './tools';
import { type Worst, worstByTask } from './worst';

/** Touched by a window that wants everything looked at, for the one that has the duty. */
const refreshHint = 'matrix-refresh';
/** The document is written at most this often. */
const writeMs = 100;
/** After this time whoever asked for a refresh is let go, whether or not somebody has the duty. */
const refreshMs = 15_000;

/**
 * The matrix of a window: computed here while the window has the duty, else read from what the one that has it wrote.
 * What is too old to be said is unknown in every window, and becomes so by itself.
 */
export class LiveMatrix extends DisposableBase implements MatrixView {
  readonly #context: TaskContext;
  readonly #duty: DutyView | null;
  readonly #tools: () => Promise<ConflictTools>;
  readonly #timing: LiveTiming;
  readonly #now: () => number;
  readonly #onDidChange: Emitter<void>;
  readonly onDidChange: Event<void>;
  #source: LookSource | null = null;
  #holder: MatrixHolder | null = null;
  /** As computed or read, ages not applied. */
  #raw: MatrixState | null = null;
  #state: MatrixState | null = null;
  #worst: Worst = new Map();
  /** Somebody keeps, or kept until just now, what we read. */
  #kept = false;
  #turn: Promise<void> = Promise.resolve();
  #writing: Promise<void> | null = null;
  #written = 0;
  #unwritten = false;
  #writeTimer: NodeJS.Timeout | null = null;
  #ageTimer: NodeJS.Timeout | null = null;

  constructor(o: {
    readonly context: TaskContext;
    readonly duty: DutyView | null;
    /** Asked for when this window first has the duty. */
    readonly tools: () => Promise<ConflictTools>;
    readonly timing?: Partial<LiveTiming> | undefined;
    /** Clock by which scans grow old, in milliseconds. Default: the system's. */
    readonly now?: (() => number) | undefined;
  }) {
    super();
    this.#context = o.context;
    this.#duty = o.duty;
    this.#tools = o.tools;
    this.#timing = { ...liveTiming, ...o.timing };
    this.#now = o.now ?? Date.now;
    this.#onDidChange = this._register(new Emitter((error) => this.#warn(`A listener failed: ${messageOf(error)}`)));
    this.onDidChange = this.#onDidChange.event;
    this._register({ dispose: () => this.#holder?.dispose() });
    this._register({ dispose: () => this.#writeTimer !== null && clearTimeout(this.#writeTimer) });
    this._register({ dispose: () => this.#ageTimer !== null && clearTimeout(this.#ageTimer) });
  }

  get state(): MatrixState | null {
    return this.#state;
  }

  /** The worst cell of each task, by `plan/task`. */
  get worst(): Worst {
    return this.#worst;
  }

  /** Reads what is kept, and goes on from there. The store must be watched. */
  async start(source: LookSource): Promise<void> {
    this.#source = source;
    this._register(this.#context.store.onDidChange(({ area, name }) => this.#storeChanged(area, name)));
    if (this.#duty !== null) this._register(this.#duty.onDidChange(() => this.#dutyChanged()));
    this.#kept = !this.#holds && (await isMatrixKept(this.#context));
    await this.#read();
    this.#dutyChanged();
    await this.#turn;
  }

  async refresh(): Promise<void> {
    if (this.#holder !== null) return this.#refreshHere(this.#holder);
    const asked = new Date().toISOString();
    const isDone = () =>
      this.#raw?.json.branches.every(({ worktree, scannedAt }) => worktree === null || (scannedAt ?? '') >= asked) ===
      true;
    const done = this.#until(isDone, refreshMs);
    await this.#context.store.hints.touch(refreshHint);
    await done;
  }

  /** Where agents save without a pause there is always something left to do: whoever asked does not wait for all of it. */
  async #refreshHere(holder: MatrixHolder): Promise<void> {
    const patience = new AbortController();
    const end = sleep(refreshMs, undefined, { signal: patience.signal, ref: false }).catch(() => undefined); // was let go
    await Promise.race([holder.refresh(), end]).finally(() => patience.abort());
  }

  /** Resolves when everything known to have changed is in the matrix and on the disk: for tests and benchmarks. */
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

  #warn(message: string): void {
    this.#context.host.log.warn(message);
  }

  #storeChanged(area: string, name: string | null): void {
    if (area === 'hints' && name === refreshHint)
      this.#holder?.refresh().catch((error) => this.#warn(messageOf(error)));
    else if (area === 'matrix' && (name === matrixName || name === null) && this.#holder === null)
      this.#then(() => this.#read());
  }

  #dutyChanged(): void {
    // At once: whoever has it now must not be disturbed by what we still compute.
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
        this.#warn(`The conflict matrix: ${messageOf(error)}`);
      }
    });
  }

  #letGo(): void {
    if (this.#holder === null) return;
    this.#holder.dispose();
    this.#holder = null;
    this.#kept = true;
  }

  async #take(): Promise<void> {
    if (this.#holder !== null || this.#source === null) return;
    // The last thing the former holder wrote may not have been told yet.
    await this.#read();
    const tools = await this.#tools();
    if (!this.#holds || this.disposed) return;
    this.#holder = new MatrixHolder({
      context: this.#context,
      tools,
      source: this.#source,
      prior: this.#kept ? this.#raw : null,
      publish: (state) => this.#computed(state),
      timing: this.#timing,
    });
    this.#holder.start();
  }

  async #read(): Promise<void> {
    if (this.#holder !== null) return;
    const state = await readMatrix(this.#context);
    if (state === null || this.disposed) return;
    // Written while we looked on: somebody keeps it.
    if (this.#raw !== null && state.json.generatedAt !== this.#raw.json.generatedAt) this.#kept = true;
    this.#adopt(state);
  }

  #computed(state: MatrixState): void {
    this.#adopt(state);
    this.#unwritten = true;
    this.#write();
  }

  #adopt(state: MatrixState): void {
    this.#raw = state;
    this.#age();
  }

  /** Applies ages, and comes back when the next cell becomes too old. */
  #age(): void {
    if (this.#ageTimer !== null) clearTimeout(this.#ageTimer);
    this.#ageTimer = null;
    if (this.#raw === null || this.disposed) return;
    const now = this.#now();
    const { json, changed } = this.#raw;
    const trusted = this.#kept || this.#holder !== null ? json : withoutScans(json);
    this.#state = { json: withAges(trusted, now), changed };
    this.#worst = worstByTask(this.#state.json);
    const next = nextAging(json, now);
    if (next !== null) {
      this.#ageTimer = setTimeout(() => this.#age(), next - now + 1);
      this.#ageTimer.unref();
    }
    this.#onDidChange.fire();
  }

  #write(): void {
    if (this.#writeTimer !== null || this.#writing !== null || this.disposed) return;
    const wait = Math.max(0, this.#written + writeMs - Date.now());
    this.#writeTimer = setTimeout(() => {
      this.#writeTimer = null;
      this.#written = Date.now();
      this.#writing = this.#writeOnce().finally(() => {
        this.#writing = null;
        if (this.#unwritten) this.#write();
      });
    }, wait);
  }

  async #writeOnce(): Promise<void> {
    this.#unwritten = false;
    // Another window has the duty by now: what it wrote is newer.
    if (this.#raw === null || this.#holder === null) return;
    try {
      await this.#context.store.documents.write('matrix', matrixName, encodeMatrix(this.#raw));
    } catch (error) {
      this.#warn(`The conflict matrix could not be kept for other windows: ${messageOf(error)}`);
    }
  }

  async #until(isDone: () => boolean, timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        change.dispose();
        resolve();
      };
      const change = this.onDidChange(() => isDone() && end());
      const timer = setTimeout(end, timeoutMs);
      timer.unref();
      this._register({ dispose: end });
    });
  }
}
