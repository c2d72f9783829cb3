import { execa } from 'execa';
import type { LaunchSpec } from '../agents/agent';
import { signalTree } from './processTree';

/** How an agent ended. A stop that was asked for is a signal, whatever code the agent made of it. */
export interface AgentEnd {
  readonly exit: number | null;
  readonly signal: string | null;
}

export interface AgentProcess {
  readonly pid: number;
  readonly ended: Promise<AgentEnd>;
  /** Asks the agent and its children to end, and makes them after a while. */
  stop(signal: 'SIGINT' | 'SIGTERM'): void;
}

export interface StartOptions {
  readonly cwd: string;
  readonly headless: boolean;
  /** Where the agent's standard output goes when headless: `stderr` keeps ours free for a JSON document. */
  readonly output: 'inherit' | 'stderr' | 'ignore';
  /** The command is a line that the user wrote for the platform's shell; never for what we make ourselves. */
  readonly shell?: boolean | undefined;
}

/** What a process is made from. */
export type ProcessSpec = Pick<LaunchSpec, 'command' | 'args' | 'env' | 'input'>;

const graceMs = 5000;

/** What is needed of execa's subprocess, whose own type depends on every option. */
interface Child extends Promise<Outcome> {
  readonly pid?: number | undefined;
}
interface Outcome {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly cause?: unknown;
  readonly shortMessage?: string | undefined;
}

/**
 * Starts an agent's process, or a set-up command's.
 *
 * In a terminal it stays in our process group: a session of its own would take the terminal away from it, and Ctrl-C
 * reaches it because the terminal signals the whole group. Headless it leads a group of its own, which can be ended
 * as one.
 * @throws the system's error when the process cannot be started
 */
export async function startAgent(spec: ProcessSpec, o: StartOptions): Promise<AgentProcess> {
  const output = o.output === 'stderr' ? 2 : o.output;
  const child: Child = execa(spec.command, [...spec.args], {
    cwd: o.cwd,
    env: { ...spec.env },
    extendEnv: false,
    reject: false,
    shell: o.shell === true,
    // The runner ends the agent itself, and must not be kept from exiting by it.
    cleanup: false,
    buffer: false,
    detached: o.headless && process.platform !== 'win32',
    windowsHide: o.headless,
    ...(spec.input === null ? { stdin: o.headless ? 'ignore' : 'inherit' } : { input: spec.input }),
    stdout: output,
    stderr: o.output === 'ignore' ? 'ignore' : 'inherit',
  });
  await started(child);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${spec.command} did not start.`);
  return watched(child, pid, o.headless);
}

function started(child: Child): Promise<void> {
  if (child.pid !== undefined) return Promise.resolve();
  // Without a pid the result is the failure to start.
  return child.then((result) => {
    throw result.cause ?? new Error(result.shortMessage ?? 'The program did not start.');
  });
}

function watched(child: Child, pid: number, group: boolean): AgentProcess {
  let asked: string | null = null;
  let killer: NodeJS.Timeout | null = null;
  const ended = child.then((result): AgentEnd => {
    if (killer !== null) clearTimeout(killer);
    if (asked !== null) return { exit: null, signal: asked };
    return {
      exit: result.exitCode ?? null,
      signal: result.signal ?? (result.exitCode === undefined ? 'unknown' : null),
    };
  });
  return {
    pid,
    ended,
    stop(signal) {
      asked ??= signal;
      // Best effort by nature: what remains is killed when the time is up.
      void signalTree(pid, signal, { group });
      killer ??= setTimeout(() => void signalTree(pid, 'SIGKILL', { group }), graceMs);
    },
  };
}
