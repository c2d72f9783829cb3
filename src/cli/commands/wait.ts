import { conditionKinds, taskStates } from '../../contract/states';
import { isAwaitable } from '../../core/tasks/watch';
import { type GlobalOptions, interruptSignal, openCli, refOf } from '../context';
import { exitCodes, UsageError } from '../exitCodes';
import { printJson } from '../output';

/** Waits for a state; the row then, with `--json`. */
export async function wait(
  task: string,
  flags: { readonly for: string; readonly timeout?: number },
  global: GlobalOptions,
  version: string,
): Promise<number> {
  const ref = refOf(task);
  if (!isAwaitable(flags.for)) {
    throw new UsageError(
      `${JSON.stringify(flags.for)} is no state: use one of ${[...taskStates, ...conditionKinds].join(', ')}.`,
    );
  }
  const { repository, json } = await openCli(global, version);
  const timeout = flags.timeout === undefined ? null : flags.timeout * 1000;
  const row = await repository.tasks.wait(ref, flags.for, timeout, interruptSignal());
  if (json) await printJson(row);
  return exitCodes.done;
}
