import { ask, counted, type Evaluator, evaluation, type Point } from '../evaluation';
import type { PlanFacts, TaskFacts } from '../facts';

/** "Run CI after each merge" */
export const ciAfterEach: Evaluator = () =>
  ask('Run the checks after every merge, and answer when those after the last one have passed.');

/** "Resolve conflicts with full context": what there is to resolve, so far as it is known. */
export const fullContext: Evaluator = ({ matrix }) => {
  const conflicts = (matrix?.pairs ?? []).filter(({ verdict }) => verdict === 'conflict');
  const links = conflicts.map(({ a, b }) => ({ kind: 'pair' as const, a, b }));
  const count = conflicts.length === 0 ? '' : `${counted(conflicts.length, 'pair')} of branches conflict. `;
  const evidence = `${count}Answer when whoever resolved a conflict knew both sides and their tasks.`;
  return { verdict: 'ask', evidence, links };
};

/** "Full test suite passes": a branch that fails by itself decides it; that each passes alone does not. */
export const fullSuite: Evaluator = (facts) => {
  const failed = facts.tasks.filter((task) => verifiedNow(task, facts) === 'fail');
  if (failed.length > 0)
    return evaluation(
      'fail',
      failed.map((task) => failedPoint(facts, task)),
    );
  const open = facts.tasks.filter(({ refs }) => refs.length > 0);
  const all = open.length > 0 && open.every((task) => verifiedNow(task, facts) === 'pass');
  const alone = all ? 'Each branch passes its checks by itself. ' : '';
  return ask(`${alone}Run the whole suite on what has been merged, and answer.`);
};

/** "Integration and E2E tests pass" */
export const integrationTests: Evaluator = () =>
  ask('Run the integration and end-to-end tests on what has been merged, and answer.');

/** "No regressions in existing functionality" */
export const regressions: Evaluator = () => ask('Try what worked before on what has been merged, and answer.');

/** "Performance benchmarks within acceptable range" */
export const performance: Evaluator = () => ask('Run the benchmarks on what has been merged, and answer.');

/** null: not verified as it is now, uncommitted work included. */
function verifiedNow({ refs, verified }: TaskFacts, { branches }: PlanFacts): 'pass' | 'fail' | null {
  const own = branches.filter(({ ref }) => refs.includes(ref));
  const isNow = own.length > 0 && own.every(({ head, dirty }) => head === verified?.head && dirty === false);
  return isNow ? (verified?.state ?? null) : null;
}

function failedPoint({ plan }: PlanFacts, { id, verified }: TaskFacts): Point {
  const command = verified?.commands.find(({ exit }) => exit !== 0)?.command;
  const what = command === undefined ? 'its checks fail' : `\`${command}\` fails`;
  return { text: `In "${id}" ${what}.`, links: [{ kind: 'task', plan: plan.id, task: id }] };
}
