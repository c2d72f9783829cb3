import * as vscode from 'vscode';
import type { TaskRow, WorktreeRow } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import type { MatrixView } from '../../core/conflicts/parts';
import { type Disposable, DisposableBase } from '../../core/disposable';
import type { Repository } from '../../core/openRepository';
import { checkPlan } from '../../core/plan/checkPlan';
import type { Plan } from '../../core/plan/plan';
import type { Duty } from '../../core/store/duty';
import type { LiveMatrix } from '../../core/tasks/conflicts/liveMatrix';
import type { Monitor } from '../../core/tasks/monitor';
import type { LiveCosts } from '../../core/tasks/usage/liveCosts';
import { Checklists } from '../integration/checklists';
import { readSettings } from '../settings';
import { offeredArchives } from '../views/cleanedNodes';
import { noPartners, type Partners, type TreePartners, treePartners } from '../views/partners';
import { type PlanFacts, type RepositoryFacts, showsPlan } from '../views/taskNodes';
import type { WorktreeFacts } from '../views/worktreeNodes';

const bytesOfGb = 1e9;
/** Cells are computed all the time; the trees can wait a little. */
const partnersMs = 100;

/** A worktree of the repository that this window has open, or a folder in it. */
export interface OwnFolder {
  readonly folder: vscode.WorkspaceFolder;
  /** Real path of the worktree's top level; null in a bare repository. */
  readonly worktree: string | null;
}

/** One repository in this window: the core on it, its live rows, its plans. */
export class RepositorySession extends DisposableBase {
  readonly repository: Repository;
  readonly id: string;
  readonly #monitor: Monitor;
  readonly #duty: Duty;
  readonly #matrix: LiveMatrix;
  readonly #costs: LiveCosts;
  readonly checklists: Checklists;
  readonly #onDidChange = this._register(new vscode.EventEmitter<void>());
  readonly onDidChange = this.#onDidChange.event;
  readonly #onDidChangePlans = this._register(new vscode.EventEmitter<void>());
  readonly onDidChangePlans = this.#onDidChangePlans.event;
  readonly #onDidChangeFolders = this._register(new vscode.EventEmitter<void>());
  /** The window shows other folders of the repository. */
  readonly onDidChangeFolders = this.#onDidChangeFolders.event;
  #plans: readonly Plan[] = [];
  #planErrors: ReadonlyMap<string, number> = new Map();
  #folders: readonly OwnFolder[] = [];
  #partners: TreePartners = noPartners;
  #partnersTimer: NodeJS.Timeout | null = null;
  #damaged = false;
  #reading: Promise<void> | null = null;
  #again = false;

  constructor(o: { repository: Repository; monitor: Monitor; duty: Duty; matrix: LiveMatrix; costs: LiveCosts }) {
    super();
    this.repository = o.repository;
    this.id = o.repository.layout.commonDir;
    this.#monitor = o.monitor;
    this.#duty = o.duty;
    this.#matrix = o.matrix;
    this.#costs = o.costs;
    this._register(o.repository);
    this._register(o.duty);
    this._register(o.matrix);
    this._register(o.costs);
    this._register(o.monitor);
    this.checklists = this._register(new Checklists(this));
    this._register(this.checklists.onDidChange(() => this.#onDidChange.fire()));
    this._register(o.matrix.onDidChange(() => this.#matrixChanged()));
    this._register({ dispose: () => this.#partnersTimer !== null && clearTimeout(this.#partnersTimer) });
    this._register(o.monitor.onDidChange(() => void this.#readPlans()));
    this._register(
      o.repository.store.damage((damage) => {
        this.#damaged = true;
        o.repository.host.log.warn(`Damaged state was set aside: ${JSON.stringify(damage)}`);
        this.#onDidChange.fire();
      }),
    );
  }

  get rows(): readonly TaskRow[] {
    return this.#monitor.rows;
  }
  get worktrees(): readonly WorktreeRow[] {
    return this.#monitor.worktrees;
  }
  /** Every pair of worktrees and task branches, merged; this window computes it while it has the duty. */
  get matrix(): MatrixView {
    return this.#matrix;
  }
  /** What agents have used; this window reads their records while it has the duty. */
  get costs(): LiveCosts {
    return this.#costs;
  }
  get plans(): readonly Plan[] {
    return this.#plans;
  }
  get folders(): readonly OwnFolder[] {
    return this.#folders;
  }
  get damaged(): boolean {
    return this.#damaged;
  }

  /** Ends with the session. */
  keep(item: Disposable): void {
    this._register(item);
  }

  setFolders(folders: readonly OwnFolder[]): void {
    this.#folders = folders;
    this.#onDidChangeFolders.fire();
  }

  row(ref: TaskRef): TaskRow | null {
    return this.rows.find((row) => row.plan === ref.plan && row.task === ref.task) ?? null;
  }

  rowOfWorktree(worktree: string): TaskRow | null {
    return this.rows.find((row) => row.worktree === worktree) ?? null;
  }

  /** The window got or lost the focus: the duty follows it, and what happened meanwhile is read at once. */
  focusChanged(focused: boolean): void {
    this.#duty.check();
    if (focused) void this.repository.store.scanNow();
  }

  /** Reads everything for the first time and watches from then on. */
  async start(): Promise<void> {
    await this.#monitor.start();
    await this.#readPlans();
    await Promise.all([this.#matrix.start(this.#monitor), this.#costs.start(this.#monitor)]);
    // A text that was read anew is kept by the store: so a plan's title changed even where no row did.
    this._register(
      this.repository.store.onDidChange((change) => {
        if (change.area === 'texts') void this.#readPlans();
      }),
    );
  }

  /** Looks at everything anew. */
  async refresh(): Promise<void> {
    await this.#monitor.refresh();
    await this.#readPlans();
  }

  /** The command line sees the settings of windows that may run code here. */
  async mirrorSettings(): Promise<void> {
    await this.repository.store.documents.write('cache', 'settings', readSettings(this.#folders[0]?.folder.uri));
  }

  #matrixChanged(): void {
    this.#partnersTimer ??= setTimeout(() => {
      this.#partnersTimer = null;
      this.#findPartners();
    }, partnersMs);
  }

  /** The trees are drawn anew only when what they show of the matrix changed. */
  #findPartners(): void {
    const { state } = this.#matrix;
    const partners = state === null ? noPartners : treePartners(state.json);
    const textOf = ({ tasks, worktrees }: TreePartners) => JSON.stringify([[...tasks], [...worktrees]]);
    const changed = textOf(partners) !== textOf(this.#partners);
    this.#partners = partners;
    if (changed) this.#onDidChange.fire();
  }

  /** One reading at a time; what changes meanwhile is read after it. */
  #readPlans(): Promise<void> {
    if (this.#reading !== null) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#readPlansOnce()
      .catch((error: unknown) => this.repository.host.log.warn(`The plans could not be read: ${String(error)}`))
      .finally(() => {
        this.#reading = null;
        if (this.#again && !this.disposed) {
          this.#again = false;
          void this.#readPlans();
        }
      });
    return this.#reading;
  }

  async #readPlansOnce(): Promise<void> {
    const { plans } = await this.repository.plans();
    if (this.disposed) return;
    const texts = (list: readonly Plan[]) =>
      list.map((plan) => [plan.id, plan.text, plan.tasks.map((task) => task.text)]);
    const changed = JSON.stringify(texts(plans)) !== JSON.stringify(texts(this.#plans));
    this.#plans = plans;
    const customAgents = Object.keys(this.repository.settings().customAgents);
    this.#planErrors = new Map(plans.map((plan) => [plan.id, countErrors(plan, customAgents)]));
    this.#onDidChange.fire();
    if (changed) this.#onDidChangePlans.fire();
  }

  /** Whether the tree of tasks has nothing to show. */
  get empty(): boolean {
    return this.rows.length === 0 && !this.#planFacts().some((plan) => showsPlan(plan, 0));
  }

  #planFacts(): PlanFacts[] {
    return this.#plans.map((plan) => ({
      id: plan.id,
      title: plan.fields.title ?? null,
      file: plan.file,
      errors: this.#planErrors.get(plan.id) ?? 0,
      runs: plan.fields.run !== undefined,
      checked: this.#checkedOf(plan.id),
    }));
  }

  #checkedOf(plan: string): PlanFacts['checked'] {
    const items = this.checklists.all.find((each) => each.plan === plan)?.items;
    if (items === undefined) return null;
    return { passing: items.filter(({ verdict }) => verdict === 'pass').length, all: items.length };
  }

  /** Ids of the archives that may be deleted from the trash. */
  get offered(): ReadonlySet<string> {
    const limit = this.repository.settings().trashLimit;
    const archives = this.rows.flatMap((row) => row.archives);
    return offeredArchives(archives, new Date(), limit === null ? null : limit * bytesOfGb);
  }

  facts(isHere: RepositoryFacts['isHere']): RepositoryFacts {
    const { id, rows } = this;
    const { name } = this.repository.layout;
    const partners = this.#partners.tasks;
    return { id, name, plans: this.#planFacts(), rows, offered: this.offered, partners, isHere };
  }

  /** What one row tells besides its own. */
  factsOf({ plan, task }: TaskRef): Pick<RepositoryFacts, 'offered'> & { readonly partners: Partners | undefined } {
    return { offered: this.offered, partners: this.#partners.tasks.get(`${plan}/${task}`) };
  }

  worktreeFacts(): WorktreeFacts {
    const here = new Set(this.#folders.flatMap(({ worktree }) => (worktree === null ? [] : [worktree])));
    return {
      id: this.id,
      name: this.repository.layout.name,
      worktrees: this.worktrees,
      here,
      partners: this.#partners.worktrees,
    };
  }
}

/** As many as the problems view shows for the files of the plan. */
function countErrors(plan: Plan, customAgents: readonly string[]): number {
  return checkPlan(plan, { customAgents }).filter((problem) => problem.severity === 'error').length;
}
