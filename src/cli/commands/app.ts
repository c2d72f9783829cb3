import type { AppJson } from '../../contract/json';
import { type GlobalOptions, interruptSignal, openCli, refOf } from '../context';
import { exitCodes } from '../exitCodes';
import { note, print, printJson } from '../output';

/** Starts the plan's app in a task's worktree, or ends it. */
export async function app(
  task: string,
  flags: { readonly stop?: boolean },
  global: GlobalOptions,
  version: string,
): Promise<number> {
  const ref = refOf(task);
  const { repository, json } = await openCli(global, version);
  if (flags.stop === true) {
    const stopped = await repository.tasks.stopApp(ref);
    if (json) await printJson(stopped);
    return exitCodes.done;
  }
  const { listening, log, ...started } = await repository.tasks.startApp(ref, { signal: interruptSignal() });
  if (!listening) note(`switchyard: the app runs, but nothing listens at port ${started.port} yet: see ${log}.`);
  if (json) await printJson(started satisfies AppJson);
  else await print(`${started.url}  ${started.pid}\n`);
  return exitCodes.done;
}
