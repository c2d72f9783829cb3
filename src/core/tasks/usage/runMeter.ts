import type { TaskRef } from '../../../contract/plan';
import { sessionCosts } from '../../usage/log';
import type { TaskContext } from '../context';
import { refName, sameRef } from '../refs';
import { recordCrossings } from './budgetEvents';
import { createCostLog, unloggedSessions } from './costLog';
import { costsNow, isWindowOnDuty } from './costsNow';
import type { CostState } from './parts';
import { readBudgets } from './readBudgets';
import { RunWatch, type RunWatchTiming, runWatchTiming, safely } from './runWatch';

/**
 * Holds budgets against what a task's agent uses while it runs, wherever no window does: a window that has the duty reads
 * the same records for everybody, and sooner. Where nothing limits the task nothing is read.
 * @returns ends it
 */
export function watchRun(context: TaskContext, ref: TaskRef, o: Partial<RunWatchTiming> = {}): () => Promise<void> {
  const watch = new RunWatch(context, ref, { ...runWatchTiming, ...o });
  return () => watch.end();
}

/**
 * Puts on record what a task has cost when its agent has ended, wherever no window does. Never throws. Needs no lease:
 * who starts the task anew meanwhile need not wait for it.
 */
export async function settleRun(context: TaskContext, ref: TaskRef): Promise<void> {
  await safely(context, `What ${refName(ref)} cost could not be put on record`, () => settle(context, ref));
}

async function settle(context: TaskContext, ref: TaskRef): Promise<void> {
  if (await isWindowOnDuty(context)) return;
  const state = await costsNow(context, { fresh: true });
  await recordCrossings(context, await readBudgets(context, state.usage, state));
  await logSessions(context, ref, state);
}

/** A line for each session of the task that the log does not know as well; all of them are over with the agent. */
async function logSessions(context: TaskContext, ref: TaskRef, state: CostState): Promise<void> {
  const own = sessionCosts(state.usage.buckets).filter((session) => sameRef(session.ref, ref));
  if (own.length === 0) return;
  const log = createCostLog(context);
  const { sessions: logged } = await log.read();
  const news = unloggedSessions(state, logged).filter((session) => sameRef(session.ref, ref));
  if (news.length === 0) return;
  const type = state.types[refName(ref)] ?? null;
  await log.append(
    news.map((session) => ({ ...session, type, final: true })),
    { state, at: context.store.now() },
  );
}
