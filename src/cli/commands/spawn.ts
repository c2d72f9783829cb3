import type { SpawnJson } from '../../contract/json';
import type { Repository } from '../../core/openRepository';
import type { Prepared } from '../../core/tasks/dispatch';
import type { Ready, ReadyOptions } from '../../core/tasks/ready';
import { TaskError } from '../../core/tasks/taskError';
import { type GlobalOptions, interruptSignal, openCli, refOf } from '../context';
import { exitCodes } from '../exitCodes';
import { note, print, printable, printJson } from '../output';

/**
 * Branch and worktree for each task, then each made ready, one after another. What is made stays when a later one
 * fails; a set-up that fails is told, and does not keep the others from being set up.
 */
export async function spawn(tasks: readonly string[], global: GlobalOptions, version: string): Promise<number> {
  const refs = tasks.map(refOf);
  const { repository, json } = await openCli(global, version);
  const signal = interruptSignal();
  const prepared = await repository.tasks.prepareAll(refs, { purpose: 'spawn', signal });
  for (const { warnings } of prepared) for (const warning of warnings) note(`switchyard: ${warning}`);
  const failures: TaskError[] = [];
  const made: SpawnJson['tasks'][number][] = [];
  for (const each of prepared) {
    const ready = await readyOne(repository, each, { signal, json }, failures);
    const { ref, branch, worktree } = each;
    const { copied, leftOut, setup, ports } = ready;
    made.push({ ...ref, branch, worktree, copied, leftOut, setup: { exit: setup.exit }, ports });
  }
  if (json) await printJson({ tasks: made } satisfies SpawnJson);
  else await print(made.map((t) => `${t.plan}/${t.task}  ${printable(t.branch)}  ${printable(t.worktree)}\n`).join(''));
  const [first, ...others] = failures;
  for (const failure of others) note(`switchyard: ${failure.message}`);
  if (first !== undefined) throw first;
  return exitCodes.done;
}

async function readyOne(
  repository: Repository,
  { ref }: Prepared,
  o: { readonly signal: AbortSignal; readonly json: boolean },
  failures: TaskError[],
): Promise<Ready> {
  const options: ReadyOptions = {
    signal: o.signal,
    output: o.json ? 'stderr' : 'inherit',
    headless: o.json || process.stdin.isTTY !== true,
    onNote: (text) => note(`switchyard: ${ref.plan}/${ref.task}: ${text}`),
  };
  try {
    return await repository.tasks.makeReady(ref, options);
  } catch (error) {
    if (!TaskError.is(error) || error.reason !== 'setup-failed') throw error;
    failures.push(error);
    return repository.tasks.ready(ref);
  }
}
