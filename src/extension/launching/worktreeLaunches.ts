import * as vscode from 'vscode';
import type { LaunchFile } from '../../contract/files';
import { DisposableBase } from '../../core/disposable';
import type { Log } from '../../core/ports';
import { commandIds } from '../contributions';
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
  #looking: Promise<void> = Promise.resolve();

  /** @param justTrusted trust was granted while this window was open: a request that lapsed meanwhile counts */
  constructor(session: RepositorySession, launcher: AgentLauncher, log: Log, justTrusted: boolean) {
    super();
    this.#session = session;
    this.#launcher = launcher;
    this.#log = log;
    this._register(
      session.repository.store.onDidChange((change) => {
        if (change.area === 'launch') this.#lookNext(false);
      }),
    );
    this.#lookNext(justTrusted);
  }

  /** One look after the other, so that two requests for one worktree are seen together. */
  #lookNext(lapsedToo: boolean): void {
    this.#looking = this.#looking
      .then(() => this.#look(lapsedToo))
      .catch((error: unknown) => {
        this.#log.error(`Launches could not be looked at: ${error instanceof Error ? error.message : String(error)}`);
      });
  }

  async #look(lapsedToo: boolean): Promise<void> {
    for (const { worktree } of this.#session.folders) {
      if (worktree === null || this.disposed || !vscode.workspace.isTrusted) continue;
      const pending = await this.#session.repository.store.launches.pendingFor(worktree);
      const wanted = pending.filter((launch) => launch.mode === 'newWindow');
      const last = wanted.pop();
      // Whoever asked twice wants one agent; the earlier requests are taken with the last one.
      for (const launch of wanted) await this.#session.repository.tasks.claimLaunch(launch);
      if (last !== undefined) await this.#start(last);
      else if (lapsedToo) await this.#startLapsed(worktree);
    }
  }

  async #start(launch: LaunchFile): Promise<void> {
    const { store, tasks } = this.#session.repository;
    const lease = await store.leases.read(`${launch.plan}~${launch.task}`);
    if (lease?.alive === true) {
      // It runs elsewhere: a terminal here would be a second one that has nothing to show.
      if (await tasks.claimLaunch(launch)) {
        await vscode.commands.executeCommand(commandIds.openAgentTerminal, { plan: launch.plan, task: launch.task });
      }
      return;
    }
    const row = this.#session.row({ plan: launch.plan, task: launch.task });
    await this.#launcher.claim(this.#session, launch, { title: row?.title ?? launch.task, reveal: 'show' });
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
