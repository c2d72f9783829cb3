import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { TaskRef } from '../../contract/plan';
import { childEnvironment } from '../git/environment';
import { readRecord, type TaskContext } from './context';
import { refName, streamName } from './refs';
import { TaskError } from './taskError';

export interface BackgroundOptions {
  readonly agent?: string | undefined;
  readonly model?: string | undefined;
  readonly override?: boolean | undefined;
  readonly launch?: string | undefined;
  readonly skipSetup?: boolean | undefined;
}

/** A headless runner in the background that has loaded everything and waits for the word to start. */
export interface BackgroundRunner {
  readonly pid: number;
  /** Standard output and error of the runner and its agent. */
  readonly logFile: string;
  /** Starts the agent. @returns when its process runs, with its pid. @throws TaskError `start-failed` */
  go(): Promise<{ pid: number }>;
  /** Ends the runner; no agent was started. */
  cancel(): void;
}

/**
 * Starts `switchyard run --headless` as a process of its own, which outlives this one. It waits for `go` (or for our
 * end, upon which it ends too): so it can load while worktrees are still being made.
 * @throws TaskError `start-failed` when the host named no command line
 */
export async function startRunner(
  context: TaskContext,
  ref: TaskRef,
  o: BackgroundOptions = {},
): Promise<BackgroundRunner> {
  const { cli } = context.host;
  if (cli === undefined)
    throw new TaskError('start-failed', 'No command line is installed to run agents in the background.');
  const logDir = path.join(context.store.dir, 'logs');
  await mkdir(logDir, { recursive: true, mode: 0o700 });
  const logFile = path.join(logDir, `${streamName(ref)}.log`);
  const log = await open(logFile, 'a', 0o600);
  const at = context.layout.mainWorktree ?? context.layout.commonDir;
  const options = [
    ...(o.agent === undefined ? [] : [`--agent=${o.agent}`]),
    ...(o.model === undefined ? [] : [`--model=${o.model}`]),
    ...(o.launch === undefined ? [] : [`--launch=${o.launch}`]),
    ...(o.override === true ? ['--override'] : []),
    ...(o.skipSetup === true ? ['--skip-setup'] : []),
  ];
  const args = [...cli.args, '-C', at, 'run', '--headless', '--when-told', ...options, refName(ref)];
  const child = spawn(cli.command, args, {
    cwd: at,
    env: { ...runnerEnvironment(context), ...cli.env },
    detached: true,
    windowsHide: true,
    stdio: ['pipe', log.fd, log.fd],
  });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const exited = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
  // Both are only looked at in `go`; until then a failure is no unhandled one.
  failed.catch(() => undefined);
  await log.close();
  child.stdin?.on('error', () => undefined); // The runner has ended: `go` says so.
  return {
    pid: child.pid ?? -1,
    logFile,
    async go() {
      const before = (await context.store.events.readTask(ref)).events.length;
      child.stdin?.end('go\n');
      try {
        return await Promise.race([started(context, ref, before, exited, logFile), failed]);
      } finally {
        child.unref();
      }
    },
    cancel() {
      // Without the word it ends by itself.
      child.stdin?.end();
      child.unref();
    },
  };
}

function runnerEnvironment(context: TaskContext): Record<string, string> {
  const { window, env, launcherDir } = context.host;
  return {
    ...childEnvironment(env),
    ...asNode(),
    ...(launcherDir === undefined ? {} : { SWITCHYARD_LAUNCHER_DIR: launcherDir }),
    ...(window === null ? {} : { SWITCHYARD_WINDOW: window }),
  };
}

/** VS Code's own program is a Node only when told so; our command line may be run by it. */
export function asNode(): Record<string, string> {
  return process.versions.electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' };
}

const lookMs = 15;

/** Looks at the task's events until they tell that the agent runs: the truth, whoever started it. */
async function started(
  context: TaskContext,
  ref: TaskRef,
  before: number,
  exited: Promise<number>,
  logFile: string,
): Promise<{ pid: number }> {
  let exit: number | null = null;
  void exited.then((code) => {
    exit = code;
  });
  for (;;) {
    // Asked before the events are read: an end that comes after them is seen at the next look.
    const ended = exit;
    const { events } = await context.store.events.readTask(ref);
    const start = events.slice(before).find((event) => event.kind === 'agent-started');
    if (start !== undefined) return { pid: start.pid };
    if (ended !== null) throw await startFailed(context, ref, ended, logFile);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

async function startFailed(context: TaskContext, ref: TaskRef, code: number, logFile: string): Promise<TaskError> {
  const conditions = (await readRecord(context, ref))?.conditions ?? [];
  const setup = conditions.find(({ kind }) => kind === 'setup-failed');
  const failed = setup ?? conditions.find(({ kind }) => kind === 'failed');
  const why = failed === undefined ? `its runner ended with ${code}` : failed.reason;
  return new TaskError(
    setup === undefined ? 'start-failed' : 'setup-failed',
    `The agent of ${refName(ref)} did not start (${setup === undefined ? '' : 'its set-up failed: '}${why}): see ${logFile}.`,
  );
}
