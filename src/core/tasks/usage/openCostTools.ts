import { setImmediate as pause } from 'node:timers/promises';
import type { RecordPlaces, RecordReader } from '../../agents/records';
import type { Plan } from '../../plan/plan';
import { type LoggedSession, sessionCosts } from '../../usage/log';
import type { UsageMeter } from '../../usage/parts';
import type { TaskContext } from '../context';
import { refName } from '../refs';
import { recordCrossings } from './budgetEvents';
import { createCostLog } from './costLog';
import type { CostTools } from './costTools';
import { LogPace } from './holderLog';
import { joinInSteps } from './joinInSteps';
import type { CostState } from './parts';
import { makeQuestion, readTypes } from './question';
import { readBudgets } from './readBudgets';
import { costState } from './readUsage';

/** Sessions are held against the log at most this often: there may be thousands. */
const logMs = 5_000;

/** @param o.meter ends with what is returned; it must do its work outside of a window's thread */
export function openCostTools(
  context: TaskContext,
  o: { readonly meter: UsageMeter; readonly readers: readonly RecordReader[]; readonly places: RecordPlaces },
): CostTools {
  const { host, store } = context;
  const log = createCostLog(context);
  const pace = new LogPace();
  let plans: readonly Plan[] = [];
  let logged: readonly LoggedSession[] = [];
  let loggedAt = Number.NEGATIVE_INFINITY;

  async function keep(state: CostState, live: ReadonlySet<string>): Promise<void> {
    const at = store.now();
    if (at.getTime() - loggedAt < logMs && at.getTime() >= loggedAt) return;
    loggedAt = at.getTime();
    const recorded = state.usage.buckets.filter(({ source }) => source === 'records');
    const sessions = sessionCosts(recorded);
    await pause();
    const due = pace.due(sessions, logged, { live, now: at.getTime() });
    if (due.length === 0) return;
    const typed = due.map((session) => ({
      ...session,
      type: state.types[refName(session.ref)] ?? null,
    }));
    await log.append(typed, { state, at });
  }

  async function trying(what: string, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      host.log.warn(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  return {
    meter: o.meter,
    roots: [...new Set(o.readers.flatMap((reader) => reader.roots(o.places).map(({ dir }) => dir)))],
    async question(worktrees) {
      plans = await context.plans();
      return makeQuestion(context, { worktrees });
    },
    async complete(usage, question) {
      const read = await log.read();
      logged = read.sessions;
      const buckets = await joinInSteps(usage.buckets, logged, question.timeZone);
      const state = costState(question, { ...usage, buckets }, { sessions: [], damage: read.damage });
      await pause();
      return {
        ...state,
        types: await readTypes({ plans: async () => plans }, logged),
        budgets: await readBudgets(context, state.usage, { timeZone: question.timeZone, plans }),
      };
    },
    async record(state, live) {
      await pause();
      await trying('Crossed budgets could not be put on record', () => recordCrossings(context, state.budgets));
      await trying('The log of cost could not be written', () => keep(state, live));
    },
    dispose: () => o.meter.dispose(),
  };
}
