import os from 'node:os';
import { recordReaders } from '../../agents/recordReaders';
import type { RecordPlaces } from '../../agents/records';
import type { Host } from '../../ports';
import type { Damage } from '../../store/errors';
import { joinLog, type LoggedSession } from '../../usage/log';
import { createMeter } from '../../usage/meter';
import type { UsageAnswer, UsageMeter, UsageQuestion } from '../../usage/parts';
import type { TaskContext } from '../context';
import { createCostLog, skippedOf } from './costLog';
import type { CostState } from './parts';
import { makeQuestion, readTypes } from './question';
import { readBudgets } from './readBudgets';

export interface ReadUsageOptions {
  /** Also what belongs to other repositories: every record on this machine. */
  readonly all?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** That was asked before and keeps what it read; absent: one for this call. */
  readonly meter?: UsageMeter | undefined;
}

/**
 * What is known of cost now: reads agents' records once, whole, and joins our own log. Windows keep a meter instead.
 * @throws AbortError; GitError, StoreError when the repository cannot be read
 */
export async function readUsage(context: TaskContext, o: ReadUsageOptions = {}): Promise<CostState> {
  const [question, logged] = await Promise.all([makeQuestion(context, { all: o.all }), createCostLog(context).read()]);
  o.signal?.throwIfAborted();
  const meter = o.meter ?? createMeter(meterOptions(context.host));
  try {
    const answer = await meter.ask(question, o.signal);
    const state = costState(question, answer, logged);
    const [types, budgets] = await Promise.all([
      readTypes(context, logged.sessions),
      readBudgets(context, state.usage, state),
    ]);
    return { ...state, types, budgets };
  } finally {
    if (o.meter === undefined) meter.dispose();
  }
}

/** Joins what the records tell and what the log kept. Pure, but for the clock. */
export function costState(
  question: UsageQuestion,
  answer: UsageAnswer,
  logged: { readonly sessions: readonly LoggedSession[]; readonly damage: readonly Damage[] },
): CostState {
  return {
    at: new Date().toISOString(),
    usage: {
      ...answer,
      buckets: joinLog(answer.buckets, logged.sessions, question.timeZone),
      skipped: [...answer.skipped, ...skippedOf(logged.damage)],
    },
    budgets: [],
    pricesAsOf: question.prices.asOf,
    timeZone: question.timeZone,
    types: {},
  };
}

/** What a meter of this host reads: all agents' records of the user who runs it. */
export function meterOptions(host: Pick<Host, 'env' | 'settings' | 'log'>) {
  return { readers: recordReaders(host.settings()), places: recordPlaces(host.env), log: host.log };
}

/** The home folder as agents find it that are started with this environment. */
export function recordPlaces(env: NodeJS.ProcessEnv): RecordPlaces {
  const { platform } = process;
  const home = platform === 'win32' ? env.USERPROFILE : env.HOME;
  return { env, home: home === undefined || home === '' ? os.homedir() : home, platform };
}
