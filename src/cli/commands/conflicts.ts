import path from 'node:path';
import type { ConflictsJson } from '../../contract/conflicts';
import { readConflicts } from '../../core/tasks/conflicts/readConflicts';
import { coloured, conflictsText, plain } from '../conflictsText';
import { type GlobalOptions, interruptSignal, openCli } from '../context';
import { exitCodes } from '../exitCodes';
import { print, printJson } from '../output';

interface ConflictsFlags {
  readonly base?: string;
  readonly committed?: boolean;
  readonly exitCode?: boolean;
}

/** Every pair merged in memory, as it is now; with `--exit-code` anything that is not clean is the answer "no". */
export async function conflicts(
  refs: readonly string[],
  flags: ConflictsFlags,
  global: GlobalOptions,
  version: string,
): Promise<number> {
  const { repository, json } = await openCli(global, version);
  const { base, committed } = flags;
  const cwd = path.resolve(global.C ?? '.');
  const state = await readConflicts(repository.context, { refs, base, committed, cwd, signal: interruptSignal() });
  if (json) await printJson(state.json);
  else await print(conflictsText(state.json, inColour(process.env, process.stdout.isTTY) ? coloured : plain));
  return flags.exitCode === true && !isClean(state.json) ? exitCodes.no : exitCodes.done;
}

function isClean({ pairs, againstBase, train }: ConflictsJson): boolean {
  return [...pairs, ...againstBase, ...train].every(({ verdict }) => verdict === 'clean');
}

/** https://no-color.org; a terminal that calls itself dumb knows no colours. */
function inColour(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  return isTerminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}
