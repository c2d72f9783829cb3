import type { SpawnJson } from '../../contract/json';
import { type GlobalOptions, interruptSignal, openCli, refOf } from '../context';
import { exitCodes } from '../exitCodes';
import { note, print, printable, printJson } from '../output';

/** Branch and worktree for each task, one after another; those made stay when a later one fails. */
export async function spawn(tasks: readonly string[], global: GlobalOptions, version: string): Promise<number> {
  const refs = tasks.map(refOf);
  const { repository, json } = await openCli(global, version);
  const prepared = await repository.tasks.prepareAll(refs, { purpose: 'spawn', signal: interruptSignal() });
  for (const { warnings } of prepared) for (const warning of warnings) note(`switchyard: ${warning}`);
  const made = prepared.map(({ ref, branch, worktree }) => ({
    ...ref,
    branch,
    worktree,
    copied: [],
    leftOut: [],
    setup: { exit: null },
    ports: [],
  }));
  if (json) await printJson({ tasks: made } satisfies SpawnJson);
  else await print(made.map((t) => `${t.plan}/${t.task}  ${printable(t.branch)}  ${printable(t.worktree)}\n`).join(''));
  return exitCodes.done;
}
