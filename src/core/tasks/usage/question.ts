import type { TaskType } from '../../../contract/plan';
import { listWorktrees } from '../../git/worktreeList';
import { bookOf } from '../../prices/book';
import type { PriceBook } from '../../prices/prices';
import { readRefreshedPrices } from '../../prices/refresh';
import { localTimeZone } from '../../usage/days';
import type { LoggedSession } from '../../usage/log';
import type { UsageQuestion } from '../../usage/parts';
import type { TaskContext } from '../context';
import { refName } from '../refs';
import { tracesOf } from './traces';

export interface QuestionOptions {
  /** Also what belongs to other repositories. */
  readonly all?: boolean | undefined;
  /** Paths of all worktrees, where they are known already; absent: git is asked. */
  readonly worktrees?: readonly string[] | undefined;
}

/**
 * What agents' records are asked for this repository: by its tasks' events, its worktrees and the prices in force.
 * @throws GitError, StoreError
 */
export async function makeQuestion(context: TaskContext, o: QuestionOptions = {}): Promise<UsageQuestion> {
  const { store, layout, git } = context;
  const [refs, prices, worktrees] = await Promise.all([
    store.events.tasks(),
    readPriceBook(context),
    o.worktrees ?? listWorktrees(git, layout).then((all) => all.map((worktree) => worktree.path)),
  ]);
  const histories = await Promise.all(
    refs.map(async (ref) => ({ ref, events: (await store.events.readTask(ref)).events })),
  );
  const main = layout.mainWorktree === null ? [] : [layout.mainWorktree];
  return {
    tasks: tracesOf(histories),
    folders: [...new Set([...main, ...worktrees])],
    prices,
    timeZone: localTimeZone(),
    all: o.all === true,
  };
}

/** All prices in force: the table, what was refreshed, the user's own. */
export async function readPriceBook({ host, store }: Pick<TaskContext, 'host' | 'store'>): Promise<PriceBook> {
  return bookOf(host.settings(), await readRefreshedPrices(store.documents));
}

/** Types of tasks by `plan/task`: as their files say now, else as they were when they were logged. */
export async function readTypes(
  context: Pick<TaskContext, 'plans'>,
  logged: readonly LoggedSession[],
): Promise<Record<string, TaskType>> {
  // Ids come from folders and events: none must reach the prototype.
  const types = new Map<string, TaskType>();
  for (const { ref, type } of logged) if (type !== null) types.set(refName(ref), type);
  for (const { tasks } of await context.plans()) {
    for (const { ref, fields } of tasks) if (fields.type !== undefined) types.set(refName(ref), fields.type);
  }
  return Object.fromEntries(types);
}
