import type { TaskRef } from '../../contract/plan';
import { findProgram } from '../agents/program';
import { agentByName } from '../agents/registry';
import { createTask, inboxPlan } from '../plan/createFiles';
import { suggestId } from '../plan/ids';
import { findTask, refName, type TaskContext } from './context';
import { type Prepared, type PrepareOptions, prepare, refuseProblems } from './dispatch';
import { refuseHeld } from './holds';
import { lastAgent } from './lastAgent';
import { TaskError } from './taskError';
import type { ExpectedOf } from './usage/budgetHolds';
import { budgetsAtStart } from './usage/budgetsAtStart';

export interface SpinOptions {
  /** Several agents are rivals on one question, each with a task of its own. Default: the last one used. */
  readonly agents?: readonly string[] | undefined;
  readonly model?: string | undefined;
  readonly base?: string | undefined;
  /** Default: the inbox. */
  readonly plan?: string | undefined;
  /** Globs the agent may edit. */
  readonly scope?: readonly string[] | undefined;
  readonly override?: boolean | undefined;
  /** Told when the task files are written and before worktrees are made: what takes time can begin. */
  readonly onTasks?: ((refs: readonly TaskRef[]) => void) | undefined;
  readonly onProgress?: PrepareOptions['onProgress'];
  readonly signal?: AbortSignal | undefined;
}

/**
 * One prompt becomes a task, a branch and a worktree, for each agent. No agent is started here: that follows when all
 * worktrees are there.
 * @throws TaskError, AgentError `unknown-agent`, `missing-program` (then nothing was made)
 */
export async function spin(context: TaskContext, prompt: string, o: SpinOptions = {}): Promise<Prepared[]> {
  if (prompt.trim() === '') throw new TaskError('bad-task', 'The prompt is empty: say what is to be done.');
  const names = o.agents === undefined || o.agents.length === 0 ? [(await lastAgent(context)).agent] : o.agents;
  await Promise.all(names.map((name) => requireProgram(context, name)));
  const plan = o.plan ?? inboxPlan;
  const taken = new Set(
    (await context.store.events.tasks()).filter((ref) => ref.plan === plan).map(({ task }) => task),
  );
  const refs: TaskRef[] = [];
  for (const agent of names) {
    const { ref } = await createTask(context.layout, plan, {
      ...(names.length > 1 ? { id: rivalId(prompt, agent) } : {}),
      instructions: prompt,
      agent,
      ...(o.model === undefined ? {} : { model: o.model }),
      ...(o.scope === undefined ? {} : { scope: o.scope }),
      ...(o.base === undefined ? {} : { from: o.base }),
      taken,
      git: context.git,
    });
    refs.push(ref);
  }
  o.onTasks?.(refs);
  return prepareAll(context, refs, {
    base: o.base,
    override: o.override,
    rivals: names.length > 1 ? refs[0]?.task : undefined,
    onProgress: o.onProgress,
    signal: o.signal,
  });
}

async function requireProgram(context: TaskContext, name: string): Promise<void> {
  const settings = context.host.settings();
  await findProgram(agentByName(name, settings), settings, context.host.env);
}

/** The prompt's own name with the agent's behind it, so that rivals can be told apart. */
function rivalId(prompt: string, agent: string): string {
  const base = suggestId(prompt, new Set())
    .slice(0, 30)
    .replace(/[-._]+$/, '');
  return suggestId(`${base} ${agent}`, new Set());
}

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
  const inPlan = new Map<string, number>();
  const ahead: ExpectedOf[] = [];
  for (const ref of refs) {
    const { plan, task } = await findTask(context, ref);
    refuseProblems(plan, task);
    if (o.purpose === 'spawn') continue;
    await requireProgram(context, o.agent ?? task.fields.agent ?? (await lastAgent(context)).agent);
    const more = inPlan.get(ref.plan) ?? 0;
    const budgets = await budgetsAtStart(context, ref, { begun: false, model: o.model });
    await refuseHeld(context, plan, task, { override: o.override ?? false, more, quiet: true, budgets, ahead });
    if (budgets?.expected != null) ahead.push({ ref, expected: budgets.expected });
    inPlan.set(ref.plan, more + 1);
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
