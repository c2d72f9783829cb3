import assert from 'node:assert/strict';
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import {
  type CostLine,
  type CostLogRow,
  costLine,
  joinLog,
  LoggedCosts,
  sessionCosts,
} from '../../../../src/core/usage/log';
import { CostLogFile, costLineBytes } from '../../../../src/core/usage/logFile';
import type { UsageBucket } from '../../../../src/core/usage/parts';
import { noTokens, totalOf } from '../../../../src/core/usage/sums';
import { memoryFolder, withTempDir } from '../../support/repositories';
import { sampled } from '../../support/sampled';

const ref = { plan: 'p', task: 'a' };

function row(output: number, o: Partial<CostLogRow> = {}): CostLogRow {
  const figures = { answers: 1, priced: 1, tokens: { ...noTokens, output }, usd: output / 1000 };
  return { model: 'm1', day: '2026-11-21', first: 1000, last: 5000, ...figures, ...o };
}

function line(rows: readonly CostLogRow[], o: Partial<CostLine> & { session?: string } = {}): CostLine {
  const session = { ref, agent: 'claude', session: o.session ?? 's1', rows };
  const made = costLine(session, {
    at: new Date(0),
    type: 'docs',
    pricesAsOf: '2026-10-24',
    timeZone: 'UTC',
    final: false,
  });
  return { ...made, ...o };
}

function bucketOf(output: number, o: Partial<UsageBucket> = {}): UsageBucket {
  return { owner: { kind: 'task', ref }, agent: 'claude', session: 's1', source: 'records', ...row(output), ...o };
}

function known(...lines: readonly CostLine[]) {
  const costs = new LoggedCosts();
  for (const each of lines) costs.add(each);
  return costs.sessions;
}

const outputOf = (rows: readonly { readonly tokens: { readonly output: number } }[]) =>
  rows.reduce((sum, { tokens }) => sum + tokens.output, 0);

describe('the cost log', () => {
  it('says of a session what it used, when, by which model and at which prices', () => {
    const made = line([row(10), row(30, { model: 'm2', first: 4000, last: 9000, priced: 0, usd: 0 })]);
    assert.deepEqual(
      [made.model, made.tokens.output, made.usd, made.wallMs, made.type, made.pricesAsOf],
      ['m2', 40, 0.01, 8000, 'docs', '2026-10-24'],
    );
    assert.equal(line([row(10, { priced: 0, usd: 0 })]).usd, null);
    assert.deepEqual([line([]).wallMs, line([]).model], [0, null]);
  });

  it('is superseded by a later line of the same session and task, and by no other', () => {
    const sessions = known(line([row(10)]), line([row(25)], { final: true }), line([row(7)], { session: 's2' }));
    assert.deepEqual(
      sessions.map(({ session, rows, final }) => [session, outputOf(rows), final]),
      [
        ['s1', 25, true],
        ['s2', 7, false],
      ],
    );
  });

  it('keeps the days and models of which a later line knows less', () => {
    const [session] = known(
      line([row(10), row(40, { day: '2026-11-20' })]),
      line([row(30), row(5, { day: '2026-11-20' })]),
      line([row(31)], { type: null }),
    );
    assert.deepEqual([outputOf(session?.rows ?? []), session?.type], [71, 'docs']);
  });

  it('does not mix days of two time zones', () => {
    const tokyo = { timeZone: 'Asia/Tokyo' };
    const later = known(line([row(10), row(10, { day: '2026-11-20' })]), line([row(20)], tokyo));
    assert.deepEqual([later[0]?.rows.length, later[0]?.timeZone], [1, 'Asia/Tokyo']);
    const less = known(line([row(10), row(11, { day: '2026-11-20' })]), line([row(20)], tokyo));
    assert.deepEqual([less[0]?.rows.length, less[0]?.timeZone], [2, 'UTC']);
  });

  it('forgets a session that turned out to be another task’s', () => {
    assert.deepEqual(known(line([row(10)]), line([], { withdrawn: true })), []);
  });
});

describe('records and the cost log', () => {
  it('count the records where they tell as much', () => {
    const buckets = [bucketOf(10)];
    assert.equal(joinLog(buckets, known(line([row(10)])), 'UTC'), buckets);
    assert.equal(joinLog(buckets, known(line([row(9)])), 'UTC'), buckets);
  });

  it('count the log where the agent has deleted its records, in whole or in part', () => {
    const logged = known(line([row(10), row(40, { day: '2026-11-20' })]));
    const gone = joinLog([], logged, 'UTC');
    assert.deepEqual([outputOf(gone), gone[0]?.source], [50, 'log']);
    const half = joinLog([bucketOf(12)], logged, 'UTC');
    assert.deepEqual(
      half.map(({ source, tokens }) => [source, tokens.output]),
      [
        ['records', 12],
        ['log', 40],
      ],
    );
    assert.equal(outputOf(joinLog([bucketOf(3)], known(line([row(10)])), 'UTC')), 10);
    assert.equal(totalOf(gone).usd, 0.05);
  });

  it('do not count twice what the records now credit to another task', () => {
    const moved = bucketOf(10, { owner: { kind: 'task', ref: { plan: 'p', task: 'b' } } });
    assert.deepEqual(joinLog([moved], known(line([row(10)])), 'UTC'), [moved]);
    // Part of the session is elsewhere, and the task's own part is gone.
    const rest = bucketOf(4, { owner: { kind: 'elsewhere' } });
    assert.equal(outputOf(joinLog([rest], known(line([row(10)])), 'UTC')), 14);
  });

  it('compare whole sessions where the log has days of another time zone', () => {
    const logged = known(line([row(10), row(40, { day: '2026-11-20' })], { timeZone: 'Asia/Tokyo' }));
    assert.equal(outputOf(joinLog([bucketOf(50)], logged, 'UTC')), 50);
    assert.equal(outputOf(joinLog([bucketOf(49)], logged, 'UTC')), 50);
  });

  it('never tell less than either of them, nor more than both, by session and day', () => {
    const figures = fc.array(fc.record({ day: fc.integer({ min: 10, max: 13 }), output: fc.nat(50) }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(figures, fc.array(figures, { maxLength: 4 }), (recorded, logged) => {
        const buckets = [...new Map(recorded.map((each) => [each.day, each])).values()].map(({ day, output }) =>
          bucketOf(output, { day: `2026-11-${day}` }),
        );
        const lines = logged.map((rows) =>
          line([...new Map(rows.map((r) => [r.day, row(r.output, { day: `2026-11-${r.day}` })])).values()]),
        );
        for (const day of ['2026-11-10', '2026-11-11', '2026-11-12', '2026-11-13']) {
          const own = outputOf(buckets.filter((bucket) => bucket.day === day));
          const most = Math.max(
            0,
            ...lines.flatMap(({ rows }) => rows.filter((r) => r.day === day).map((r) => r.tokens.output)),
          );
          const joined = joinLog(buckets, known(...lines), 'UTC').filter((bucket) => bucket.day === day);
          assert.equal(outputOf(joined), Math.max(own, most));
        }
      }),
      sampled(200),
    );
  });
});

describe('the file of the cost log', () => {
  async function withLog(fn: (file: string) => Promise<void>): Promise<void> {
    await withTempDir((dir) => fn(path.join(dir, 'cost-log.jsonl')), memoryFolder());
  }
  const append = (file: string, ...lines: readonly CostLine[]) =>
    appendFile(file, Buffer.concat(lines.map(costLineBytes)));

  it('is read as it grows, in whatever pieces', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(4000), { maxLength: 6 }), async (cuts) =>
        withLog(async (file) => {
          const lines = [line([row(10)]), line([row(11)]), line([row(5)], { session: 's2' })];
          const bytes = Buffer.concat(lines.map(costLineBytes));
          const ends = [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
          const costs = new LoggedCosts();
          const log = new CostLogFile(file, costs);
          await log.refresh();
          let from = 0;
          for (const end of ends) {
            await appendFile(file, bytes.subarray(from, end));
            await log.refresh();
            from = end;
          }
          assert.deepEqual(costs.sessions, known(...lines));
          assert.deepEqual(log.damage, []);
        }),
      ),
      sampled(60),
    );
  });

  it('survives truncation in the middle: what was known stays, what is whole counts, damage is told', async () => {
    await withLog(async (file) => {
      const costs = new LoggedCosts();
      const log = new CostLogFile(file, costs);
      await append(file, line([row(10)]), line([row(20)], { session: 's2' }));
      await log.refresh();
      await truncate(file, (await readFile(file)).length - 40);
      // The next writer's own newline ends the stump.
      await append(file, line([row(30)], { session: 's3' }));
      await log.refresh();
      assert.equal(outputOf(costs.sessions.flatMap(({ rows }) => rows)), 60);
      assert.deepEqual(
        log.damage.map(({ line: at, reason }) => [at, reason]),
        [[4, 'not-json']],
      );
      const anew = new LoggedCosts();
      await new CostLogFile(file, anew).refresh();
      assert.equal(outputOf(anew.sessions.flatMap(({ rows }) => rows)), 40);
    });
  });

  it('tells what is no line of ours, once for a newer version, and counts the rest', async () => {
    await withLog(async (file) => {
      const costs = new LoggedCosts();
      const log = new CostLogFile(file, costs);
      const bad = { ...line([row(10)]), tokens: { ...noTokens, output: -1 } };
      const newer = JSON.stringify({ v: 2, kind: 'cost' });
      const hostile = '{"__proto__":{"v":1},"kind":"cost"}';
      await writeFile(file, `\r\n{"v":1}\n${JSON.stringify(bad)}\n${newer}\n${newer}\n${hostile}\n`);
      await appendFile(file, Buffer.from([0xff, 0xfe, 0x0a, 0x00, 0x0a]));
      await append(file, line([row(7)]));
      await appendFile(file, '{"v":1,"kind');
      await log.refresh();
      assert.deepEqual(
        log.damage.map(({ line: at, reason }) => [at, reason]),
        [
          [2, 'wrong-shape'],
          [3, 'wrong-shape'],
          [4, 'newer'],
          [6, 'wrong-shape'],
          [7, 'not-utf8'],
          [8, 'not-json'],
          [11, 'torn'],
        ],
      );
      assert.equal(outputOf(costs.sessions.flatMap(({ rows }) => rows)), 7);
    });
  });

  it('loses no line to a line without an end', async () => {
    await withLog(async (file) => {
      await writeFile(file, Buffer.alloc(20 * 1024 * 1024, 'x'));
      await append(file, line([row(7)]));
      const costs = new LoggedCosts();
      const log = new CostLogFile(file, costs);
      await log.refresh();
      assert.deepEqual([costs.sessions.length, log.damage.length], [1, 1]);
    });
  });

  it('is told where it cannot be read', async () => {
    await withTempDir(async (dir) => {
      const log = new CostLogFile(dir, new LoggedCosts());
      await log.refresh();
      assert.deepEqual(
        log.damage.map(({ line: at, reason }) => [at, reason]),
        [[null, 'unreadable']],
      );
    });
  });

  it('takes its rows from buckets of tasks alone', () => {
    const [session, ...others] = sessionCosts([
      bucketOf(1),
      bucketOf(2, { day: '2026-11-22' }),
      bucketOf(4, { owner: { kind: 'elsewhere' } }),
    ]);
    assert.deepEqual([session?.rows.length, others.length], [2, 0]);
  });
});
