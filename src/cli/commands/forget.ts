import { type GlobalOptions, openCli, refOf } from '../context';
import { exitCodes } from '../exitCodes';
import { print, printJson } from '../output';

/** Takes a task off the list. */
export async function forget(task: string, global: GlobalOptions, version: string): Promise<number> {
  const ref = refOf(task);
  const { repository, json } = await openCli(global, version);
  await repository.tasks.forget(ref);
  if (json) await printJson({ ...ref, forgotten: true });
  else await print(`${ref.plan}/${ref.task} is forgotten.\n`);
  return exitCodes.done;
}
