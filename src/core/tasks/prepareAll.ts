import type { TaskRef } from '../../contract/plan';
import { findProgram } from '../agents/program';
import { agentByName } from '../agents/registry';
import { findTask, type TaskContext } from './context';
import { type Prepared, type PrepareOptions, prepare, refuseProblems } from './dispatch';
import { refuseHeld } from './holds';
import { lastAgent } from './lastAgent';
import { refName } from './refs';
import { type HeldBy, TaskError } from './taskError';
import type { ExpectedOf } from './usage/budgetHolds';
import { budgetsAtStart } from './usage/budgetsAtStart';

/**
 * Makes the worktrees of several tasks before any agent starts: decided and begun in this order, one after another, and
 * checked out beside each other. When one cannot be made no further one is begun, the others stay as they are, ready,
 * and the error names it: nobody starts.
 * @throws TaskError `held` before anything is made, `worktree-failed`; AgentError before anything is made
 */
export async function prepareAll(
  context: TaskContext,
  refs: readonly TaskRef[],
  o: PrepareOptions = {},
): Promise<Prepared[]> {
  const [only] = refs;
  if (refs.length === 1 && only !== undefined) return [await prepare(context, only, o)];
  await checkGroup(context, refs, o);
  const failures: { ref: TaskRef; error: unknown }[] = [];
  const preparing: Promise<Prepared | null>[] = [];
  for (const ref of refs) {
    if (failures.length > 0) break;
    const begun = new Promise<void>((resolve) => {
      const fail = (error: unknown) => {
        failures.push({ ref, error });
        return null;
      };
      preparing.push(
        prepare(context, ref, { ...o, onBegun: resolve })
          .catch(fail)
          .finally(resolve),
      );
    });
    await begun;
  }
  const prepared = (await Promise.all(preparing)).filter((each) => each !== null);
  const [first] = failures;
  if (first !== undefined) throw groupError(first, prepared, refs.slice(preparing.length));
  return prepared;
}

/** Everything that can be known before the first worktree is made. */
async function checkGroup(context: TaskContext, refs: readonly TaskRef[], o: PrepareOptions): Promise<void> {
  const group = new Group(context, o);
  for (const ref of refs) await group.add(ref);
}

/** A task that something holds. */
export interface HeldTask {
  readonly ref: TaskRef;
  readonly hold: HeldBy;
}

export interface StartableTasks {
  readonly free: readonly TaskRef[];
  readonly held: readonly HeldTask[];
}

/**
 * Which tasks of a group can start together: in this order, each beside those before it that can. Nothing is made, and
 * nothing put on record.
 * @throws TaskError `no-task`, `bad-task`; AgentError
 */
export async function chooseStartable(context: TaskContext, refs: readonly TaskRef[]): Promise<StartableTasks> {
  const group = new Group(context, {});
  const held: HeldTask[] = [];
  for (const ref of refs) {
    try {
      await group.add(ref);
    } catch (error) {
      if (!TaskError.is(error) || error.hold === null) throw error;
      held.push({ ref, hold: error.hold });
    }
  }
  return { free: group.refs, held };
}

/** @throws AgentError `unknown-agent`, `missing-program` */
export async function requireProgram(context: TaskContext, name: string): Promise<void> {
  const settings = context.host.settings();
  await findProgram(agentByName(name, settings), settings, context.host.env);
}

/** Tasks that are about to start together: each takes its place, and what it is expected to use. */
class Group {
  readonly #context: TaskContext;
  readonly #o: PrepareOptions;
  readonly #refs: TaskRef[] = [];
  readonly #ahead: ExpectedOf[] = [];

  constructor(context: TaskContext, o: PrepareOptions) {
    this.#context = context;
    this.#o = o;
  }

  get refs(): readonly TaskRef[] {
    return this.#refs;
  }

  /** @throws TaskError `held` by what there is, or by those before it; then it does not join them */
  async add(ref: TaskRef): Promise<void> {
    const { purpose, agent, model, override = false } = this.#o;
    const context = this.#context;
    const { plan, task } = await findTask(context, ref);
    refuseProblems(plan, task);
    if (purpose === 'spawn') return;
    await requireProgram(context, agent ?? task.fields.agent ?? (await lastAgent(context)).agent);
    const more = this.#refs.filter((each) => each.plan === ref.plan).length;
    const budgets = await budgetsAtStart(context, ref, { begun: false, agent, model });
    await refuseHeld(context, plan, task, { override, more, quiet: true, budgets, ahead: this.#ahead });
    if (budgets?.expected != null) this.#ahead.push({ ref, expected: budgets.expected });
    this.#refs.push(ref);
  }
}

function groupError(
  { ref, error }: { ref: TaskRef; error: unknown },
  made: readonly Prepared[],
  untouched: readonly TaskRef[],
): TaskError {
  const why = error instanceof Error ? error.message : String(error);
  const kept = made.length === 0 ? '' : ` Ready and kept: ${made.map((each) => refName(each.ref)).join(', ')}.`;
  const rest = untouched.length === 0 ? '' : ` Not begun: ${untouched.map(refName).join(', ')}.`;
  const hold = TaskError.is(error) ? error.hold : null;
  return new TaskError(
    TaskError.is(error) && error.reason === 'held' ? 'held' : 'worktree-failed',
    `No agent was started, because ${refName(ref)} could not be prepared: ${why}${kept}${rest}`,
    { cause: error, ...(hold === null ? {} : { hold }) },
  );
}
