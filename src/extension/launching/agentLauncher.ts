import * as vscode from 'vscode';
import type { LaunchFile } from '../../contract/files';
import type { TaskRef } from '../../contract/plan';
import type { Log } from '../../core/ports';
import type { DispatchPlace } from '../contributions';
import { openInNewWindow, windowIdentity } from '../folders';
import type { RepositorySession } from '../sessions/repositorySession';
import type { AgentTerminals } from '../terminals/agentTerminals';

export interface StartOptions {
  /** One of several at once: then no window is opened and only the first terminal is shown. */
  readonly group?: 'alone' | 'first' | 'next';
  /** Start although the set-up commands failed; in a terminal of this window only. */
  readonly skipSetup?: boolean;
}

export interface Prepared {
  readonly ref: TaskRef;
  readonly title: string;
  readonly worktree: string;
}

/** Brings agents up, in the place that the user chose. Whoever starts a terminal has claimed a launch before. */
export class AgentLauncher {
  readonly #terminals: AgentTerminals;
  readonly #log: Log;

  constructor(terminals: AgentTerminals, log: Log) {
    this.#terminals = terminals;
    this.#log = log;
  }

  /** Starts the agent of a task whose worktree is made. */
  async start(
    session: RepositorySession,
    prepared: Prepared,
    place: DispatchPlace,
    { group = 'alone', skipSetup = false }: StartOptions = {},
  ): Promise<void> {
    const { store, tasks } = session.repository;
    if (place === 'newWindow' && (await store.launches.pendingFor(prepared.worktree)).length > 0) {
      // Asked for already (by dispatching all): only the window is missing.
      if (group === 'alone') await openInNewWindow(prepared.worktree);
      return;
    }
    if (place === 'background') {
      await tasks.startBackground(prepared.ref, {});
      return;
    }
    const launch = await tasks.requestLaunch(prepared.ref, place);
    const reveal = group === 'next' ? 'quiet' : 'show';
    if (place === 'terminal') await this.claim(session, launch, { title: prepared.title, reveal, skipSetup });
    else if (group === 'alone') await openInNewWindow(prepared.worktree);
  }

  /** Starts the terminal of a launch in this window; false when another window was first or it lapsed. */
  async claim(
    session: RepositorySession,
    launch: LaunchFile,
    { title, reveal, skipSetup = false }: { title: string; reveal: 'show' | 'quiet'; skipSetup?: boolean },
  ): Promise<boolean> {
    // In a window without trust `createTerminal` hangs behind a question, and starts a second time after it.
    if (!vscode.workspace.isTrusted) return false;
    const ref = { plan: launch.plan, task: launch.task };
    if (!(await session.repository.tasks.claimLaunch(launch))) {
      this.#log.info(`The launch of ${ref.plan}/${ref.task} was taken by another window or lapsed.`);
      return false;
    }
    await this.#terminals.create({
      ref,
      title,
      worktree: launch.worktree,
      launch: launch.id,
      reveal,
      skipSetup,
      window: windowIdentity(),
    });
    return true;
  }
}
