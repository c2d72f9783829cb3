import { ask, type Evaluator, evaluation, type Point } from '../evaluation';
import type { PlanFacts, TaskFacts } from '../facts';

/** "All individual PRs reviewed and approved": from approvals of the very commits that are there now. */
export const reviewed: Evaluator = (facts) => {
  const refused = facts.tasks.filter(({ state }) => state === 'changes-requested');
  if (refused.length > 0) return evaluation('fail', points(facts, refused, 'Changes are requested of'));
  const open = facts.tasks.filter(({ refs }) => refs.length > 0);
  if (open.length === 0) return ask('No task has a branch that could be reviewed.');
  const missing = open.filter((task) => !isApproved(task, facts));
  if (missing.length > 0) return evaluation('ask', points(facts, missing, 'No approval is on record of'));
  const all = open.map(({ id, approved }) => `"${id}" (${approved?.by})`).join(', ');
  return evaluation('pass', [{ text: `Approved as they are now: ${all}.`, links: [] }]);
};

/** Of every branch of the task as it is now, uncommitted work included. */
function isApproved({ refs, approved }: TaskFacts, { branches }: PlanFacts): boolean {
  const own = branches.filter(({ ref }) => refs.includes(ref));
  return approved !== null && own.every(({ head, dirty }) => head === approved.head && dirty === false);
}

function points({ plan }: PlanFacts, tasks: readonly TaskFacts[], said: string): Point[] {
  const links = tasks.map(({ id }) => ({ kind: 'task' as const, plan: plan.id, task: id }));
  return [{ text: `${said} ${tasks.map(({ id }) => `"${id}"`).join(', ')}.`, links }];
}
