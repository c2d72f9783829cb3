import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { killGroup, killMarked } from '../../scripts/processes.mjs';
import { onCleanup } from './cleanup';
import { waitFor } from './waitFor';

const kept =
  /^(PATH|LANG|LC_ALL|TZ|USER|LOGNAME|SHELL|TMPDIR|TEMP|TMP|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT|PROGRAM.*|SWITCHYARD_TEST_RUN)$/i;

/** Marks the processes of one started program, through everything they start. */
const marker = 'SWITCHYARD_TEST_PROGRAM';

/**
 * An environment built from a list, so that a test does not depend on what its starter had set: no `VSCODE_*`,
 * `ELECTRON_*`, `GIT_*`, proxies or keys of agents.
 * @param home becomes HOME and the folders derived from it
 */
export function cleanEnvironment(home: string, extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && kept.test(name)) environment[name] = value;
  }
  return { ...environment, HOME: home, USERPROFILE: home, TERM: 'xterm-256color', ...extra };
}

/** A started program with what it has printed so far. */
export class Program {
  #output = '';
  #code: number | undefined;

  constructor(
    private readonly child: ChildProcess,
    private readonly mark: string,
  ) {
    child.stdout?.on('data', (data) => {
      this.#output += data;
    });
    child.stderr?.on('data', (data) => {
      this.#output += data;
    });
    child.on('error', (error) => {
      this.#output += error.message;
      this.#code = 127;
    });
    child.on('exit', (code) => {
      this.#code = code ?? 128;
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Both streams, in the order they came. */
  get output(): string {
    return this.#output;
  }

  /** undefined while it runs; 128 when a signal ended it, 127 when it could not be started. */
  get code(): number | undefined {
    return this.#code;
  }

  /** Waits for a line the program prints; fails at once when it ends before. */
  async waitForOutput(pattern: RegExp, deadlineMs = 30_000): Promise<RegExpExecArray> {
    const found = await waitFor(
      `${pattern} in the output of ${this.child.spawnfile}`,
      () => pattern.exec(this.#output) ?? (this.#code === undefined ? undefined : 'ended'),
      { deadlineMs },
    ).catch((error) => {
      throw new Error(`${error.message}\n${this.#output}`);
    });
    if (found === 'ended') throw new Error(`It ended (${this.#code}) without printing ${pattern}:\n${this.#output}`);
    return found;
  }

  /** Waits until it has ended; at the deadline it is killed and the wait fails. */
  async waitForExit(deadlineMs: number): Promise<number> {
    try {
      await waitFor(`${this.child.spawnfile} ends`, () => this.#code !== undefined, { deadlineMs });
    } catch (error) {
      await this.stop();
      throw new Error(`${error instanceof Error ? error.message : error}\n${this.#output}`);
    }
    return this.#code ?? 128;
  }

  /** Ends it with all it started: its process group, and what left the group. */
  async stop(): Promise<void> {
    this.kill();
    if (this.child.pid !== undefined)
      await waitFor('a killed program is gone', () => this.#code !== undefined, { deadlineMs: 10_000 });
    // What was just being started when the rest was ended.
    killMarked(marker, this.mark);
  }

  /** Ends the same without waiting for it. */
  kill(): void {
    if (this.child.pid !== undefined && this.#code === undefined) killGroup(this.child.pid, 'SIGKILL');
    killMarked(marker, this.mark);
  }
}

/** Starts a program in a process group of its own; it is ended at clean-up at the latest. */
export function startProgram(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Program {
  const mark = randomUUID();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...options.env, [marker]: mark },
    detached: process.platform !== 'win32',
    windowsHide: true,
    // A launcher on Windows is a .cmd file, which only its shell can start.
    shell: command.endsWith('.cmd'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const program = new Program(child, mark);
  onCleanup(
    () => program.stop(),
    () => program.kill(),
  );
  return program;
}
