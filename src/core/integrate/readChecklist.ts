import {
  type AnsweredCommit,
  answerVerdicts,
  type ChecklistItemId,
  type ChecklistJson,
  checklistItemIds,
} from '../../contract/checklist';
import type { MatrixState } from '../conflicts/parts';
import { resolveBase } from '../git/base';
import { GitError } from '../git/errors';
import { readRefs } from '../git/refs';
import { placeOf } from '../git/repository';
import { gitUser } from '../git/user';
import type { Plan } from '../plan/plan';
import { readRecords, refName, type TaskContext } from '../tasks/context';
import { answersTo } from './answers';
import { type ChecklistAnswer, checklistOf } from './checklist';
import { ChecklistError } from './errors';
import { planFacts } from './facts';

/**
 * The checklist of a plan against the matrix as it is known. Starts git only for tasks that the matrix does not know.
 * @param state null: nobody has computed a matrix yet
 * @throws ChecklistError `no-plan`; GitError, StoreError
 */
export async function readChecklist(
  context: TaskContext,
  id: string,
  state: Pick<MatrixState, 'json'> | null,
): Promise<ChecklistJson> {
  const plan = await findPlan(context, id);
  const [all, { events }] = await Promise.all([readRecords(context), context.store.events.readRepository()]);
  const records = [...all.values()].filter(({ ref }) => ref.plan === id);
  const json = state?.json ?? null;
  const inMatrix = new Set(json?.branches.map(({ task }) => task));
  const isMissing = records.some(({ ref }) => !inMatrix.has(refName(ref)));
  const facts = planFacts({
    plan,
    records: new Map(records.map(({ ref, record }) => [ref.task, record])),
    json,
    localBranches: isMissing ? await localBranches(context) : new Set(),
    base: isMissing ? await baseOf(context, plan) : null,
    now: Date.now(),
  });
  return checklistOf(facts, events);
}

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

/** @throws ChecklistError `no-plan` */
async function findPlan(context: TaskContext, id: string): Promise<Plan> {
  const plans = await context.plans();
  const plan = plans.find((each) => each.id === id);
  if (plan !== undefined) return plan;
  const known = plans.length === 0 ? 'there is none yet' : `there is ${plans.map((each) => each.id).join(', ')}`;
  throw new ChecklistError('no-plan', `There is no plan "${id}" in ${context.layout.plansDir}: ${known}.`);
}

/** Short names. @throws GitError */
async function localBranches({ git, layout }: TaskContext): Promise<ReadonlySet<string>> {
  const refs = await readRefs(git, placeOf(layout), [heads]);
  return new Set(refs.map(({ name }) => name.slice(heads.length)));
}

const heads = 'refs/heads/';

/** Where the plan's work lands, as it is here; null: it names no commit. @throws GitError */
async function baseOf({ git, layout }: TaskContext, plan: Plan): Promise<AnsweredCommit | null> {
  // A pull request would be fetched.
  if (plan.fields.base?.startsWith('#') === true) return null;
  try {
    const { name, commit } = await resolveBase(git, layout, plan.fields.base ?? null, { fetch: false });
    return { ref: name, commit };
  } catch (error) {
    if (GitError.is(error) && error.reason === 'bad-ref') return null;
    throw error;
  }
}
