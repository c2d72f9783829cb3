import assert from 'node:assert/strict';
import { appendFile, rm } from 'node:fs/promises';
import fc from 'fast-check';
import type { TaskTraces, UsageMeter } from '../../../../src/core/usage/parts';
import { totalOf } from '../../../../src/core/usage/sums';
import { memoryFolder, withTempDir } from '../../support/repositories';
import { sampled } from '../../support/sampled';
import { type Line, meterOf, question, record, sorted } from './support';

const day = 86_400_000;
const start = Date.UTC(2026, 10, 16);

const lines = fc.record({
  // Few names, so that one answer is written several times, with other figures and in other files.
  id: fc.integer({ min: 0, max: 12 }).map((i) => `msg_${i}`),
  session: fc.constantFrom('s1', 's2', 's3'),
  cwd: fc.constantFrom('/wt/a', '/wt/b/src', '/repo', '/other'),
  at: fc.integer({ min: start, max: start + 3 * day }),
  model: fc.constantFrom('claude-opus-4-8', 'claude-haiku-4-5', 'nobody-1'),
  output: fc.integer({ min: 1, max: 5000 }),
}) satisfies fc.Arbitrary<Line>;

const tasks: fc.Arbitrary<TaskTraces[]> = fc.subarray([
  { ref: { plan: 'p', task: 'a' }, sessions: [], places: [{ path: '/wt/a', from: 0, to: start + day }] },
  { ref: { plan: 'p', task: 'b' }, sessions: [], places: [{ path: '/wt/b', from: 0, to: null }] },
  { ref: { plan: 'p', task: 'c' }, sessions: [{ agent: 'claude', session: 's3' }], places: [] },
]);

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        file: fc.constantFrom('one.jsonl', 'two.jsonl'),
        lines: fc.array(lines, { maxLength: 6 }),
      }),
    },
    { weight: 1, arbitrary: tasks },
    { weight: 1, arbitrary: fc.constantFrom('UTC' as const, 'Asia/Tokyo' as const) },
  ),
  { maxLength: 12 },
);

async function bucketsOf(meter: UsageMeter, asked: Parameters<typeof question>[0]) {
  return sorted((await meter.ask(question(asked))).buckets);
}

describe('a meter', () => {
  it('that was asked after every change answers as one that is asked once', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (changes) =>
        withTempDir(async (home) => {
          const meter = meterOf(home);
          let asked: { tasks: TaskTraces[]; timeZone: string } = { tasks: [], timeZone: 'UTC' };
          for (const change of changes) {
            if (typeof change === 'string') asked = { ...asked, timeZone: change };
            else if (Array.isArray(change)) asked = { ...asked, tasks: change };
            else await record(home, change.file, ...change.lines);
            const folders = ['/repo', '/wt/a', '/wt/b'];
            const buckets = await bucketsOf(meter, { ...asked, folders });
            assert.deepEqual(buckets, await bucketsOf(meterOf(home), { ...asked, folders }));
          }
        }, memoryFolder()),
      ),
      sampled(40),
    );
  });

  it('keeps what was recorded in files that are gone, and credits it anew when a task becomes known', async () => {
    await withTempDir(async (home) => {
      const meter = meterOf(home);
      const line = { id: 'm1', session: 's1', cwd: '/wt/a', at: start, output: 100 };
      const file = await record(home, 'one.jsonl', line);
      assert.equal((await bucketsOf(meter, {}))[0]?.owner.kind, 'other');
      await rm(file);
      const places = [{ path: '/wt/a', from: 0, to: null }];
      const [bucket] = await bucketsOf(meter, { tasks: [{ ref: { plan: 'p', task: 'a' }, sessions: [], places }] });
      assert.deepEqual([bucket?.owner.kind, bucket?.tokens.output], ['task', 100]);
    });
  });

  it('leaves out what belongs to other repositories, and what was skipped in their files', async () => {
    await withTempDir(async (home) => {
      const meter = meterOf(home);
      await record(home, 'own.jsonl', { id: 'm1', session: 's1', cwd: '/repo', at: start, output: 1 });
      const other = await record(home, 'other.jsonl', { id: 'm2', session: 's2', cwd: '/x', at: start, output: 1 });
      await appendFile(
        other,
        '{"type":"assistant","sessionId":"s2","message":{"id":"m3","usage":{"input_tokens":1,"output_tokens":\n',
      );
      const all = await meter.ask(question({ folders: ['/repo'] }));
      assert.deepEqual([all.buckets.length, all.skipped.length], [2, 1]);
      assert.equal(all.skipped[0]?.line, 2);
      const incomplete = all.buckets.filter((bucket) => bucket.incomplete === true);
      assert.deepEqual(
        incomplete.map(({ session }) => session),
        ['s2'],
      );
      const own = await meter.ask(question({ folders: ['/repo'], all: false }));
      assert.deepEqual([own.buckets.length, own.skipped.length], [1, 0]);
    });
  });

  it('opens the records behind a figure: file, line and price', async () => {
    await withTempDir(async (home) => {
      const meter = meterOf(home);
      const file = await record(
        home,
        'one.jsonl',
        { id: 'm1', session: 's1', cwd: '/repo', at: start, output: 1_000_000, input: 0 },
        { id: 'm2', session: 's1', cwd: '/repo', at: start + day, output: 7, model: 'nobody-1' },
        { id: 'm3', session: 's2', cwd: '/repo', at: start, output: 7 },
      );
      const { buckets } = await meter.ask(question({ folders: ['/repo'] }));
      const [first] = await meter.records({ session: 's1', day: '2026-11-16', limit: 10 });
      assert.deepEqual([first?.file, first?.line, first?.usd], [file, 1, 25]);
      assert.deepEqual([first?.price?.output, first?.price?.since.length], [25, 10]);
      const [second] = await meter.records({ model: 'nobody-1', limit: 10 });
      assert.deepEqual([second?.line, second?.usd, second?.price], [2, null, null]);
      const newest = await meter.records({ owner: { kind: 'elsewhere' }, limit: 1 });
      assert.deepEqual(
        newest.map(({ line }) => line),
        [2],
      );
      assert.deepEqual(totalOf(buckets).unpriced, ['nobody-1']);
    });
  });

  it('counts times of a broken clock on no day, and the rest', async () => {
    await withTempDir(async (home) => {
      const meter = meterOf(home);
      const far = { id: 'm1', session: 's1', cwd: '/repo', at: 8.64e15, output: 5 };
      await record(home, 'one.jsonl', far, { ...far, id: 'm2', at: -5 }, { ...far, id: 'm3', at: start });
      const buckets = await bucketsOf(meter, {});
      assert.deepEqual(buckets.map((bucket) => bucket.day).sort(), ['2026-11-16', null]);
      assert.equal(totalOf(buckets).tokens.output, 15);
    });
  });
});
