import * as vscode from 'vscode';
import type { LaunchFile } from '../../contract/files';
import { DisposableBase } from '../../core/disposable';
import type { Log } from '../../core/ports';
import type { RepositorySession } from '../sessions/repositorySession';
import type { AgentLauncher } from './agentLauncher';

/**
 * In the window of a worktree: brings up the agent that was asked for, exactly once for each request. The request is
 * looked for when the window starts, when trust is granted, and when it appears.
 */
export class WorktreeLaunches extends DisposableBase {
  readonly #session: RepositorySession;
  readonly #launcher: AgentLauncher;
  readonly #log: Log;

  /** @param justTrusted trust was granted while this window was open: a request that lapsed meanwhile counts */
  constructor(session: RepositorySession, launcher: AgentLauncher, log: Log, justTrusted: boolean) {
    super();
    this.#session = session;
    this.#launcher = launcher;
    this.#log = log;
    this._register(
      session.repository.store.onDidChange((change) => {
        if (change.area === 'launch') void this.#look(false);
      }),
    );
    void this.#look(justTrusted);
  }

  async #look(lapsedToo: boolean): Promise<void> {
    try {
      for (const { worktree } of this.#session.folders) {
        if (worktree === null || this.disposed || !vscode.workspace.isTrusted) continue;
        const pending = await this.#session.repository.store.launches.pendingFor(worktree);
        const wanted = pending.filter((launch) => launch.mode === 'newWindow');
        for (const launch of wanted) await this.#start(launch);
        if (lapsedToo && wanted.length === 0) await this.#startLapsed(worktree);
      }
    } catch (error) {
      this.#log.error(`Launches could not be looked at: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #start(launch: LaunchFile): Promise<void> {
    const row = this.#session.row({ plan: launch.plan, task: launch.task });
    await this.#launcher.claim(this.#session, launch, row?.title ?? launch.task, 'focus');
  }

  /** The person needed longer than a request lives to decide on trust. It is asked anew, once, by this window. */
  async #startLapsed(worktree: string): Promise<void> {
    const { store, tasks } = this.#session.repository;
    const row = this.#session.rowOfWorktree(worktree);
    if (row === null || row.runner !== null || row.next !== 'open-window') return;
    const lapsed = (await store.launches.list()).filter(
      ({ file, claimed }) => !claimed && file.plan === row.plan && file.task === row.task && file.mode === 'newWindow',
    );
    if (lapsed.length === 0) return;
    await this.#start(await tasks.requestLaunch({ plan: row.plan, task: row.task }, 'newWindow'));
  }
}
