import { type AnswerVerdict, answerVerdicts, type ChecklistJson } from '../../contract/checklist';
import { itemNamed } from '../../core/integrate/answerChecklist';
import type { ChecklistAnswer } from '../../core/integrate/checklist';
import { readConflicts } from '../../core/tasks/conflicts/readConflicts';
import { checklistText } from '../checklistText';
import { type GlobalOptions, interruptSignal, openCli } from '../context';
import { exitCodes, UsageError } from '../exitCodes';
import { print, printJson } from '../output';

interface ChecklistFlags {
  readonly exitCode?: boolean;
  readonly answer?: string;
  readonly note?: string;
}

/** A plan's integration checklist, answered first where that is asked for; with `--exit-code` all that is no pass is "no". */
export async function checklist(
  plan: string,
  flags: ChecklistFlags,
  global: GlobalOptions,
  version: string,
): Promise<number> {
  const answer = answerOf(flags);
  const { repository, json } = await openCli(global, version);
  // A plan that is not there is told before anything is computed.
  await repository.checklist(plan, null);
  const state = await readConflicts(repository.context, { signal: interruptSignal() });
  let shown = await repository.checklist(plan, state);
  if (answer !== null) {
    await repository.answerChecklist(shown, answer);
    shown = await repository.checklist(plan, state);
  }
  if (json) await printJson(shown satisfies ChecklistJson);
  else await print(checklistText(shown));
  const passes = shown.items.every(({ verdict }) => verdict === 'pass');
  return flags.exitCode === true && !passes ? exitCodes.no : exitCodes.done;
}

/** `ITEM=VERDICT`. @throws UsageError; ChecklistError `unknown-item` */
function answerOf({ answer, note }: ChecklistFlags): ChecklistAnswer | null {
  if (answer === undefined) {
    if (note !== undefined) throw new UsageError('A note belongs to an answer: add --answer ITEM=pass|fail|ask.');
    return null;
  }
  const [, item, verdict] = /^([^=]*)=(.*)$/s.exec(answer) ?? [];
  if (item === undefined || !isVerdict(verdict)) {
    throw new UsageError(`${JSON.stringify(answer)} is no answer: write ITEM=pass, ITEM=fail or ITEM=ask.`);
  }
  return { item: itemNamed(item), verdict, note: note ?? '' };
}

function isVerdict(text: string | undefined): text is AnswerVerdict {
  return (answerVerdicts as readonly (string | undefined)[]).includes(text);
}
