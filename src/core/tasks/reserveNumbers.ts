import type { TaskRef } from '../../contract/plan';
import type { Base } from '../git/base';
import { shownPath, splitPaths } from '../git/bytePath';
import { placeOf } from '../git/repository';
import type { Plan, TaskFile } from '../plan/plan';
import { makesMigrations, migrationNumber, type Reserve, reserveOf, shareNumbers } from '../plan/reserve';
import type { TaskContext } from './context';
import { refName } from './refs';
import { TaskError } from './taskError';

/**
 * The numbers of migrations that a task gets at its dispatch. What was given to a task stays its own for good, also
 * when it is dispatched again or forgotten: its branch may hold them. The caller holds the lock `dispatch` until the
 * event with them is on record, so that no number is given out twice.
 * @returns undefined: the plan gives out none; empty: this task makes no migrations
 * @throws TaskError `bad-task`: what the plan says cannot be read, or none is left for a task that is a migration
 */
export async function reserveNumbers(
  context: TaskContext,
  o: { readonly plan: Plan; readonly task: TaskFile; readonly base: Base },
): Promise<readonly string[] | undefined> {
  const { plan, task } = o;
  const reserve = reserveOf(plan);
  const [bad] = reserve.bad;
  const needs = makesMigrations(task.fields, reserve.globs);
  if (bad !== undefined && needs) {
    const { line, column } = plan.positions.get(bad.path)?.value ?? { line: 1, column: 1 };
    throw new TaskError('bad-task', `${plan.file}:${line}:${column}: reserve.migrations: ${bad.message}`);
  }
  if (reserve.ranges.length === 0) return undefined;
  const given = await givenOut(context);
  const held = given.filter(({ ref }) => ref.plan === plan.id);
  const own = held.find(({ ref }) => ref.task === task.ref.task)?.numbers;
  if (own !== undefined) return own;
  if (!needs) return [];
  const used = new Set([
    ...(await onBase(context, o.base, reserve)),
    ...(await ofOtherPlans(context, plan.id, reserve, given)),
  ]);
  const shares = shareNumbers(plan, new Map(held.map(({ ref, numbers }) => [ref.task, numbers])), used);
  const numbers = shares.get(task.ref.task) ?? [];
  if (numbers.length > 0 || task.fields.type !== 'migration') return numbers;
  throw new TaskError(
    'bad-task',
    `No number of reserve.migrations in ${plan.file} is left for ${refName(task.ref)}: add numbers there.`,
  );
}

interface Given {
  readonly ref: TaskRef;
  readonly numbers: readonly string[];
}

/** Read from the events: a task that was forgotten has no record, and keeps its numbers. */
async function givenOut({ store }: TaskContext): Promise<Given[]> {
  const refs = await store.events.tasks();
  const all = await Promise.all(
    refs.map(async (ref) => {
      const { events } = await store.events.readTask(ref);
      const numbers = events.findLast((event) => event.kind === 'dispatched' && (event.reserved ?? []).length > 0);
      return { ref, numbers: numbers?.kind === 'dispatched' ? (numbers.reserved ?? []) : [] };
    }),
  );
  return all.filter(({ numbers }) => numbers.length > 0);
}

/** Two plans count in one sequence, unless each says where its migrations lie and they lie elsewhere. */
async function ofOtherPlans(
  context: TaskContext,
  plan: string,
  { globs }: Reserve,
  given: readonly Given[],
): Promise<number[]> {
  const others = new Map((await context.plans()).map((other) => [other.id, reserveOf(other).globs]));
  return given.flatMap(({ ref, numbers }) => {
    const theirs = others.get(ref.plan) ?? null;
    const apart = globs !== null && theirs !== null && !theirs.some((glob) => globs.includes(glob));
    return ref.plan === plan || apart ? [] : numbers.map(Number);
  });
}

/** Numbers of the migrations that are on the base already. */
async function onBase({ git, layout }: TaskContext, base: Base, { globs }: Reserve): Promise<number[]> {
  const at = placeOf(layout);
  const args = [...at.args, 'ls-tree', '-r', '-z', '--name-only', '--full-tree', base.commit];
  const { stdoutBytes } = await git.run(args, { cwd: at.cwd });
  return splitPaths(stdoutBytes).flatMap((path) => migrationNumber(shownPath(path), globs) ?? []);
}
