import { answerVerdicts, type ChecklistItemId, type ChecklistJson, checklistItemIds } from '../../contract/checklist';
import { gitUser } from '../git/user';
import type { TaskContext } from '../tasks/context';
import { answersTo } from './answers';
import type { ChecklistAnswer } from './checklist';
import { ChecklistError } from './errors';

/**
 * Puts a human's answer on record: about the commits of `shown`, which is what they saw. A later answer replaces it.
 * @throws ChecklistError `unknown-item`, `bad-answer`, `no-note`, `nothing-to-answer`, `not-known`;
 *   `answered-meanwhile` when somebody else has answered that item otherwise since `shown`; StoreError
 */
export async function answerChecklist(
  context: TaskContext,
  shown: ChecklistJson,
  answer: ChecklistAnswer,
): Promise<void> {
  const item = itemNamed(answer.item);
  const { verdict } = answer;
  const note = answer.note.trim();
  const before = shown.items.find(({ id }) => id === item);
  refuseBadAnswer(shown, answer, note);
  const who = await gitUser(context.git, context.layout);
  await context.store.locks.withLock(`checklist-${shown.plan}`, async () => {
    const { events } = await context.store.events.readRepository();
    const now = answersTo(shown.plan, events).get(item);
    const isNews = now !== undefined && now.at !== before?.at && now.verdict !== verdict;
    if (isNews) {
      const by = now.who ?? 'Somebody';
      const message = `${by} has answered "${now.verdict}" to "${item}" meanwhile: look at it, then answer again.`;
      throw new ChecklistError('answered-meanwhile', message);
    }
    await context.store.events.appendRepository({
      kind: 'checklist-answered',
      plan: shown.plan,
      item,
      verdict,
      note,
      who,
      commits: shown.commits,
    });
  });
}

/** Nothing is put on record that says nothing, or is about what nobody could look at. */
function refuseBadAnswer(shown: ChecklistJson, { item, verdict }: ChecklistAnswer, note: string): void {
  if (!(answerVerdicts as readonly string[]).includes(verdict)) {
    throw new ChecklistError('bad-answer', `${JSON.stringify(verdict)} is no answer: write pass, fail or ask.`);
  }
  if (note.length > longestNote) {
    throw new ChecklistError(
      'bad-answer',
      `A note has at most ${longestNote} characters, and this one has ${note.length}.`,
    );
  }
  if (verdict === 'ask') return;
  if (verdict === 'fail' && note === '') {
    throw new ChecklistError('no-note', `Say in a note what is wrong with "${item}": whoever mends it has to know.`);
  }
  const [untold] = shown.untold;
  if (verdict === 'pass' && untold !== undefined) {
    const message = `The state of ${untold.ref} is not known (${untold.why}): answer "${item}" when it is.`;
    throw new ChecklistError('not-known', message);
  }
  if (shown.commits.length === 0) {
    const message = `The plan "${shown.plan}" has no branch yet that "${item}" could be answered about: dispatch its tasks first.`;
    throw new ChecklistError('nothing-to-answer', message);
  }
}

const longestNote = 4000;

/** @throws ChecklistError `unknown-item` */
export function itemNamed(text: string): ChecklistItemId {
  const item = checklistItemIds.find((id) => id === text);
  if (item !== undefined) return item;
  const message = `There is no item ${JSON.stringify(text)}: it is one of ${checklistItemIds.join(', ')}.`;
  throw new ChecklistError('unknown-item', message);
}
