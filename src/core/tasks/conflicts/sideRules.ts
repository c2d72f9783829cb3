import type { TaskRules } from '../../conflicts/hazards/parts';
import type { TaskContext } from '../context';
import { hazardRules } from '../hazardRules';
import type { FoundSubjects } from './subjects';

/** What plan and task say to each side of the matrix, by its ref; absent: it is no task's. */
export async function sideRules(
  context: Pick<TaskContext, 'store'>,
  { plans, records, subjects }: FoundSubjects,
): Promise<ReadonlyMap<string, TaskRules>> {
  const rules = await hazardRules(context, plans, records);
  return new Map(
    subjects.flatMap(({ ref, task }) => {
      const own = task === null ? undefined : rules.get(task);
      return own === undefined ? [] : [[ref, own] as const];
    }),
  );
}
