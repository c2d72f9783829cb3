import { readFile, realpath, stat } from 'node:fs/promises';
import type { Budget } from '../../../contract/plan';
import { PlanError } from '../../plan/errors';
import { withBudget } from '../../plan/setBudget';
import type { TaskContext } from '../context';
import { TaskError } from '../taskError';

/** Whose budget is set: a plan's, or with `task` that task's. */
export interface BudgetTarget {
  readonly plan: string;
  readonly task: string | null;
}

/**
 * The file that a budget stands in.
 * @throws TaskError `no-task`; PlanError `no-plan`
 */
export async function budgetFile(context: TaskContext, { plan: id, task }: BudgetTarget): Promise<string> {
  const plan = await context.plan(id);
  const file = task === null ? plan?.file : plan?.tasks.find(({ ref }) => ref.task === task)?.file;
  if (file != null) return file;
  if (task !== null) throw new TaskError('no-task', `${id}/${task} has no file that could hold its budget.`);
  throw new PlanError('no-plan', `The plan "${id}" has no plan.md that could hold its budget: write one first.`);
}

/**
 * Writes a budget into the front matter of a plan or task. The file is replaced whole, or not at all; one that changes
 * meanwhile is left as it is.
 * @param budget null: it has none from now on
 * @throws PlanError `cannot-edit`, `no-plan`; TaskError `no-task`
 */
export async function setBudget(context: TaskContext, target: BudgetTarget, budget: Budget | null): Promise<void> {
  // Through links: what is replaced is the file, not the link to it.
  const file = await realpath(await budgetFile(context, target));
  const bytes = await readFile(file);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) {
    throw new PlanError('cannot-edit', `${file} is not UTF-8: save it as such, or write the budget by hand.`, { file });
  }
  const edited = withBudget(text, file, budget);
  if (edited === text) return;
  const { mode } = await stat(file);
  const { default: writeFileAtomic } = await import('write-file-atomic');
  if (!(await readFile(file)).equals(bytes)) {
    throw new PlanError('cannot-edit', `${file} is just being changed: set the budget again.`, { file });
  }
  await writeFileAtomic(file, edited, { mode });
}
