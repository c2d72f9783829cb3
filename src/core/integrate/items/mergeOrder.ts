import { cycles, landing, mergeOrder as orderOf, waitsFor } from '../../plan/mergeOrder';
import { type Evaluator, evaluation, goneBranches, notBegun, type Point, withoutBranches } from '../evaluation';
import type { PlanFacts, TaskFacts } from '../facts';

/**
 * "Merge in dependency order": the plan has an order, nothing has landed against it, and the preview of the train, which
 * merges everything one after the other in that order, is clean.
 */
export const mergeOrder: Evaluator = (facts) => {
  const wrong = [...circles(facts), ...overridden(facts), ...landedTooSoon(facts)];
  if (wrong.length > 0) return evaluation('fail', wrong);
  const early = withoutBranches(facts);
  if (early !== null) return early;
  const steps = trainPoints(facts);
  if (steps.failed.length > 0) return evaluation('fail', steps.failed);
  const unknown = [...goneBranches(facts), ...missingDependencies(facts), ...steps.unknown];
  if (unknown.length > 0) return evaluation('ask', unknown);
  const order = (facts.matrix?.train ?? []).map(({ ref }) => ref).join(', ');
  return evaluation('pass', [{ text: `All merge cleanly in this order: ${order}.`, links: [] }], notBegun(facts));
};

function circles({ plan }: PlanFacts): Point[] {
  return cycles(waitsFor(plan)).map((cycle) => ({
    text: `These tasks wait for each other: ${[...cycle, cycle[0]].join(' → ')}.`,
    links: cycle.map((task) => ({ kind: 'task', plan: plan.id, task })),
  }));
}

/** The plan's own list puts a task before one that it depends on. */
function overridden({ plan }: PlanFacts): Point[] {
  if (cycles(waitsFor(plan)).length > 0) return [];
  const { order } = orderOf(plan);
  return plan.tasks.flatMap(({ ref, fields }) =>
    (fields.dependsOn ?? [])
      .filter((other) => order.includes(other) && order.indexOf(other) > order.indexOf(ref.task))
      .map((other) => ({
        text: `The plan's mergeOrder puts "${ref.task}" before "${other}", which it depends on.`,
        links: [{ kind: 'task' as const, plan: plan.id, task: ref.task }],
      })),
  );
}

/** Those that should land first, by the plan's landing order, and have not. */
function landedTooSoon(facts: PlanFacts): Point[] {
  const tasks = new Map(facts.tasks.map((task) => [task.id, task]));
  return [...landing(facts.plan).before].flatMap(([id, others]) => {
    if (tasks.get(id)?.landed !== true) return [];
    const left = [...others].filter((other) => isToLand(tasks.get(other)));
    return left.map((other) => ({
      text: `"${id}" has landed before "${other}", which the plan wants first.`,
      links: [{ kind: 'task' as const, plan: facts.plan.id, task: other }],
    }));
  });
}

function isToLand(task: TaskFacts | undefined): boolean {
  return task !== undefined && !task.landed && task.state !== 'cleaned' && task.state !== 'abandoned';
}

/** A branch can be merged, and what it depends on is not there yet. */
function missingDependencies({ plan, tasks }: PlanFacts): Point[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return plan.tasks.flatMap(({ ref, fields }) => {
    if ((byId.get(ref.task)?.refs.length ?? 0) === 0) return [];
    const missing = (fields.dependsOn ?? []).filter((id) => {
      const other = byId.get(id);
      return other === undefined || (isToLand(other) && other.refs.length === 0);
    });
    return missing.map((other) => ({
      text: `"${ref.task}" depends on "${other}", ${byId.has(other) ? 'which has no branch yet' : 'which is no task of this plan'}.`,
      links: [{ kind: 'task' as const, plan: plan.id, task: other }],
    }));
  });
}

function trainPoints({ branches, matrix }: PlanFacts): { readonly failed: Point[]; readonly unknown: Point[] } {
  const steps = new Map((matrix?.train ?? []).map((step) => [step.ref, step]));
  const failed: Point[] = [];
  const unknown: Point[] = [];
  for (const { ref } of branches) {
    const step = steps.get(ref);
    if (step === undefined) unknown.push({ text: `${ref} is not in the preview of the merge order.`, links: [] });
    else if (step.verdict === 'conflict') {
      const files = step.files.map(({ path }) => path).join(', ');
      failed.push({ text: `${ref}, merged in its place (${step.why}), conflicts in ${files}.`, links: [] });
    } else if (step.verdict === 'unknown') {
      const why = [step.reason, step.detail].filter((part) => part !== null).join(': ');
      unknown.push({ text: `It is not known whether ${ref} merges in its place (${why}).`, links: [] });
    }
  }
  return { failed, unknown };
}
