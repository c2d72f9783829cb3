import type { LoggedSession, SessionCost } from '../../usage/log';
import { allTokens } from '../../usage/sums';
import { refName } from '../refs';

/** A session is put on record again when it has gone on for so long, */
const afterMs = 10 * 60_000;
/** or has grown by so much, */
const growth = 1.2;
/** but not more often than this. */
const atLeastMs = 30_000;
/** Nobody runs an agent in it that we know of, and it has said nothing for so long: it has ended. */
const quietMs = 2 * 60_000;

export interface DueSession extends SessionCost {
  /** It has ended, as far as can be told; should it go on all the same, a later line says so. */
  readonly final: boolean;
}

/**
 * When sessions are put on record in our own log: when they are first seen, at their checkpoints, and at their end. Keeps
 * when it last said so of each.
 */
export class LogPace {
  readonly #said = new Map<string, number>();

  /**
   * @param sessions all of tasks, as they are known now, without what is known from the log alone
   * @param logged what the log knows
   * @param o.live tasks, by `plan/task`, of which a runner lives
   * @param o.now milliseconds since 1970
   */
  due(
    sessions: readonly SessionCost[],
    logged: readonly LoggedSession[],
    o: { readonly live: ReadonlySet<string>; readonly now: number },
  ): DueSession[] {
    const known = new Map(logged.map((session) => [keyOf(session), session]));
    return sessions.flatMap((session) => {
      const key = keyOf(session);
      const before = known.get(key) ?? null;
      const ended = !o.live.has(refName(session.ref)) && o.now - lastOf(session) >= quietMs;
      const [tokens, toldTokens] = [tokensOf(session), before === null ? 0 : tokensOf(before)];
      // The agent may have deleted part of what the log has kept.
      if (tokens < toldTokens || (tokens === toldTokens && (before?.final === true || !ended))) return [];
      const grown =
        tokens >= growth * toldTokens || lastOf(session) - (before === null ? 0 : lastOf(before)) >= afterMs;
      const since = o.now - (this.#said.get(key) ?? Number.NEGATIVE_INFINITY);
      // Of a clock that was set back nothing can be told.
      const soon = since >= 0 && since < atLeastMs;
      if (!ended && (!grown || soon)) return [];
      this.#said.set(key, o.now);
      return [{ ...session, final: ended }];
    });
  }
}

function keyOf({ ref, agent, session }: SessionCost): string {
  return `${refName(ref)}\n${agent}\n${session}`;
}

/** Of its last answer, milliseconds since 1970; 0: no time was told. */
function lastOf({ rows }: SessionCost): number {
  return rows.reduce((last, row) => Math.max(last, row.last ?? 0), 0);
}

function tokensOf({ rows }: SessionCost): number {
  return rows.reduce((sum, row) => sum + allTokens(row.tokens), 0);
}
