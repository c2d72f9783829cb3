import path from 'node:path';
import type { TaskRow, WorktreeRow } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import { DisposableBase } from '../disposable';
import { Emitter, type Event } from '../event';
import { type GitWorktree, listWorktrees } from '../git/worktreeList';
import type { Plan } from '../plan/plan';
import type { SeenHolder } from '../store/leases';
import { parseStreamName } from '../store/names';
import type { StoreChange } from '../store/watcher';
import { recordEndedApps } from './app';
import type { LookHint, LookSource } from './conflicts/matrixHolder';
import { readRecord, readRecords, type TaskContext } from './context';
import { isRunOpen, type TaskRecord } from './fold';
import { Debounced, FolderWatch } from './folderWatch';
import { lastAgent } from './lastAgent';
import type { CostsView, DutyView, WorstView } from './monitorViews';
import { lapseLaunches, reconcile } from './reconcile';
import { refName, streamName } from './refs';
import { rowRefs, taskRow, worktreeRows } from './rows';
import { placesSignature, plansSignature, refSignature } from './signatures';
import { presentPaths } from './snapshot';
import { StatusKeeper } from './statusKeeper';
import { type BudgetMark, bounds, marksInForce, readMarks } from './usage/budgetMarks';
import { WorktreeKeys } from './worktreeKeys';

export interface RowsChanged {
  /** The rows that changed; null: rows came or went. */
  readonly tasks: readonly TaskRef[] | null;
}

const scanMs = 5_000;
const liveMs = 10_000;
const settleMs = 30;

/**
 * The rows of a window, kept up to date with as little work as possible: an event refolds one task, a hint asks git
 * about one worktree, and where nothing happens no process starts. Every window has one; git is asked by the one that
 * has the duty, and the others read what it wrote.
 */
export class Monitor extends DisposableBase implements LookSource {
  readonly #context: TaskContext;
  readonly #duty: DutyView | null;
  readonly #matrix: WorstView | null;
  readonly #costs: CostsView | null;
  readonly #onDidChange: Emitter<RowsChanged>;
  readonly onDidChange: Event<RowsChanged>;
  readonly #onDidLook: Emitter<LookHint>;
  /** A worktree is being looked at, or will be; only while this window has the duty. */
  readonly onDidLook: Event<LookHint>;
  readonly #onDidReadPlans: Emitter<void>;
  /** The plans were read anew, because their files may have changed; also where no row did. */
  readonly onDidReadPlans: Event<void>;
  readonly #statuses: StatusKeeper;
  readonly #folders: FolderWatch;
  readonly #jobs: Debounced;
  #plans: readonly Plan[] = [];
  #plansSignature = '';
  #records = new Map<string, { ref: TaskRef; record: TaskRecord }>();
  #leases = new Map<string, SeenHolder>();
  #listed: readonly GitWorktree[] = [];
  #present: ReadonlySet<string> | null = null;
  /** Where worktrees were when that was last reconciled. */
  #settledPlaces: string | null = null;
  #baseSignatures = new Map<string, string>();
  #lastAgent = '';
  #budgets: readonly BudgetMark[] = [];
  #rows: readonly TaskRow[] = [];
  #worktrees: readonly WorktreeRow[] = [];
  readonly #keys: WorktreeKeys;
  #liveLooked = 0;

  constructor(
    context: TaskContext,
    duty: DutyView | null,
    matrix: WorstView | null = null,
    costs: CostsView | null = null,
  ) {
    super();
    this.#context = context;
    this.#duty = duty;
    this.#matrix = matrix;
    this.#costs = costs;
    const failed = (error: unknown) => context.host.log.error(`A listener failed: ${error}`);
    this.#onDidChange = this._register(new Emitter(failed));
    this.onDidChange = this.#onDidChange.event;
    this.#onDidLook = this._register(new Emitter(failed));
    this.onDidLook = this.#onDidLook.event;
    this.#onDidReadPlans = this._register(new Emitter(failed));
    this.onDidReadPlans = this.#onDidReadPlans.event;
    this.#keys = new WorktreeKeys((worktree) => context.store.hints.worktreeKey(worktree));
    this.#statuses = new StatusKeeper(context);
    this.#folders = this._register(new FolderWatch((folder, name) => this.#folderChanged(folder, name)));
    this.#jobs = this._register(new Debounced(settleMs, (job) => this.#run(job)));
  }

  get rows(): readonly TaskRow[] {
    return this.#rows;
  }

  get worktrees(): readonly WorktreeRow[] {
    return this.#worktrees;
  }

  /** Reads everything once and watches from then on. */
  async start(): Promise<void> {
    const { store } = this.#context;
    this._register(store.onDidChange((change) => this.#storeChanged(change)));
    this._register(store.watch());
    if (this.#duty !== null) this._register(this.#duty.onDidChange((held) => held && void this.refresh()));
    if (this.#matrix !== null) this._register(this.#matrix.onDidChange(() => this.#jobs.call('shown')));
    if (this.#costs !== null) this._register(this.#costs.onDidChange(() => this.#jobs.call('shown')));
    const timer = setInterval(() => this.#jobs.call('scan'), scanMs);
    timer.unref();
    this._register({ dispose: () => clearInterval(timer) });
    await this.refresh();
  }

  /** Looks at everything now: at the start, when the duty comes to us, and when the user asks. */
  async refresh(): Promise<void> {
    await this.#guard('refresh', async () => {
      if (this.#looks) await reconcile(this.#context);
      await Promise.all([this.#readPlans(), this.#readStore(), this.#readWorktrees()]);
      this.#settledPlaces = await placesSignature(this.#listed, this.#present ?? new Set());
      this.#update();
      await Promise.all(this.#keys.all.map((key) => (this.#looks ? this.#look(key) : this.#statuses.read(key))));
      this.#update();
    });
  }

  /** Resolves when everything known to have changed is in the rows: for tests and benchmarks. */
  async settled(): Promise<void> {
    await this.#jobs.settled();
  }

  get #looks(): boolean {
    return this.#duty === null || this.#duty.held;
  }

  // What may have changed ------------------------------------------------------------------------------------------

  #storeChanged({ area, name }: StoreChange): void {
    if (area === 'events') this.#jobs.call(name === null ? 'store' : `events:${name}`);
    else if (area === 'leases' && name !== 'duty') this.#jobs.call(name === null ? 'store' : `lease:${name}`);
    else if (area === 'hints' && name !== null && this.#looks) this.#changed(name);
    else if (area === 'status' && name !== null && !this.#looks) this.#jobs.call(`status:${name}`);
  }

  #folderChanged(folder: string, name: string | null): void {
    // git's own passing files, and those of a look of ours, say nothing.
    if (name !== null && (name.endsWith('.lock') || name === 'gc.pid')) return;
    const { layout } = this.#context;
    if (folder === layout.plansDir || path.dirname(folder) === layout.plansDir) this.#jobs.call('plans');
    else if (folder === path.join(layout.commonDir, 'worktrees')) this.#jobs.call('worktrees');
    else if (this.#looks) {
      const worktree = this.#listed.find((w) => w.path === folder || w.adminDir === folder);
      const key = worktree === undefined ? undefined : this.#keys.keyOf(worktree.path);
      if (key !== undefined) this.#changed(key);
    }
  }

  /** Something may have changed in a worktree: told at once, because looking takes its time. */
  #changed(key: string, changed = true): void {
    const worktree = this.#keys.pathOf(key);
    if (worktree !== undefined) this.#onDidLook.fire({ worktree, changed });
    this.#jobs.call(`look:${key}`);
  }

  // What is done about it; one job at a time per key ----------------------------------------------------------------

  async #run(job: string): Promise<void> {
    const colon = job.indexOf(':');
    const kind = colon < 0 ? job : job.slice(0, colon);
    const name = job.slice(colon + 1);
    await this.#guard(job, async () => {
      switch (kind) {
        case 'events':
        case 'lease':
          return this.#readEvents(name);
        case 'look':
          return this.#look(name);
        case 'status':
          return this.#statuses.read(name);
        case 'plans':
          return this.#readPlans();
        case 'store':
          return this.#readStore();
        case 'worktrees':
          return this.#readWorktrees();
        case 'shown':
          return; // What the rows show of matrix and cost is read below.
        default:
          return this.#scan();
      }
    });
    if (!this.disposed) this.#update();
  }

  async #guard(job: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      // One thing that cannot be read must not stop the window; the scans try again.
      if (!this.disposed)
        this.#context.host.log.warn(`Monitor (${job}): ${error instanceof Error ? error.message : error}`);
    }
  }

  async #readPlans(): Promise<void> {
    this.#plansSignature = await plansSignature(this.#context.layout.plansDir);
    this.#plans = await this.#context.plans();
    this.#watchFolders();
    this.#onDidReadPlans.fire();
  }

  async #readStore(): Promise<void> {
    // Leases first, as in `#readEvents`.
    this.#leases = new Map((await this.#context.store.leases.list()).map((lease) => [lease.file.name, lease]));
    this.#records = await readRecords(this.#context);
    await this.#readRepository();
  }

  async #readRepository(): Promise<void> {
    this.#lastAgent = (await lastAgent(this.#context)).agent;
    this.#budgets = await readMarks(this.#context);
  }

  async #readEvents(name: string): Promise<void> {
    const ref = parseStreamName(name);
    if (ref === null) return this.#readRepository();
    const before = this.#records.get(refName(ref))?.record ?? null;
    // A runner records its agent's end before it lets go of the lease. Read the other way round, the end that is not
    // seen yet and the lease that is gone would look like a runner that died.
    const lease = await this.#context.store.leases.read(name);
    const record = await readRecord(this.#context, ref);
    if (lease === null) this.#leases.delete(name);
    else this.#leases.set(name, lease);
    if (record === null) this.#records.delete(refName(ref));
    else this.#records.set(refName(ref), { ref, record });
    // A base or a worktree came with it: the status as it was read before does not fit any more.
    if (record?.worktree?.path !== before?.worktree?.path) await this.#readWorktrees();
    if (record !== null && before !== null && isRunOpen(before) && !isRunOpen(record)) this.#lookAt(record);
  }

  /** An agent that ended has usually just committed. */
  #lookAt(record: TaskRecord): void {
    const key = record.worktree === null ? undefined : this.#keys.keyOf(record.worktree.path);
    if (key !== undefined && this.#looks) this.#changed(key);
  }

  async #readWorktrees(): Promise<void> {
    this.#listed = await listWorktrees(this.#context.git, this.#context.layout);
    this.#present = await presentPaths(this.#listed);
    const seen = this.#listed.filter(({ path: at, bare }) => !bare && this.#present?.has(at) === true);
    const come = this.#keys.set(seen.map((worktree) => worktree.path));
    for (const key of come) this.#jobs.call(this.#looks ? `look:${key}` : `status:${key}`);
    this.#watchFolders();
  }

  /**
   * Worktrees that came, went or were moved are put on record, which may mend git's own list. Compared with what was
   * settled, not with what was seen: an event may have shown the change already.
   */
  async #settleMoves(): Promise<void> {
    this.#present = await presentPaths(this.#listed);
    const signature = await placesSignature(this.#listed, this.#present ?? new Set());
    if (signature === this.#settledPlaces) return;
    // Before, so that what changes meanwhile is seen as a change by the next scan.
    this.#settledPlaces = signature;
    if (this.#looks) await reconcile(this.#context);
    await this.#readWorktrees();
  }

  async #look(key: string): Promise<void> {
    const at = this.#keys.pathOf(key);
    if (at === undefined) return;
    const base = this.#baseOf(at);
    // Before git is asked: a base that moves in between is seen by the next scan.
    if (base !== null) this.#baseSignatures.set(at, await refSignature(this.#context.layout.commonDir, base));
    await this.#statuses.look(key, at, base);
  }

  #baseOf(worktree: string): string | null {
    for (const { record } of this.#records.values()) {
      if (record.worktree?.path === worktree) return record.dispatch?.base ?? null;
    }
    return null;
  }

  // The slow scan: what watchers missed. Where nothing changed it starts no process --------------------------------

  async #scan(): Promise<void> {
    if ((await plansSignature(this.#context.layout.plansDir)) !== this.#plansSignature) await this.#readPlans();
    await this.#settleMoves();
    // A process that was killed says nothing: only its lease tells.
    for (const { ref, record } of [...this.#records.values()])
      if (isRunOpen(record) || record.state === 'setup') await this.#readEvents(streamName(ref));
    if (!this.#looks) return;
    await recordEndedApps(this.#context, [...this.#records.values()]);
    await this.#lookAtMovedBases();
    if (Date.now() - this.#liveLooked < liveMs - scanMs / 2) return;
    this.#liveLooked = Date.now();
    await lapseLaunches(this.#context);
    for (const { ref, record } of this.#records.values()) {
      const key = record.worktree === null ? undefined : this.#keys.keyOf(record.worktree.path);
      const lease = this.#leases.get(streamName(ref));
      if (key !== undefined && lease?.alive === true) this.#changed(key, false);
    }
  }

  /** A base that moved changes `behind` of all that were cut from it. Its ref's file tells without a process. */
  async #lookAtMovedBases(): Promise<void> {
    const { commonDir } = this.#context.layout;
    for (const [at, key] of this.#keys.entries) {
      const base = this.#baseOf(at);
      if (base === null) continue;
      if ((await refSignature(commonDir, base)) !== this.#baseSignatures.get(at)) this.#jobs.call(`look:${key}`);
    }
  }

  #watchFolders(): void {
    const { layout } = this.#context;
    const plans = [layout.plansDir, ...this.#plans.map(({ dir }) => dir)];
    const linked = this.#looks
      ? this.#listed.flatMap((w) => (w.main || w.bare ? [] : [w.path, ...(w.adminDir === null ? [] : [w.adminDir])]))
      : [];
    this.#folders.set([...plans, path.join(layout.commonDir, 'worktrees'), ...linked]);
  }

  // The rows -------------------------------------------------------------------------------------------------------

  #update(): void {
    const before = new Map(this.#rows.map((row) => [refName(row), JSON.stringify(row)]));
    const budgets = marksInForce(this.#budgets, bounds(this.#context, this.#plans));
    this.#rows = rowRefs(this.#plans, this.#records).map((row) => {
      const at = row.record?.worktree?.path;
      return taskRow({
        ...row,
        lease: this.#leases.get(streamName(row.ref)) ?? null,
        present: this.#present,
        status: at === undefined ? null : this.#statusOf(at),
        lastAgent: this.#lastAgent,
        records: this.#records,
        wipLimit: this.#context.host.settings().wipLimit,
        budgets,
        worst: this.#matrix?.worst.get(refName(row.ref)) ?? null,
        cost: this.#costs?.byTask.get(refName(row.ref)) ?? null,
      });
    });
    const worktrees = this.#worktreeRows();
    const worktreesChanged = JSON.stringify(worktrees) !== JSON.stringify(this.#worktrees);
    this.#worktrees = worktrees;
    const changed = this.#rows.filter((row) => before.get(refName(row)) !== JSON.stringify(row));
    const cameOrWent = this.#rows.length !== before.size || changed.some((row) => !before.has(refName(row)));
    if (cameOrWent) this.#onDidChange.fire({ tasks: null });
    else if (changed.length > 0 || worktreesChanged) {
      this.#onDidChange.fire({ tasks: changed.map(({ plan, task }) => ({ plan, task })) });
    }
  }

  #statusOf(worktree: string) {
    const key = this.#keys.keyOf(worktree);
    return key === undefined ? null : this.#statuses.get(key);
  }

  /** git's list is as old as its last reading; branch and head come from the status, which is newer. */
  #worktreeRows(): WorktreeRow[] {
    const dirty = new Map<string, boolean>();
    const listed = this.#listed.map((worktree) => {
      const status = this.#statusOf(worktree.path);
      if (status === null) return worktree;
      dirty.set(worktree.path, status.dirty);
      return { ...worktree, head: status.head, branch: status.branch };
    });
    return worktreeRows(listed, this.#rows, dirty);
  }
}
