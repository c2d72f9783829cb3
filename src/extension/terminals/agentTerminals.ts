import * as vscode from 'vscode';
import type { TaskRef } from '../../contract/plan';
import { DisposableBase } from '../../core/disposable';
import { childEnvironment } from '../../core/git/environment';
import type { Launcher } from '../../core/launcher';
import type { Log } from '../../core/ports';
import { oneLine } from '../words';

export interface AgentTerminalOptions {
  readonly ref: TaskRef;
  readonly title: string;
  readonly worktree: string;
  /** The launch that this terminal serves. */
  readonly launch: string;
  /** `show`: seen, but the focus stays where the user is; `quiet`: only started. */
  readonly reveal: 'show' | 'quiet';
  /** Start the agent although its set-up commands failed. */
  readonly skipSetup: boolean;
  /** Identity of this window, for the lease and "go there". */
  readonly window: string;
}

function memoryKey(worktree: string): string {
  return `runner:${worktree}`;
}

/**
 * The terminals of this window whose process is a runner. They are known by process id alone: after a reload VS Code
 * brings them back late, without name and options.
 */
export class AgentTerminals extends DisposableBase {
  readonly #pids = new Map<vscode.Terminal, number>();
  readonly #onDidChange = this._register(new vscode.EventEmitter<void>());
  /** The set of known process ids is another one. */
  readonly onDidChange = this.#onDidChange.event;
  readonly #launcher: () => Promise<Launcher>;
  readonly #memory: vscode.Memento;
  readonly #log: Log;

  /** @param memory of this workspace: which process served which worktree, over a reload */
  constructor(launcher: () => Promise<Launcher>, memory: vscode.Memento, log: Log) {
    super();
    this.#memory = memory;
    this.#launcher = launcher;
    this.#log = log;
    for (const terminal of vscode.window.terminals) this.#learn(terminal);
    this._register(vscode.window.onDidOpenTerminal((terminal) => this.#learn(terminal)));
    this._register(
      vscode.window.onDidCloseTerminal((terminal) => {
        if (this.#pids.delete(terminal)) this.#onDidChange.fire();
      }),
    );
  }

  #learn(terminal: vscode.Terminal): void {
    terminal.processId.then(
      (pid) => {
        if (pid === undefined || this.disposed || !vscode.window.terminals.includes(terminal)) return;
        this.#pids.set(terminal, pid);
        this.#onDidChange.fire();
      },
      (error: unknown) => this.#log.debug(`A terminal has no process id: ${String(error)}`),
    );
  }

  isHere(pid: number): boolean {
    return this.#find(pid) !== undefined;
  }

  #find(pid: number): vscode.Terminal | undefined {
    for (const [terminal, known] of this.#pids) if (known === pid) return terminal;
    return undefined;
  }

  /** The process that this window started last for a worktree; its terminal has a shell when the agent has ended. */
  lastRunner(worktree: string): number | null {
    return this.#memory.get<number>(memoryKey(worktree)) ?? null;
  }

  /** The terminal with this process; waits for those that VS Code brings back late. */
  async find(pid: number, waitMs: number): Promise<vscode.Terminal | null> {
    const now = this.#find(pid);
    if (now !== undefined || waitMs <= 0) return now ?? null;
    return new Promise((resolve) => {
      const finish = (terminal: vscode.Terminal | null) => {
        clearTimeout(timer);
        listener.dispose();
        resolve(terminal);
      };
      const timer = setTimeout(() => finish(null), waitMs);
      const listener = this.onDidChange(() => {
        const terminal = this.#find(pid);
        if (terminal !== undefined) finish(terminal);
      });
    });
  }

  /** Starts the task's runner in a terminal of this window. The launch must have been claimed by this window. */
  async create(o: AgentTerminalOptions): Promise<vscode.Terminal> {
    const launcher = await this.#launcher();
    const run = ['run', `${o.ref.plan}/${o.ref.task}`, '--launch', o.launch, ...(o.skipSetup ? ['--skip-setup'] : [])];
    const terminal = vscode.window.createTerminal({
      name: oneLine(o.title).slice(0, 60),
      shellPath: launcher.terminal.command,
      shellArgs: [...launcher.terminal.args, ...run],
      cwd: o.worktree,
      env: this.#environment(launcher, o),
      // The host's own variables (ELECTRON_RUN_AS_NODE and so on) would reach the agent's children.
      strictEnv: true,
      iconPath: new vscode.ThemeIcon('git-branch'),
      isTransient: false,
    });
    if (o.reveal === 'show') terminal.show(true);
    void terminal.processId.then((pid) => this.#memory.update(memoryKey(o.worktree), pid));
    return terminal;
  }

  #environment(launcher: Launcher, o: AgentTerminalOptions): Record<string, string> {
    return {
      ...childEnvironment(process.env),
      TERM_PROGRAM: 'vscode',
      COLORTERM: 'truecolor',
      SWITCHYARD_WINDOW: o.window,
      SWITCHYARD_LAUNCHER_DIR: launcher.binDir,
      ...launcher.terminal.env,
    };
  }
}
