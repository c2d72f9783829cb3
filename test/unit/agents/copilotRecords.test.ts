import { strict as assert } from 'node:assert';
import path from 'node:path';
import { copilotRecords } from '../../../src/core/agents/copilot/records';
import {
  assertSound,
  assertStandsDamage,
  counted,
  type LinesReader,
  placesAt,
  readLines,
  realLines,
  sum,
} from './recordSupport';

const reader = copilotRecords as LinesReader;
const file = '/home/ada/.copilot/session-state/s1/events.jsonl';
const read = (lines: readonly unknown[]) => readLines(reader, lines, file);

let ids = 0;
const event = (type: string, data: object, more: object = {}) => {
  ids += 1;
  return { type, data, id: `event-${ids}`, timestamp: '2026-11-21T20:45:06.296Z', parentId: null, ...more };
};
const start = (session = 's1') => event('session.start', { sessionId: session, context: { cwd: '/home/ada/sample' } });
const resume = () => event('session.resume', { context: { cwd: '/home/ada/sample' } });
const used = (input: number, output: number, cacheRead = 0, cacheWrite = 0, reasoning = 0) => ({
  inputTokens: input,
  outputTokens: output,
  cacheReadTokens: cacheRead,
  cacheWriteTokens: cacheWrite,
  reasoningTokens: reasoning,
});
const record = (usage: object, more: object = {}) => event('session.usage_record', { usage }, more);
const shutdown = (models: Record<string, object>, more: object = {}) =>
  event('session.shutdown', {
    modelMetrics: Object.fromEntries(Object.entries(models).map(([name, usage]) => [name, { usage }])),
    ...more,
  });

describe('records of Copilot CLI', () => {
  it('lie in the folders of sessions, or beside them in its first versions', () => {
    const home = path.resolve('/home/ada');
    const [root] = reader.roots(placesAt(home));
    assert.ok(root);
    assert.equal(root.dir, path.join(home, '.copilot/session-state'));
    assert.equal(
      reader.roots(placesAt(home, { COPILOT_HOME: path.resolve('/data') }))[0]?.dir,
      path.resolve('/data/session-state'),
    );
    assert.ok(root.holds('abc/events.jsonl') && root.holds('abc.jsonl') && root.descends('abc'));
    assert.ok(!root.holds('abc/files/events.jsonl') && !root.descends('abc/files') && !root.descends('.locks'));
  });

  it('of a real session and its resumption tell each of the six answers once, and the totals add none', () => {
    const { records, skipped } = read(realLines('copilot-resumed'));
    assert.equal(records.length, 6);
    assert.deepEqual(sum(records), { input: 720, output: 480, cacheWrite5m: 14_400, cacheRead: 36_000 });
    assert.deepEqual(skipped, []);
    assert.deepEqual(new Set(records.map(({ session }) => session)), new Set(['9f22ca7d-4e6f-40b0-8151-2fd60b72da22']));
    assert.deepEqual(
      new Set(records.map(({ cwd, model }) => `${cwd} ${model}`)),
      new Set(['/home/ada/sample claude-sonnet-4.5']),
    );
  });

  it('of a real subagent belong to the session that started it', () => {
    const { records } = read(realLines('copilot-subagent'));
    assert.equal(records.length, 6);
    assert.deepEqual(sum(records), { input: 720, output: 480, cacheWrite5m: 14_400, cacheRead: 36_000 });
    assert.equal(new Set(records.map(({ session }) => session)).size, 1);
  });

  it('of versions without records of answers are the totals of each lifetime, added up', () => {
    const { records } = read([
      start(),
      shutdown({ a: used(100, 20, 50, 10, 5), b: used(7, 1) }),
      resume(),
      shutdown({ a: used(100, 20, 50, 10, 5) }),
    ]);
    assert.deepEqual(sum(records), { input: 87, output: 31, cacheRead: 100, cacheWrite5m: 20, reasoning: 10 });
    assert.deepEqual(new Set(records.map(({ model }) => model)), new Set(['a', 'b']));
    assert.equal(new Set(records.map(({ key }) => key)).size, 3);
  });

  it('of a lifetime that is running tell the output that messages tell, and the totals the rest', () => {
    const message = (id: string, output: number) =>
      event('assistant.message', { messageId: id, model: 'a', outputTokens: output });
    const lines = [start(), message('m1', 12), message('m2', 8)];
    assert.deepEqual(sum(read(lines).records), { output: 20 });
    assert.deepEqual(sum(read([...lines, shutdown({ a: used(100, 25) })]).records), { input: 100, output: 25 });
  });

  it('of messages that name no model are in the totals of whichever', () => {
    const message = event('assistant.message', { messageId: 'm1', outputTokens: 12 });
    const { records } = read([start(), message, shutdown({ a: used(100, 10), b: used(50, 5) })]);
    assert.deepEqual(sum(records), { input: 150, output: 15 });
  });

  it('leave to the totals at the end what the records of answers lack', () => {
    const whole = { accountingSnapshot: {} };
    const lines = [start(), record({ model: 'a', ...used(100, 10), accounting: { usageId: 'u1' } })];
    const { records } = read([
      ...lines,
      shutdown({ a: used(160, 15), b: used(9, 3) }, whole),
      resume(),
      record({ model: 'a', ...used(40, 4), accounting: { usageId: 'u2' } }),
      shutdown({ a: used(200, 19), b: used(9, 3) }, whole),
    ]);
    assert.deepEqual(sum(records), { input: 209, output: 22 });
    assert.equal(records.length, 4);
  });

  it('do not count what a message tells of an answer that has a record', () => {
    const { records } = read([
      start(),
      record({ model: 'a', ...used(100, 10), apiCallId: 'x' }),
      event('assistant.message', { messageId: 'm', outputTokens: 10 }),
    ]);
    assert.deepEqual(sum(records), { input: 100, output: 10 });
  });

  it('that a fork has copied stay with the session in which they were given', () => {
    const mine = record({ model: 'a', ...used(100, 10), accounting: { usageId: 'u1', sourceSessionId: 's1' } });
    const origin = read([start(), mine]);
    const fork = read([start('s2'), mine, record({ model: 'a', ...used(5, 1), accounting: { usageId: 'u2' } })]);
    const all = counted([...fork.records, ...origin.records]);
    assert.deepEqual(
      all.map(({ session, tokens }) => [session, tokens.input]),
      [
        ['s1', 100],
        ['s2', 5],
      ],
    );
  });

  it('of an unknown version say so, and are read as far as they are understood', () => {
    const found = read([event('session.start', { sessionId: 's1', version: 2 }), record({ ...used(5, 1) })]);
    assert.deepEqual(found.skipped, ['events of version 2 are not known: some may be missing']);
    assert.deepEqual(sum(found.records), { input: 5, output: 1 });
  });

  it('follow the working directory', () => {
    const moved = event('session.context_changed', { cwd: '/home/ada/other' });
    const { records } = read([start(), record({ ...used(1, 1) }), moved, record({ ...used(1, 1) })]);
    assert.deepEqual(
      records.map(({ cwd }) => cwd),
      ['/home/ada/sample', '/home/ada/other'],
    );
  });

  it('that are no JSON, negative, huge, texts or unknown shapes are skipped with a reason, the others count', () => {
    const bad = [
      used(-1, 1),
      used(1, 1e308),
      { inputTokens: '5' },
      { tokens: 5 },
      { ...used(1, 1), cacheReadTokens: 0.5 },
    ];
    const found = read([
      start(),
      ...bad.map((usage) => record(usage)),
      event('session.usage_record', {}),
      shutdown({ a: used(-1, 1) }),
      '{"type":"session.usage_record","data":{"usage":{"outputTokens":5',
      record({ ...used(5, 1), accounting: { usageId: 'good' } }),
    ]);
    assert.equal(found.skipped.length, bad.length + 3);
    assert.deepEqual(sum(found.records), { input: 5, output: 1 });
    assertSound(found);
  });

  it('with models named as an object is made count them', () => {
    const metrics = JSON.parse('{"__proto__": {"usage": {"inputTokens": 5, "outputTokens": 1}}}');
    const { records } = read([start(), event('session.shutdown', { modelMetrics: metrics })]);
    assert.deepEqual([records[0]?.model, sum(records)], ['__proto__', { input: 5, output: 1 }]);
    const long = { [`m${'x'.repeat(10 * 1024 ** 2)}`]: used(5, 1) };
    assert.equal(read([start(), shutdown(long)]).records[0]?.model, null);
  });

  it('stand any damage', () => {
    assertStandsDamage(realLines('copilot-resumed'), (lines) => read(lines));
    assertStandsDamage(realLines('copilot-subagent'), (lines) => read(lines));
  });
});
