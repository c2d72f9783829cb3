import type { TaskRules } from '../../conflicts/hazards/parts';
import type { TaskContext } from '../context';
import type { FoundSubjects } from './subjects';

/** What plan and task say to each side of the matrix, by its ref; absent: nothing. */
export async function readRules(_context: TaskContext, _found: FoundSubjects): Promise<ReadonlyMap<string, TaskRules>> {
  return new Map();
}
