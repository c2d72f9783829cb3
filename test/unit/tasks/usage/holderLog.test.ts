import { strict as assert } from 'node:assert';
import { type DueSession, LogPace } from '../../../../src/core/tasks/usage/holderLog';
import { type LoggedSession, type SessionCost, sessionCosts } from '../../../../src/core/usage/log';
import { bucketOf, noTokens } from './costStates';

const minute = 60_000;
const start = Date.parse('2026-11-21T10:00:00Z');

/** A session of `p/a` that has used so many tokens up to this minute. */
function session(tokens: number, minutes: number): SessionCost {
  const last = start + minutes * minute;
  const [cost] = sessionCosts([bucketOf({ tokens: { ...noTokens, output: tokens }, first: start, last })]);
  return cost ?? assert.fail();
}

/** The log and who writes it: what is due is written at once. */
class Log {
  readonly #pace = new LogPace();
  logged: LoggedSession[] = [];
  live = true;

  at(minutes: number, ...sessions: SessionCost[]): [tokens: number, final: boolean][] {
    const live = new Set(this.live ? ['p/a'] : []);
    const due = this.#pace.due(sessions, this.logged, { live, now: start + minutes * minute });
    if (due.length > 0) this.logged = due.map((each) => ({ ...each, type: null, timeZone: 'UTC' }));
    return due.map(said);
  }
}

function said({ rows, final }: DueSession): [number, boolean] {
  return [rows.reduce((sum, row) => sum + row.tokens.output, 0), final];
}

describe('when sessions are put on record in the log of cost', () => {
  it('when they are first seen, when they grew by a fifth, after ten minutes, and at their end', () => {
    const log = new Log();
    assert.deepEqual(log.at(0, session(1000, 0)), [[1000, false]]);
    assert.deepEqual(log.at(1, session(1000, 0)), []);
    assert.deepEqual(log.at(2, session(1199, 2)), []);
    assert.deepEqual(log.at(3, session(1200, 3)), [[1200, false]]);
    assert.deepEqual(log.at(12, session(1201, 12)), []);
    assert.deepEqual(log.at(13, session(1202, 13)), [[1202, false]]);
    assert.deepEqual(log.at(20, session(1203, 14)), []);
    log.live = false;
    assert.deepEqual(log.at(15, session(1203, 14)), [], 'it may still say something');
    assert.deepEqual(log.at(16, session(1203, 14)), [[1203, true]]);
    assert.deepEqual(log.at(17, session(1203, 14)), []);
    // It goes on all the same.
    assert.deepEqual(log.at(60, session(2000, 60)), [[2000, false]]);
  });

  it('Bad input: a clock that was set back does not keep a session from being put on record', () => {
    const log = new Log();
    assert.deepEqual(log.at(60, session(1000, 60)), [[1000, false]]);
    assert.deepEqual(log.at(1, session(2000, 60)), [[2000, false]]);
  });

  it('says an end even where nothing was added since', () => {
    const log = new Log();
    log.at(0, session(1000, 0));
    log.live = false;
    assert.deepEqual(log.at(5, session(1000, 0)), [[1000, true]]);
    assert.deepEqual(log.at(6, session(1000, 0)), []);
  });

  it('a session that grows all the time is not put on record all the time', () => {
    const log = new Log();
    let lines = 0;
    for (let second = 0; second < 600; second += 1)
      lines += log.at(second / 60, session(10 ** (second / 60), second / 60)).length;
    assert.ok(lines <= 20 && lines >= 10, `${lines}`);
  });

  it('what the agent has deleted part of is not put on record again', () => {
    const log = new Log();
    log.at(0, session(1000, 0));
    log.live = false;
    assert.deepEqual(log.at(100, session(400, 90)), []);
  });
});
