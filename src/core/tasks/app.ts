import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppJson } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import { isSameProcess, processStartTime } from '../store/processes';
import { noWorktree, readRecord, type TaskContext, withTaskLock } from './context';
import { taskEnvironment } from './environment';
import type { AppRecord, TaskRecord } from './fold';
import { answers, isPortFree } from './portProbe';
import { assignPorts } from './ports';
import { endGroup } from './processTree';
import { refName, streamName } from './refs';
import { TaskError } from './taskError';

export interface AppOptions {
  /** Gives up waiting; an app that this call started is ended. */
  readonly signal?: AbortSignal | undefined;
  /** How long to wait until something listens at its port; default 30 s. */
  readonly waitMs?: number | undefined;
}

export interface StartedApp extends AppJson {
  /** False: it runs, and nothing listens at its port yet. */
  readonly listening: boolean;
  /** File with its output. */
  readonly log: string;
}

const waitMs = 30_000;
const lookMs = 50;

/**
 * Starts the plan's `run` in a task's worktree, in the background, and waits until its port listens. The app outlives
 * this process. One that runs already is returned; of several calls at once one starts it, and all wait for it.
 * @throws TaskError `no-task`, `no-app` when the plan has no `run`, `no-worktree`, `in-use` when its port is another
 * program's, `app-failed` when it ends before it listens, `cancelled`
 */
export async function startApp(context: TaskContext, ref: TaskRef, o: AppOptions = {}): Promise<StartedApp> {
  const begun = await withTaskLock(context, ref, async () => {
    const record = await readRecord(context, ref);
    const running = await aliveApp(record);
    if (running !== null) return { app: running, child: null };
    if (record?.worktree == null) throw noWorktree(ref);
    return launch(context, ref, record, record.worktree.path, await appCommand(context, ref));
  });
  const { app, child } = begun;
  const listening = await waitUntilListening(context, ref, app, child, o);
  const { pid, port, url, log } = app;
  return { ...ref, pid, port, url, log, listening };
}

/**
 * Ends the app with everything it started: asks, and after 5 s makes it. Nothing to end is no error.
 * @returns what runs then: nothing
 */
export async function stopApp(context: TaskContext, ref: TaskRef): Promise<AppJson> {
  return withTaskLock(context, ref, async () => {
    const record = await readRecord(context, ref);
    const running = await aliveApp(record);
    if (running !== null) await endGroup(running.pid);
    if (record?.app != null) await recordEnd(context, ref, record.app.pid, null);
    return { ...ref, pid: null, port: record?.port ?? null, url: null };
  });
}

/** The app of a task as it is now; `pid` and `url` are null when it does not run. Writes nothing. */
export async function readApp(context: TaskContext, ref: TaskRef): Promise<AppJson> {
  const record = await readRecord(context, ref);
  const app = await aliveApp(record);
  return { ...ref, pid: app?.pid ?? null, port: app?.port ?? record?.port ?? null, url: app?.url ?? null };
}

/** Puts apps that ended by themselves on record; no process is started where none is on record as running. */
export async function recordEndedApps(
  context: TaskContext,
  records: Iterable<{ readonly ref: TaskRef; readonly record: TaskRecord }>,
): Promise<void> {
  for (const { ref, record } of records) {
    // Said twice it says the same: no lock is needed.
    if (record.app !== null && (await aliveApp(record)) === null) await recordEnd(context, ref, record.app.pid, null);
  }
}

async function aliveApp(record: TaskRecord | null): Promise<AppRecord | null> {
  const app = record?.app ?? null;
  return app !== null && (await isSameProcess(app.pid, app.pidStarted)) ? app : null;
}

async function appCommand(context: TaskContext, ref: TaskRef): Promise<string> {
  const plan = await context.plan(ref.plan);
  const command = plan?.fields.run;
  if (command !== undefined) return command;
  const where =
    plan === null ? `The plan "${ref.plan}" is gone` : `The plan "${ref.plan}" does not say how to start the app`;
  const wrong = plan?.problems.find(
    ({ line, file }) => file === plan.file && line === plan.positions.get('run')?.key.line,
  );
  throw new TaskError(
    'no-app',
    wrong === undefined
      ? `${where}: write its command as "run" into ${plan?.file ?? path.join(context.layout.plansDir, ref.plan, 'plan.md')}.`
      : `${wrong.file}:${wrong.line}:${wrong.column}: ${wrong.message}`,
  );
}

/** The started app; its process, while it is our child, tells how it ended. */
interface Begun {
  readonly app: AppRecord;
  readonly child: ChildProcess | null;
}

async function launch(
  context: TaskContext,
  ref: TaskRef,
  record: TaskRecord,
  worktree: string,
  command: string,
): Promise<Begun> {
  const port = record.port ?? (await assignPorts(context, ref, worktree));
  if (!(await isPortFree(port))) {
    throw new TaskError(
      'in-use',
      `Port ${port} of ${refName(ref)} is taken by another program (an app that left "run" behind?): end that one, then start the app again.`,
    );
  }
  const { child, log } = await spawnApp(context, ref, { ...record, port }, worktree, command);
  const { pid } = child;
  if (pid === undefined) throw notStarted(ref, await failureOf(child));
  const app = { pid, pidStarted: await processStartTime(pid), port, url: `http://localhost:${port}`, log };
  try {
    await context.store.events.appendTask(ref, { kind: 'app-started', ...app });
  } catch (error) {
    // Nobody would know of it.
    await endGroup(pid);
    throw error;
  }
  return { app, child };
}

/** A process that cannot be started says why a moment later. */
function failureOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => child.once('error', ({ message }) => resolve(message)));
}

function notStarted(ref: TaskRef, why: string): TaskError {
  return new TaskError('app-failed', `The app of ${refName(ref)} could not be started: ${why}`);
}

/** In a group of its own, which can be ended as one, and with nothing that ties it to us. */
async function spawnApp(context: TaskContext, ref: TaskRef, record: TaskRecord, worktree: string, command: string) {
  const logDir = path.join(context.store.dir, 'logs');
  await mkdir(logDir, { recursive: true, mode: 0o700 });
  const log = path.join(logDir, `${streamName(ref)}.app.log`);
  // One start, one log: what failed the last time must not be taken for now.
  const output = await open(log, 'w', 0o600);
  try {
    const child = spawn(command, {
      shell: true,
      cwd: worktree,
      env: { ...taskEnvironment(context, ref, record), PORT: String(record.port) },
      detached: true,
      windowsHide: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    child.unref();
    return { child, log };
  } finally {
    await output.close();
  }
}

async function waitUntilListening(
  context: TaskContext,
  ref: TaskRef,
  app: AppRecord,
  child: ChildProcess | null,
  o: AppOptions,
): Promise<boolean> {
  const deadline = performance.now() + (o.waitMs ?? waitMs);
  for (;;) {
    // Asked before the port: what listens although the app has ended is another program.
    const lives = await isSameProcess(app.pid, app.pidStarted);
    if (!lives) throw await endedEarly(context, ref, app, child);
    if (await answers(app.port)) return true;
    if (o.signal?.aborted) {
      if (child !== null) await stopApp(context, ref);
      throw new TaskError('cancelled', `The start of the app of ${refName(ref)} was interrupted.`);
    }
    if (performance.now() > deadline) return false;
    await sleep(lookMs);
  }
}

async function endedEarly(
  context: TaskContext,
  ref: TaskRef,
  app: AppRecord,
  child: ChildProcess | null,
): Promise<TaskError> {
  const exit = child?.exitCode ?? null;
  await recordEnd(context, ref, app.pid, exit);
  const how = exit === null ? 'ended' : `ended with exit code ${exit}`;
  const said = await lastLines(app.log);
  return new TaskError(
    'app-failed',
    `The app of ${refName(ref)} ${how} before anything listened at port ${app.port}${said === '' ? '' : `: ${said}`} (see ${app.log}).`,
  );
}

async function recordEnd(context: TaskContext, ref: TaskRef, pid: number, exit: number | null): Promise<void> {
  await context.store.events.appendTask(ref, { kind: 'app-stopped', pid, exit });
}

const shownLines = 5;
const shownCharacters = 1000;

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-shownLines).join('\n').slice(-shownCharacters);
}
