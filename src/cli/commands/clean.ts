import type { CleanAllJson, CleanJson, Loss } from '../../contract/json';
import type { Repository } from '../../core/openRepository';
import { type GlobalOptions, interruptSignal, openCli, refOf } from '../context';
import { exitCodes, UsageError } from '../exitCodes';
import { formatBytes, note, print, printable, printJson, table } from '../output';

interface CleanFlags {
  readonly integrated?: boolean;
  readonly dryRun?: boolean;
  readonly discardChanges?: boolean;
  readonly deleteBranch?: boolean;
  readonly endProcesses?: boolean;
}

/** Puts one task's worktree into the trash, or those of all tasks whose work has landed. */
export async function clean(
  task: string | undefined,
  flags: CleanFlags,
  global: GlobalOptions,
  version: string,
): Promise<number> {
  const integrated = flags.integrated === true;
  if (integrated === (task !== undefined))
    throw new UsageError('Name one task as <plan>/<task>, or give --integrated.');
  if (integrated && (flags.discardChanges || flags.deleteBranch || flags.endProcesses)) {
    throw new UsageError('--integrated takes no consents: it cleans only what would lose nothing.');
  }
  const ref = task === undefined ? null : refOf(task);
  const { repository, json } = await openCli(global, version);
  await repository.tasks.reconcile();
  return ref === null ? cleanAll(repository, flags, json) : cleanOne(repository, ref, flags, json);
}

async function cleanAll(repository: Repository, flags: CleanFlags, json: boolean): Promise<number> {
  const answer = await repository.tasks.cleanIntegrated({ dryRun: flags.dryRun, signal: interruptSignal() });
  if (json) await printJson(answer satisfies CleanAllJson);
  else if (answer.tasks.length === 0) await print('Nothing that has landed is there to be cleaned.\n');
  else await print(table(answer.tasks.map((each) => allCells(each, flags.dryRun === true))));
  return flags.dryRun === true || answer.tasks.every(({ cleaned }) => cleaned) ? exitCodes.done : exitCodes.needsHuman;
}

function allCells(answer: CleanJson, dryRun: boolean): string[] {
  const what = dryRun ? 'can be cleaned' : answer.cleaned ? 'cleaned' : (answer.refused ?? 'stays');
  return [`${answer.plan}/${answer.task}`, formatBytes(answer.bytes ?? null), what].map(printable);
}

async function cleanOne(
  repository: Repository,
  ref: { plan: string; task: string },
  flags: CleanFlags,
  json: boolean,
): Promise<number> {
  const answer = await repository.tasks.clean(ref, { ...flags, signal: interruptSignal() });
  if (json) await printJson(answer satisfies CleanJson);
  else await print(table(answer.wouldLose.map(lossCells)));
  tell(answer, flags.dryRun === true);
  return answer.cleaned || flags.dryRun === true ? exitCodes.done : exitCodes.needsHuman;
}

function lossCells({ kind, path, why, bytes }: Loss): string[] {
  return [kind, path, bytes === undefined ? why : `${why} (${formatBytes(bytes)})`].map(printable);
}

const consentFlags = {
  'discard-changes': '--discard-changes',
  'delete-branch': '--delete-branch',
  'end-processes': '--end-processes',
} as const;

/** One line of what happened, for people. */
function tell(answer: CleanJson, dryRun: boolean): void {
  const name = `${answer.plan}/${answer.task}`;
  if (answer.refused !== null) {
    note(`switchyard: ${answer.refused}`);
  } else if (answer.cleaned) {
    const kept = answer.branch !== null && !answer.branch.deleted ? ` Its branch ${answer.branch.name} stays.` : '';
    note(`switchyard: ${name} is cleaned; "switchyard restore ${name}" brings it back.${kept}`);
  } else {
    const flags = answer.needs.map((consent) => consentFlags[consent]).join(' ');
    if (flags === '') note(`switchyard: ${name} can be cleaned without losing anything.`);
    else note(`switchyard: ${name} ${dryRun ? 'would stay' : 'stays'} without your consent: ${flags}.`);
  }
}
