import type { AnsweredCommit, ChecklistJson } from '../../contract/checklist';
import type { MatrixState } from '../conflicts/parts';
import { resolveBase } from '../git/base';
import { GitError } from '../git/errors';
import { readRefs } from '../git/refs';
import { placeOf } from '../git/repository';
import type { Plan } from '../plan/plan';
import { readRecords, type TaskContext } from '../tasks/context';
import type { TaskRecord } from '../tasks/fold';
import { checklistOf } from './checklist';
import { ChecklistError } from './errors';
import { branchOf, isOver, planFacts } from './facts';

type Known = Pick<MatrixState, 'json'> | null;

/**
 * The checklist of one plan against the matrix as it is known.
 * @param state null: nobody has computed a matrix yet
 * @throws ChecklistError `no-plan`; GitError, StoreError
 */
export async function readChecklist(context: TaskContext, id: string, state: Known): Promise<ChecklistJson> {
  const plans = await context.plans();
  const plan = plans.find((each) => each.id === id);
  if (plan === undefined) {
    const known = plans.length === 0 ? 'there is none yet' : `there is ${plans.map((each) => each.id).join(', ')}`;
    throw new ChecklistError('no-plan', `There is no plan "${id}" in ${context.layout.plansDir}: ${known}.`);
  }
  const [found] = await checklistsOf(context, [plan], state);
  if (found === undefined) throw new Error('One plan has one checklist.');
  return found;
}

/**
 * Those of all plans that have tasks, in the order of the plans.
 * @throws GitError, StoreError
 */
export async function readChecklists(context: TaskContext, state: Known): Promise<readonly ChecklistJson[]> {
  const plans = await context.plans();
  const inUse = plans.filter(({ tasks }) => tasks.length > 0);
  return inUse.length === 0 ? [] : checklistsOf(context, inUse, state);
}

/** Starts git only for branches that the matrix does not know, and for plans that have landed. */
async function checklistsOf(context: TaskContext, plans: readonly Plan[], state: Known): Promise<ChecklistJson[]> {
  const [all, { events }] = await Promise.all([readRecords(context), context.store.events.readRepository()]);
  const json = state?.json ?? null;
  const inMatrix = new Set(json?.branches.flatMap(({ task }) => task ?? []));
  const bases = new Map<string | null, Promise<AnsweredCommit | null>>();
  const baseOf = (plan: Plan) => {
    const wanted = plan.fields.base ?? null;
    const base = bases.get(wanted) ?? findBase(context, wanted);
    bases.set(wanted, base);
    return base;
  };
  let branches: Promise<ReadonlySet<string>> | null = null;
  const localBranches = () => {
    branches ??= readBranches(context);
    return branches;
  };
  return Promise.all(
    plans.map(async (plan) => {
      const records = recordsOf(plan, all);
      const missing = [...records].filter(([id]) => !inMatrix.has(`${plan.id}/${id}`));
      const mayBeGone = missing.some(([, record]) => branchOf(record) !== null && !isOver(record));
      const mayHaveLanded = missing.length === records.size && missing.some(([, record]) => isOver(record));
      const facts = planFacts({
        plan,
        records,
        json,
        localBranches: mayBeGone ? await localBranches() : new Set(),
        base: mayHaveLanded ? await baseOf(plan) : null,
        now: Date.now(),
      });
      return checklistOf(facts, events);
    }),
  );
}

function recordsOf(plan: Plan, all: Awaited<ReturnType<typeof readRecords>>): Map<string, TaskRecord> {
  const own = [...all.values()].filter(({ ref }) => ref.plan === plan.id);
  return new Map(own.map(({ ref, record }) => [ref.task, record]));
}

/** Short names. @throws GitError */
async function readBranches({ git, layout }: TaskContext): Promise<ReadonlySet<string>> {
  const refs = await readRefs(git, placeOf(layout), [heads]);
  return new Set(refs.map(({ name }) => name.slice(heads.length)));
}

const heads = 'refs/heads/';

/** Where a plan's work lands, as it is here; null: it names no commit. @throws GitError */
async function findBase({ git, layout }: TaskContext, wanted: string | null): Promise<AnsweredCommit | null> {
  // A pull request would be fetched.
  if (wanted?.startsWith('#') === true) return null;
  try {
    const { name, commit } = await resolveBase(git, layout, wanted, { fetch: false });
    return { ref: name, commit };
  } catch (error) {
    if (GitError.is(error) && error.reason === 'bad-ref') return null;
    throw error;
  }
}
