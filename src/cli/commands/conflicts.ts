import path from 'node:path';
import type { ConflictsJson } from '../../contract/conflicts';
import type { MatrixState } from '../../core/conflicts/parts';
import { withMutes } from '../../core/tasks/conflicts/hazardList';
import { muteHazard, readMutes, unmuteHazard } from '../../core/tasks/conflicts/mutes';
import { readConflicts } from '../../core/tasks/conflicts/readConflicts';
import type { TaskContext } from '../../core/tasks/context';
import { TaskError } from '../../core/tasks/taskError';
import { coloured, conflictsText, plain } from '../conflictsText';
import { type GlobalOptions, interruptSignal, openCli } from '../context';
import { exitCodes, UsageError } from '../exitCodes';
import { print, printJson } from '../output';

interface ConflictsFlags {
  readonly base?: string;
  readonly committed?: boolean;
  readonly exitCode?: boolean;
  readonly mute?: string;
  readonly reason?: string;
  readonly unmute?: string;
}

/**
 * Every pair merged in memory, as it is now; with `--exit-code` anything that git does not merge cleanly is the answer
 * "no". With `--mute` or `--unmute` a hazard is put aside or taken back first.
 * @throws UsageError; TaskError `bad-hazard`
 */
export async function conflicts(
  refs: readonly string[],
  flags: ConflictsFlags,
  global: GlobalOptions,
  version: string,
): Promise<number> {
  const { repository, json } = await openCli(global, version);
  const { base, committed } = flags;
  checkMutes(flags);
  if (flags.unmute !== undefined) await unmuteHazard(repository.context, flags.unmute);
  const cwd = path.resolve(global.C ?? '.');
  const o = { refs, base, committed, cwd, signal: interruptSignal() };
  const found = await readConflicts(repository.context, o);
  const shown =
    flags.mute === undefined ? found.json : await muted(repository.context, found, flags.mute, flags.reason);
  if (json) await printJson(shown);
  else await print(conflictsText(shown, inColour(process.env, process.stdout.isTTY) ? coloured : plain));
  return flags.exitCode === true && !isClean(shown) ? exitCodes.no : exitCodes.done;
}

function checkMutes({ mute, unmute, reason }: ConflictsFlags): void {
  if (mute !== undefined && unmute !== undefined) throw new UsageError('Give --mute or --unmute, not both.');
  if (mute === undefined && reason !== undefined) throw new UsageError('--reason goes with --mute ID.');
  if (mute !== undefined && (reason ?? '').trim() === '')
    throw new UsageError('--mute needs --reason: say why it is none.');
}

/** What is not there now is not muted: a typing error would hide what comes later. */
async function muted(
  context: TaskContext,
  { json }: MatrixState,
  id: string,
  reason: string | undefined,
): Promise<ConflictsJson> {
  if (!json.hazards.some((hazard) => hazard.id === id)) {
    throw new TaskError(
      'bad-hazard',
      `There is no hazard ${JSON.stringify(id)} now; "switchyard conflicts" names those that are.`,
    );
  }
  await muteHazard(context, id, reason ?? '');
  return withMutes(json, await readMutes(context));
}

function isClean({ pairs, againstBase, train }: ConflictsJson): boolean {
  return [...pairs, ...againstBase, ...train].every(({ verdict }) => verdict === 'clean');
}

/** https://no-color.org; a terminal that calls itself dumb knows no colours. */
function inColour(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  return isTerminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}
