import type { LaunchMode } from '../../contract/events';
import type { LaunchFile } from '../../contract/files';
import type { TaskRef } from '../../contract/plan';
import { readApp, startApp, stopApp } from './app';
import { startRunner } from './background';
import { readRecord, type TaskContext } from './context';
import { prepare } from './dispatch';
import { chooseStartable, prepareAll } from './prepareAll';
import { makeReadyAlone, readyOnRecord } from './ready';
import { run } from './run';
import { spin } from './spin';
import type { Tasks } from './tasks';

type Launching = Pick<
  Tasks,
  | 'prepare'
  | 'prepareAll'
  | 'chooseStartable'
  | 'requestLaunch'
  | 'run'
  | 'makeReady'
  | 'ready'
  | 'startApp'
  | 'stopApp'
  | 'app'
  | 'startRunner'
  | 'spin'
>;

/** What makes worktrees and starts what runs in them. */
export function createLaunching(context: TaskContext): Launching {
  return {
    prepare: (ref, o) => prepare(context, ref, o),
    prepareAll: (refs, o) => prepareAll(context, refs, o),
    chooseStartable: (refs) => chooseStartable(context, refs),
    requestLaunch: (ref, mode) => requestLaunch(context, ref, mode),
    run: (ref, o) => run(context, ref, o),
    makeReady: (ref, o) => makeReadyAlone(context, ref, o),
    ready: async (ref) => readyOnRecord(await readRecord(context, ref)),
    startApp: (ref, o) => startApp(context, ref, o),
    stopApp: (ref) => stopApp(context, ref),
    app: (ref) => readApp(context, ref),
    startRunner: (ref, o) => startRunner(context, ref, o),
    spin: (prompt, o) => spin(context, prompt, o),
  };
}

/** @throws TaskError `no-worktree`, `running` when its agent lives already */
async function requestLaunch(context: TaskContext, ref: TaskRef, mode: LaunchMode): Promise<LaunchFile> {
  const prepared = await prepare(context, ref);
  const launch = await context.store.launches.request({ ...ref, worktree: prepared.worktree, mode });
  await context.store.events.appendTask(ref, { kind: 'launch-requested', launch: launch.id, mode });
  return launch;
}
