import * as vscode from 'vscode';
import type { AnswerVerdict, ChecklistItemId, ChecklistJson } from '../../contract/checklist';
import type { TaskRow } from '../../contract/json';
import { DisposableBase } from '../../core/disposable';
import { Emitter, type Event } from '../../core/event';
import type { RepositorySession } from '../sessions/repositorySession';

/** What happens within this time is read at once. */
const settleMs = 500;

/** The integration checklists of the plans of one repository, read anew when anything they rest on may have changed. */
export class Checklists extends DisposableBase {
  readonly #session: RepositorySession;
  readonly #onDidChange: Emitter<void>;
  /** When an item says something else. */
  readonly onDidChange: Event<void>;
  #all: readonly ChecklistJson[] = [];
  #timer: NodeJS.Timeout | null = null;
  #reading = false;
  #again = false;

  constructor(session: RepositorySession) {
    super();
    this.#session = session;
    const { log } = session.repository.host;
    this.#onDidChange = this._register(new Emitter((error) => log.error(`A listener failed: ${String(error)}`)));
    this.onDidChange = this.#onDidChange.event;
    this._register(session.matrix.onDidChange(() => this.#soon()));
    this._register(session.repository.store.onDidChange(({ area }) => area === 'events' && this.#soon()));
    this._register(session.onDidChangePlans(() => this.#soon()));
    this._register({ dispose: () => this.#timer !== null && clearTimeout(this.#timer) });
    this.#soon();
  }

  /** Of every plan that has tasks at work. */
  get all(): readonly ChecklistJson[] {
    return this.#all;
  }

  /**
   * Puts a human's answer on record, about the commits that they saw.
   * @throws one sentence for people where the checklist is gone; ChecklistError, StoreError
   */
  async answer(plan: string, item: ChecklistItemId, verdict: AnswerVerdict, note: string): Promise<void> {
    const shown = this.#all.find((each) => each.plan === plan);
    if (shown === undefined) throw new Error(vscode.l10n.t('That checklist is gone: nothing was answered.'));
    await this.#session.repository.answerChecklist(shown, { item, verdict, note });
    await this.#read();
  }

  #soon(): void {
    if (this.disposed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#read();
    }, settleMs);
  }

  async #read(): Promise<void> {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#again && !this.disposed) {
      this.#again = false;
      await this.#readOnce();
    }
    this.#reading = false;
  }

  async #readOnce(): Promise<void> {
    const { repository, plans, rows, matrix } = this.#session;
    const wanted = new Set(
      plans.filter(({ id }) => rows.some((row) => row.plan === id && hasBegun(row))).map(({ id }) => id),
    );
    let all: readonly ChecklistJson[] = [];
    try {
      const read = wanted.size === 0 ? [] : await repository.checklists(matrix.state);
      all = read.filter(({ plan }) => wanted.has(plan));
    } catch (error) {
      // None is shown then: what they said may hold no longer.
      repository.host.log.warn(`The checklists could not be read: ${String(error)}`);
    }
    const changed = JSON.stringify(all) !== JSON.stringify(this.#all);
    this.#all = all;
    if (changed && !this.disposed) this.#onDidChange.fire();
  }
}

/** There is something that could be integrated, or that was. */
function hasBegun({ worktree, state }: TaskRow): boolean {
  return worktree !== null || state === 'integrated' || state === 'cleaned';
}
