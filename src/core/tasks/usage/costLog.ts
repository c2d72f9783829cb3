import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { TaskType } from '../../../contract/plan';
import type { SkippedRecord } from '../../../contract/usage';
import { type Damage, errorText, StoreError } from '../../store/errors';
import { appendOnce } from '../../store/files';
import {
  type CostLine,
  costLine,
  LoggedCosts,
  type LoggedSession,
  type SessionCost,
  sessionCosts,
} from '../../usage/log';
import { CostLogFile, costLineBytes } from '../../usage/logFile';
import type { UsageBucket } from '../../usage/parts';
import { allTokens } from '../../usage/sums';
import type { TaskContext } from '../context';
import { sameRef } from '../refs';
import type { CostState } from './parts';

const costLogName = 'cost-log.jsonl';

/** The repository's own log of what its tasks used: it outlives the agents' records. */
export interface CostLog {
  /** Where lines are appended. */
  readonly file: string;
  /** Reads what was appended since the last call, by anybody. */
  read(): Promise<{ readonly sessions: readonly LoggedSession[]; readonly damage: readonly Damage[] }>;
  /**
   * Appends one line for each of these sessions, and one that withdraws a session from each task that has turned out
   * not to be its own.
   * @throws StoreError `failed`
   */
  append(sessions: readonly LoggableSession[], o: AppendOptions): Promise<readonly CostLine[]>;
}

export interface LoggableSession extends SessionCost {
  readonly type: TaskType | null;
  /** The agent has ended. */
  readonly final: boolean;
}

export interface AppendOptions {
  /** Everything that is known of cost; what is withdrawn is found in it. */
  readonly state: Pick<CostState, 'usage' | 'pricesAsOf' | 'timeZone'>;
  readonly at: Date;
}

/** Of a repository, what the log needs. */
export type LogContext = Pick<TaskContext, 'host' | 'layout' | 'store'>;

/** Opens the log; one process keeps one. */
export function createCostLog(context: LogContext): CostLog {
  const file = costLogFile(context);
  const costs = new LoggedCosts();
  // What was logged before the setting moved the log still counts.
  const files = [...new Set([path.join(context.store.dir, costLogName), file])].map(
    (each) => new CostLogFile(each, costs),
  );
  return {
    file,
    async read() {
      for (const each of files) await each.refresh();
      const damage = files.flatMap((each) => each.damage);
      for (const { file: at, line, message } of damage) context.host.log.debug(`${at}:${line ?? ''}: ${message}`);
      return { sessions: costs.sessions, damage };
    },
    async append(sessions, { state, at }) {
      const o = { at, pricesAsOf: state.pricesAsOf, timeZone: state.timeZone };
      const lines = sessions.map((session) => costLine(session, { ...o, type: session.type, final: session.final }));
      for (const moved of movedSessions(costs.sessions, state.usage.buckets)) {
        const line = costLine({ ...moved, rows: [] }, { ...o, type: moved.type, final: moved.final });
        lines.push({ ...line, withdrawn: true });
      }
      // One write for each: two processes never write into each other's line.
      for (const line of lines) await appendLine(context, file, costLineBytes(line));
      return lines;
    },
  };
}

/** The sessions of tasks in a state that the log does not know as well. */
export function unloggedSessions(state: Pick<CostState, 'usage'>, logged: readonly LoggedSession[]): SessionCost[] {
  const known = new Map(logged.map((session) => [nameOf(session), sum(session)]));
  return sessionCosts(state.usage.buckets).filter((session) => sum(session) > (known.get(nameOf(session)) ?? 0));
}

/** Lines of the log that were not understood, as what is missing from the figures. */
export function skippedOf(damage: readonly Damage[]): SkippedRecord[] {
  return damage.map(({ file, line, message }) => ({ agent: 'switchyard', file, line, reason: message }));
}

/** Sessions that the log knows of one task, and the agents' records now credit, as a whole, to others. */
function movedSessions(logged: readonly LoggedSession[], buckets: readonly UsageBucket[]): LoggedSession[] {
  const recorded = new Map<string, UsageBucket[]>();
  for (const bucket of buckets) {
    if (bucket.source !== 'records') continue;
    const key = `${bucket.agent}\n${bucket.session}`;
    const known = recorded.get(key);
    if (known === undefined) recorded.set(key, [bucket]);
    else known.push(bucket);
  }
  return logged.filter((session) => {
    const there = recorded.get(`${session.agent}\n${session.session}`) ?? [];
    const own = there.some(({ owner }) => owner.kind === 'task' && sameRef(owner.ref, session.ref));
    const tokens = there.reduce((all, bucket) => all + allTokens(bucket.tokens), 0);
    return !own && there.length > 0 && tokens >= sum(session);
  });
}

function nameOf({ ref, agent, session }: SessionCost): string {
  return `${ref.plan}\n${ref.task}\n${agent}\n${session}`;
}

function sum({ rows }: SessionCost): number {
  return rows.reduce((all, row) => all + allTokens(row.tokens), 0);
}

function costLogFile({ host, layout, store }: LogContext): string {
  const { costLog } = host.settings();
  return costLog === null
    ? path.join(store.dir, costLogName)
    : path.resolve(layout.mainWorktree ?? layout.commonDir, costLog);
}

async function appendLine({ store }: LogContext, file: string, line: Buffer): Promise<void> {
  if (path.dirname(file) === store.dir) return appendOnce(file, line);
  // Where the user has put it: with the folders that this needs, readable as their other files are.
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await appendFile(file, line);
  } catch (error) {
    const message = `${file} could not be written (${errorText(error)}); check the setting switchyard.costLog.`;
    throw new StoreError('failed', message, { file, cause: error });
  }
}
