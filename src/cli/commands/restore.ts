import type { RestoreJson } from '../../contract/json';
import { type GlobalOptions, interruptSignal, openCli, refOf } from '../context';
import { exitCodes } from '../exitCodes';
import { note, print, printable, printJson } from '../output';

/** Brings a cleaned worktree back. */
export async function restore(
  task: string,
  flags: { readonly archive?: string },
  global: GlobalOptions,
  version: string,
): Promise<number> {
  const ref = refOf(task);
  const { repository, json } = await openCli(global, version);
  await repository.tasks.reconcile();
  const restored = await repository.tasks.restore(ref, { archive: flags.archive, signal: interruptSignal() });
  if (json) await printJson(restored satisfies RestoreJson);
  else {
    for (const { path, why } of restored.leftOut) note(`switchyard: not brought back: ${path}: ${why}`);
    await print(`${task}  ${printable(restored.branch ?? 'detached')}  ${printable(restored.worktree)}\n`);
  }
  return exitCodes.done;
}
