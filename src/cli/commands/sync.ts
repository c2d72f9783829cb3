import { type SyncMethod, syncMethods } from '../../contract/events';
import type { SyncJson } from '../../contract/json';
import { type GlobalOptions, interruptSignal, openCli, refOf } from '../context';
import { exitCodes, UsageError } from '../exitCodes';
import { print, printable, printJson, table } from '../output';

interface SyncFlags {
  /** true: the default branch. */
  readonly base?: boolean | string;
  readonly method?: string;
}

/** Brings tasks onto their moved base, all of them when none is named; or fast-forwards the base itself. */
export async function sync(
  tasks: readonly string[],
  flags: SyncFlags,
  global: GlobalOptions,
  version: string,
): Promise<number> {
  const refs = tasks.map(refOf);
  const method = methodOf(flags.method);
  if (flags.base !== undefined && refs.length > 0) {
    throw new UsageError('Name tasks, or --base: the base is brought up to date by itself.');
  }
  const { repository, json } = await openCli(global, version);
  await repository.tasks.reconcile();
  const signal = interruptSignal();
  const answer: SyncJson = { base: null, tasks: [] };
  if (flags.base !== undefined) {
    const base = typeof flags.base === 'string' ? flags.base : undefined;
    return done({ ...answer, base: await repository.tasks.syncBase({ base, signal }) }, json, true);
  }
  if (refs.length === 0)
    return done({ ...answer, tasks: await repository.tasks.syncAll({ method, signal }) }, json, false);
  const synced: SyncJson['tasks'][number][] = [];
  for (const ref of refs) synced.push(await repository.tasks.sync(ref, { method, signal }));
  return done({ ...answer, tasks: synced }, json, true);
}

/** @param named what is held was asked for by name: that is a refusal, and in a list of all it is none */
async function done(answer: SyncJson, json: boolean, named: boolean): Promise<number> {
  if (json) await printJson(answer);
  else await print(textOf(answer));
  const results = [...answer.tasks.map(({ result }) => result), answer.base?.result];
  const stopped = results.includes('conflicting') || (named && results.includes('held'));
  return stopped ? exitCodes.needsHuman : exitCodes.done;
}

function textOf({ base, tasks }: SyncJson): string {
  if (base !== null) return table([[base.name, base.result, base.reason ?? ''].map(printable)]);
  if (tasks.length === 0) return 'No task has a worktree.\n';
  return table(
    tasks.map(({ plan, task, result, files, reason }) => {
      const why = [reason ?? '', files.join(', ')].filter((text) => text !== '').join(': ');
      return [`${plan}/${task}`, result, why].map(printable);
    }),
  );
}

function methodOf(text: string | undefined): SyncMethod | undefined {
  if (text === undefined) return undefined;
  const method = syncMethods.find((each) => each === text);
  if (method === undefined) throw new UsageError(`There is no method ${JSON.stringify(text)}: rebase or merge.`);
  return method;
}
