import path from 'node:path';
import type { AdoptJson } from '../../contract/json';
import { type GlobalOptions, interruptSignal, openCli } from '../context';
import { exitCodes } from '../exitCodes';
import { print, printable, printJson } from '../output';

/** Makes a task of a worktree, a branch or a pull request. */
export async function adopt(
  what: string,
  flags: { readonly plan?: string; readonly agent?: string },
  global: GlobalOptions,
  version: string,
): Promise<number> {
  const { repository, json } = await openCli(global, version);
  const made = await repository.tasks.adopt(what, {
    plan: flags.plan,
    agent: flags.agent,
    cwd: path.resolve(global.C ?? '.'),
    signal: interruptSignal(),
  });
  if (json) await printJson(made satisfies AdoptJson);
  else await print(`${made.plan}/${made.task}  ${printable(made.branch ?? 'detached')}  ${printable(made.worktree)}\n`);
  return exitCodes.done;
}
