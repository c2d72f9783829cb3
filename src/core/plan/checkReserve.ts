import type { Span } from './lines';
import type { Plan } from './plan';
import type { Problems } from './problems';
import { reserveOf, tasksWithNumbers } from './reserve';

/** What is wrong with the numbers that a plan gives out. */
export function checkReserve(plan: Plan, problems: Problems, spanOf: (path: string) => Span): void {
  const { bad, ranges, globs } = reserveOf(plan);
  const key = 'reserve.migrations';
  for (const { path, message } of bad) problems.add('bad-reserve', `${key}: ${message}`, spanOf(path));
  for (const [index, one] of ranges.entries()) {
    const other = ranges.slice(0, index).find(({ first, last }) => first <= one.last && one.first <= last);
    if (other === undefined) continue;
    problems.add('duplicate', `${key}: ${Math.max(one.first, other.first)} is in it twice.`, spanOf(key), {
      severity: 'warning',
    });
  }
  if (ranges.length === 0 || plan.tasks.length === 0) return;
  const needy = tasksWithNumbers(plan, globs).map(({ ref }) => ref.task);
  const numbers = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  if (needy.length === 0) {
    problems.add(
      'unused-reserve',
      `${key}: no task makes migrations, so nobody gets a number; give one the type "migration", or a scope in the folder of the migrations.`,
      spanOf(key),
      { severity: 'warning' },
    );
  } else if (numbers < needy.length) {
    problems.add(
      'few-numbers',
      `${key}: there are ${numbers} numbers for ${needy.length} tasks that make migrations (${needy.join(', ')}); add more.`,
      spanOf(key),
      { severity: 'warning' },
    );
  }
}
