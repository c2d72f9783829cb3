import type { ConflictsJson } from '../../../contract/conflicts';
import type { TaskRow, WorktreeRow } from '../../../contract/json';
import type { EngineResult } from '../../conflicts/matrix/engine';
import type { MatrixState, ScratchPlace } from '../../conflicts/parts';
import type { Side } from '../../conflicts/side';
import { DisposableBase } from '../../disposable';
import type { Event } from '../../event';
import type { TaskContext } from '../context';
import { composeMatrix } from './composeMatrix';
import { LiveHazards } from './liveHazards';
import { Looker, messageOf } from './looker';
import { LookQueue } from './lookQueue';
import type { FoundSubjects } from './subjects';
import type { ConflictTools } from './tools';
import { TrainKeeper } from './trainKeeper';

/** A worktree that should be looked at: something changed there, or it is only to be looked at to be sure. */
export interface LookHint {
  readonly worktree: string;
  readonly changed: boolean;
}

/** Who tells what may have changed: the `Monitor`, which watches folders and leases anyway. */
export interface LookSource {
  readonly onDidLook: Event<LookHint>;
  readonly onDidChange: Event<unknown>;
  readonly rows: readonly TaskRow[];
  readonly worktrees: readonly WorktreeRow[];
}

export interface LiveTiming {
  /** A look begins this long after the last hint, and at most `atMostMs` after the first. */
  readonly settleMs: number;
  readonly atMostMs: number;
  /** How often refs are compared with what they were, without any process. */
  readonly probeMs: number;
  /** After a failure. */
  readonly retryMs: number;
  /** A preview of the train gives way to looks, but not for longer than this. */
  readonly trainWaitMs: number;
  /** Cells wait this long for the train, so that both change at once. */
  readonly trainMomentMs: number;
  /** A change that was not looked at within this time is shown as such. */
  readonly behindMs: number;
}
export const liveTiming: LiveTiming = {
  settleMs: 100,
  atMostMs: 300,
  probeMs: 2_000,
  retryMs: 5_000,
  trainWaitMs: 3_000,
  trainMomentMs: 150,
  behindMs: 1_000,
};

/** Looks at once: git has a small pool, and the first cells should not wait for the last worktree. */
const batch = 4;

/**
 * Computes the matrix for all windows, for as long as this one has the duty: one computation at a time, each of a few
 * worktrees; what changes meanwhile comes after it.
 */
export class MatrixHolder extends DisposableBase {
  readonly #context: TaskContext;
  readonly #source: LookSource;
  readonly #publish: (state: MatrixState) => void;
  readonly #timing: LiveTiming;
  readonly #tools: ConflictTools;
  readonly #looker: Looker;
  readonly #queue: LookQueue;
  readonly #train: TrainKeeper;
  readonly #hazards: LiveHazards;
  readonly #ended = new AbortController();
  readonly #changedAt = new Map<string, string>();
  #prior: MatrixState | null;
  /** What was last computed, with the sides it was computed from: a side that was looked at since has other cells. */
  #computed: Computed | null = null;
  #timingShown: ConflictsJson['timing'] = { ms: 0, gitProcesses: 0, pairs: 0, merged: 0, skipped: 0, cached: 0 };
  #members = '';
  #live: ReadonlySet<string> = new Set();
  /** Who is in it is to be found out anew, not before this time. */
  #findAt: number | null = 0;
  #trainStale: number | null = null;
  #trainEnd: AbortController | null = null;
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #probing: Promise<void> | null = null;
  #showing: NodeJS.Timeout | null = null;
  #showAt = 0;

  /** @param o.prior what a former holder said; null when nobody kept it up to date */
  constructor(o: {
    readonly context: TaskContext;
    readonly tools: ConflictTools;
    readonly source: LookSource;
    readonly prior: MatrixState | null;
    readonly publish: (state: MatrixState) => void;
    readonly timing: LiveTiming;
  }) {
    super();
    this.#context = o.context;
    this.#source = o.source;
    this.#publish = o.publish;
    this.#timing = o.timing;
    this.#tools = o.tools;
    this.#prior = o.prior;
    this.#looker = new Looker(o.context, o.tools);
    this.#queue = new LookQueue(o.timing);
    this.#train = new TrainKeeper(o.tools.train);
    this.#hazards = this._register(
      new LiveHazards({ ...o, changed: () => this.#show(), lost: () => this.#findSoon() }),
    );
    this._register({ dispose: () => this.#ended.abort() });
    this._register({ dispose: () => this.#timer !== null && clearTimeout(this.#timer) });
    this._register({ dispose: () => this.#showing !== null && clearTimeout(this.#showing) });
  }

  start(): void {
    this.#members = membersOf(this.#source);
    this.#live = liveOf(this.#source);
    this._register(this.#source.onDidLook((hint) => this.#hinted(hint)));
    this._register(this.#source.onDidChange(() => this.#rowsChanged()));
    this.#hazards.start();
    const probing = setInterval(() => void this.#probe(), this.#timing.probeMs);
    probing.unref();
    this._register({ dispose: () => clearInterval(probing) });
    this.#wake();
  }

  /** Looks at everything anew, and merges anew whatever was kept. */
  async refresh(): Promise<void> {
    this.#findAt = 0;
    this.#tools.engine.forget();
    this.#hazards.retry();
    for (const { worktree } of this.#looker.found?.subjects ?? []) {
      if (worktree !== null) this.#queue.scan(worktree.path, Date.now());
    }
    this.#wake();
    await this.settled();
  }

  /** Resolves when everything known to have changed is in the cells, hazards, order and train. */
  async settled(): Promise<void> {
    const isBusy = () =>
      this.#running !== null || this.#timer !== null || this.#showing !== null || this.#hazards.judging !== null;
    while (!this.disposed && isBusy()) {
      await (this.#running ?? this.#hazards.judging ?? new Promise((resolve) => setTimeout(resolve, 10)));
    }
  }

  // What may have changed ------------------------------------------------------------------------------------------

  #hinted({ worktree, changed }: LookHint): void {
    if (this.#looker.found?.worktrees.includes(worktree) !== true) return;
    if (changed) this.#changed(worktree);
    else this.#queue.scan(worktree, Date.now());
    this.#wake();
  }

  #changed(worktree: string): void {
    this.#changedAt.set(worktree, new Date().toISOString());
    this.#queue.hint(worktree, Date.now());
    // Where the look is long in coming, everyone sees that the cells are behind.
    this.#showWithin(this.#timing.behindMs);
  }

  #rowsChanged(): void {
    const members = membersOf(this.#source);
    if (members !== this.#members) this.#findAt = 0;
    this.#members = members;
    const live = liveOf(this.#source);
    // Cells of a worktree without an agent may be older than those of one with an agent.
    for (const worktree of live) if (!this.#live.has(worktree)) this.#queue.scan(worktree, Date.now());
    const ended = [...this.#live].some((worktree) => !live.has(worktree));
    this.#live = live;
    if (ended) this.#show();
    this.#wake();
  }

  #findSoon(): void {
    this.#findAt ??= 0;
    this.#wake();
  }

  async #probe(): Promise<void> {
    this.#probing ??= this.#compareFiles().finally(() => {
      this.#probing = null;
    });
    await this.#probing;
  }

  async #compareFiles(): Promise<void> {
    if (this.#looker.found === null || this.disposed) return;
    const { refs, worktrees } = await this.#looker.probe();
    if (refs) this.#findAt ??= 0;
    for (const worktree of worktrees) this.#changed(worktree);
    this.#wake();
  }

  // What is done about it ------------------------------------------------------------------------------------------

  /** Sets the clock for what comes next: the next round, or the end of a train that has to give way to one. */
  #wake(): void {
    const merging = this.#trainEnd !== null;
    // A round asks for the next one itself.
    if (this.disposed || (this.#running !== null && !merging)) return;
    const due = this.#trainStale !== null && !merging ? 0 : this.#dueAt();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (due !== null) this.#timer = setTimeout(() => this.#awake(), Math.max(0, due - Date.now()));
  }

  #awake(): void {
    this.#timer = null;
    if (this.#trainEnd !== null && this.#mayInterrupt()) this.#trainEnd.abort();
    this.#running ??= this.#work().finally(() => {
      this.#running = null;
      this.#wake();
    });
  }

  #dueAt(): number | null {
    const times = [this.#findAt, this.#queue.nextAt].filter((at) => at !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Steps already merged are kept, so that little is lost; but a train that always gives way never arrives. */
  #mayInterrupt(): boolean {
    return this.#trainStale !== null && Date.now() - this.#trainStale < this.#timing.trainWaitMs;
  }

  async #work(): Promise<void> {
    for (;;) {
      const now = Date.now();
      const find = this.#findAt !== null && this.#findAt <= now;
      const taken = find && this.#looker.found === null ? [] : this.#queue.take(now, batch);
      if (this.disposed) return;
      if (find || taken.length > 0) await this.#round(find, taken);
      else if (this.#trainStale !== null) await this.#mergeTrain();
      else return;
    }
  }

  async #round(find: boolean, taken: readonly string[]): Promise<void> {
    const signal = this.#ended.signal;
    const began = performance.now();
    const processes = this.#context.git.started;
    try {
      if (find) await this.#find(signal);
      await this.#tools.scratch.use(async (at) => {
        const lost = this.#looker.lostIn(at);
        await this.#looker.look(at, [...new Set([...taken, ...lost])], signal);
        await this.#compute(at, signal);
      });
    } catch (error) {
      if (this.disposed) return;
      this.#failed(error, find);
    }
    if (this.disposed) return;
    const ms = Math.round(performance.now() - began);
    const gitProcesses = this.#context.git.started - processes;
    this.#timingShown = { ...(this.#computed?.result?.timing ?? this.#timingShown), ms, gitProcesses };
    this.#showSoon();
  }

  async #find(signal: AbortSignal): Promise<void> {
    // Before: what asks for it meanwhile asks again.
    this.#findAt = null;
    const unseen = await this.#looker.find(signal);
    const there = new Set(this.#looker.found?.worktrees);
    this.#queue.retain(there);
    for (const worktree of this.#changedAt.keys()) if (!there.has(worktree)) this.#changedAt.delete(worktree);
    for (const worktree of unseen) this.#queue.scan(worktree, Date.now());
    if (this.#looker.found !== null) await this.#hazards.readRules(this.#looker.found);
  }

  async #compute(at: ScratchPlace, signal: AbortSignal): Promise<void> {
    const { bases, sides, found } = this.#looker;
    if (found === null) return;
    const result = await this.#tools.engine.compute(at, { sides, bases, signal });
    this.#computed = { found, sides, bases, result };
    // At once: what was judged of other states must not stand beside these.
    this.#hazards.set(at, { sides, bases, result });
  }

  /** What cannot be looked at is unknown, and tried again a little later. */
  #failed(error: unknown, find: boolean): void {
    const detail = messageOf(error);
    this.#context.host.log.warn(`The conflict matrix could not be computed: ${detail}`);
    const later = Date.now() + this.#timing.retryMs;
    if (find) this.#findAt = later;
    // Nothing was looked at yet, so what a former holder said is as true as it was.
    if (this.#looker.found === null) return;
    const { found } = this.#looker;
    const all = found.subjects.flatMap(({ worktree }) => worktree?.path ?? []);
    this.#looker.fail(all, detail);
    this.#prior = null;
    const { sides, bases } = this.#looker;
    this.#computed = { found, sides, bases, result: null };
    for (const key of all) this.#queue.scan(key, later);
  }

  async #mergeTrain(): Promise<void> {
    const end = new AbortController();
    this.#trainEnd = end;
    const signal = AbortSignal.any([end.signal, this.#ended.signal]);
    this.#wake();
    try {
      await this.#tools.scratch.use(async (at) => {
        const lost = this.#looker.lostIn(at);
        for (const worktree of lost) this.#queue.scan(worktree, Date.now());
        if (lost.length === 0) await this.#train.merge(at, signal);
      });
      this.#trainStale = this.#train.stale ? this.#trainStale : null;
    } catch (error) {
      if (signal.aborted) return;
      this.#context.host.log.warn(`The merge train could not be previewed: ${messageOf(error)}`);
      this.#train.fail(messageOf(error));
      this.#trainStale = null;
    } finally {
      this.#trainEnd = null;
    }
    this.#show();
  }

  /** Order and train come with the cells where that takes but a moment. */
  #showSoon(): void {
    if (this.disposed || this.#computed === null) return;
    const { found, sides, bases, result } = this.#computed;
    if (result !== null) {
      this.#train.set({ found, sides, bases, result });
      this.#trainStale = this.#train.stale ? (this.#trainStale ?? Date.now()) : null;
    }
    if (this.#trainStale === null) this.#show();
    else this.#showWithin(this.#timing.trainMomentMs);
  }

  #showWithin(ms: number): void {
    const at = Date.now() + ms;
    if (this.#showing !== null && this.#showAt <= at) return;
    if (this.#showing !== null) clearTimeout(this.#showing);
    this.#showAt = at;
    this.#showing = setTimeout(() => this.#show(), ms);
  }

  #show(): void {
    if (this.#showing !== null) clearTimeout(this.#showing);
    this.#showing = null;
    if (this.disposed || this.#computed === null) return;
    const { found, sides, result } = this.#computed;
    const state = composeMatrix({
      found,
      sides,
      result,
      prior: this.#prior,
      live: this.#live,
      changedAt: this.#changedAt,
      mergeOrder: this.#train.order,
      train: this.#train.steps,
      hazards: this.#hazards.known,
      mutes: this.#hazards.mutes,
      timing: this.#timingShown,
      host: this.#context.host,
    });
    this.#publish(state);
    // After it: a verdict waits for nobody.
    this.#hazards.judge(state.json);
  }
}

interface Computed {
  readonly found: FoundSubjects;
  readonly sides: readonly Side[];
  readonly bases: ReadonlyMap<string, Side>;
  /** null: it failed. */
  readonly result: EngineResult | null;
}

/** Equal while the same worktrees and tasks are there, in the same order, on the same branches. */
function membersOf({ rows, worktrees }: LookSource): string {
  return JSON.stringify([
    worktrees.map(({ path, branch, prunable }) => [path, branch, prunable]),
    rows.map((row) => [
      [row.plan, row.task, row.branch, row.worktree, row.base, row.dependsOn, row.after, row.state],
      row.scope,
    ]),
  ]);
}

/** Where an agent works now. */
function liveOf({ rows }: LookSource): ReadonlySet<string> {
  return new Set(rows.flatMap((row) => (row.runner === null || row.worktree === null ? [] : [row.worktree])));
}
