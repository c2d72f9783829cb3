import type { PlanCheckJson } from '../../contract/json';
import { resolveBase } from '../git/base';
import { GitError } from '../git/errors';
import { placeOf } from '../git/repository';
import { readBlob } from '../git/status';
import { checkPlan } from '../plan/checkPlan';
import { mergeOrder } from '../plan/mergeOrder';
import type { Plan } from '../plan/plan';
import type { TaskContext } from './context';
import { TaskError } from './taskError';

/**
 * Everything that is wrong in a plan, with what only git knows: whether its contract is on the base.
 * @throws TaskError `no-task` when there is no such plan
 */
export async function checkRepositoryPlan(context: TaskContext, id: string): Promise<PlanCheckJson> {
  const plan = await context.plan(id);
  if (plan === null) {
    throw new TaskError(
      'no-task',
      `There is no plan "${id}" in ${context.layout.plansDir}: write one with "switchyard plan new".`,
    );
  }
  const onBase = await contractsOnBase(context, plan);
  const problems = checkPlan(plan, {
    contractOnBase: (path) => onBase.get(path) ?? null,
    customAgents: Object.keys(context.host.settings().customAgents),
  });
  const found = waves(plan);
  return {
    ok: problems.length === 0,
    problems,
    waves: found,
    mergeOrder: mergeOrder(plan).order,
    maxParallelism: Math.max(0, ...found.map((wave) => wave.length)),
  };
}

/** By path; a base that cannot be found leaves it open. */
async function contractsOnBase(context: TaskContext, plan: Plan): Promise<Map<string, boolean>> {
  const { git, layout } = context;
  const paths = plan.fields.contract ?? [];
  if (paths.length === 0) return new Map();
  try {
    const base = await resolveBase(git, layout, plan.fields.base ?? null, { fetch: false });
    const there = await Promise.all(
      paths.map(
        async (path) => [path, (await readBlob(git, placeOf(layout).cwd, base.commit, path)) !== null] as const,
      ),
    );
    return new Map(there);
  } catch (error) {
    if (!GitError.is(error)) throw error;
    context.host.log.debug(`The contract of ${plan.id} was not looked for: ${error.message}`);
    return new Map();
  }
}

/** What `dependsOn` allows to run at the same time; a task on a cycle is in no wave. */
export function waves(plan: Plan): string[][] {
  const ids = new Set(plan.tasks.map(({ ref }) => ref.task));
  const left = new Map(
    plan.tasks.map(({ ref, fields }) => [ref.task, (fields.dependsOn ?? []).filter((id) => ids.has(id))]),
  );
  const found: string[][] = [];
  for (;;) {
    const free = [...left].filter(([, needs]) => needs.every((id) => !left.has(id))).map(([id]) => id);
    if (free.length === 0) return found;
    for (const id of free) left.delete(id);
    found.push(free);
  }
}
