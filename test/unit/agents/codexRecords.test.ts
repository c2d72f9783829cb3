import { strict as assert } from 'node:assert';
import path from 'node:path';
import { codexRecords } from '../../../src/core/agents/codex/records';
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

const reader = codexRecords as LinesReader;
const read = (lines: readonly unknown[], file?: string) => readLines(reader, lines, file);

const id = '01a1ffda-aeff-7ea0-810d-a5a455a8d102';
const at = (second: number): string => `2026-11-21T20:44:${String(second).padStart(2, '0')}.000Z`;
const meta = (more: object = {}, second = 0) => ({
  timestamp: at(second),
  type: 'session_meta',
  payload: { id, cwd: '/home/ada/sample', source: 'exec', ...more },
});
const context = (model: string, more: object = {}) => ({
  timestamp: at(1),
  type: 'turn_context',
  payload: { cwd: '/home/ada/sample', model, ...more },
});
const usage = (input: number, cached: number, output: number, reasoning = 0) => ({
  input_tokens: input,
  cached_input_tokens: cached,
  output_tokens: output,
  reasoning_output_tokens: reasoning,
  total_tokens: input + output,
});
const count = (second: number, info: object | null, more: object = {}) => ({
  timestamp: at(second),
  type: 'event_msg',
  payload: { type: 'token_count', info, ...more },
});
const record = (second: number, response: string, payload: object) => ({
  timestamp: at(second),
  type: 'token_usage_record',
  payload: { thread_id: id, session_id: id, response_id: response, ...payload },
});

describe('records of Codex', () => {
  it('lie in sessions and archived sessions of its home, and nowhere else', () => {
    const home = path.resolve('/home/ada');
    const dirs = (env = {}) => reader.roots(placesAt(home, env)).map((root) => root.dir);
    assert.deepEqual(dirs(), [path.join(home, '.codex/sessions'), path.join(home, '.codex/archived_sessions')]);
    assert.equal(dirs({ CODEX_HOME: path.resolve('/data/codex') })[0], path.resolve('/data/codex/sessions'));
    assert.equal(dirs({ CODEX_HOME: 'relative' })[0], path.join(home, '.codex/sessions'));
    const [root] = reader.roots(placesAt(home));
    assert.ok(root);
    assert.ok(root.holds('2026/11/21/rollout-2026-11-21T20-44-44-x.jsonl') && root.holds('rollout-x.jsonl'));
    assert.ok(!root.holds('2026/11/21/notes.jsonl') && !root.holds('2026/11/21/rollout-x.jsonl.tmp'));
    assert.ok(root.descends('2026') && root.descends('2026/11/21') && !root.descends('2026/11/21/deep'));
  });

  it('of a real session and its resumption tell each of the six answers once', () => {
    const { records, skipped, quotas } = read(realLines('codex-resumed'));
    assert.equal(records.length, 6);
    assert.deepEqual(sum(records), { input: 15_000, output: 1140, cacheRead: 9000, reasoning: 360 });
    assert.deepEqual([skipped, quotas], [[], []]);
    assert.equal(new Set(records.map(({ key }) => key)).size, 6);
    assert.deepEqual(new Set(records.map(({ session }) => session)), new Set([id]));
    assert.deepEqual(
      new Set(records.map(({ cwd, model }) => `${cwd} ${model}`)),
      new Set(['/home/ada/sample gpt-5-codex']),
    );
    assert.equal(records[0]?.at, Date.parse('2026-11-21T20:44:44.313Z'));
  });

  it('of a real subagent that inherited its history belong to the session that started it', () => {
    const parent = read(realLines('codex-parent'));
    const child = read(realLines('codex-subagent'));
    assert.deepEqual([parent.records.length, child.records.length], [4, 2]);
    const all = counted([...parent.records, ...child.records]);
    assert.deepEqual(sum(all), { input: 15_000, output: 1140, cacheRead: 9000, reasoning: 360 });
    assert.equal(new Set(all.map(({ session }) => session)).size, 1);
  });

  it('of a real fork, whose running total goes on, tell only its own answer', () => {
    const { records } = read(realLines('codex-forked'));
    assert.deepEqual(sum(records), { input: 2500, output: 190, cacheRead: 1500, reasoning: 60 });
    const [{ session, parent } = {}] = records;
    assert.deepEqual(
      [session, parent],
      ['01a1ffef-509e-7793-a3d8-050c580ea96e', '01a1ffef-3dd3-79c1-af94-e6d60d661f4d'],
    );
  });

  it('of a real session that was compacted tell the compaction as one answer more', () => {
    const { records, skipped } = read(realLines('codex-compacted'));
    assert.equal(records.length, 5);
    assert.deepEqual([sum(records), skipped], [{ input: 12_500, output: 950, cacheRead: 7500, reasoning: 300 }, []]);
  });

  it('without records of answers count the last usage of each token_count, however often it is told', () => {
    const lines = [
      meta(),
      context('gpt-5'),
      count(2, null),
      count(3, { total_token_usage: usage(100, 40, 10, 4), last_token_usage: usage(100, 40, 10, 4) }),
      count(4, { total_token_usage: usage(100, 40, 10, 4), last_token_usage: usage(100, 40, 10, 4) }),
      context('gpt-5.1', { cwd: '/home/ada/other' }),
      count(5, { total_token_usage: usage(300, 140, 30, 4), last_token_usage: usage(200, 100, 20) }),
    ];
    const { records } = read(lines);
    assert.deepEqual(
      records.map(({ tokens, model, cwd }) => [
        tokens.input,
        tokens.cacheRead,
        tokens.output,
        tokens.reasoning,
        model,
        cwd,
      ]),
      [
        [60, 40, 6, 4, 'gpt-5', '/home/ada/sample'],
        [100, 100, 20, 0, 'gpt-5.1', '/home/ada/other'],
      ],
    );
    assert.deepEqual(read(lines).records, records);
  });

  it('without a last usage count what was added to the total, from the start when it began anew', () => {
    const totals = [usage(100, 40, 10), usage(300, 140, 30), usage(50, 0, 5)];
    const { records } = read([meta(), ...totals.map((total, n) => count(3 + n, { total_token_usage: total }))]);
    assert.deepEqual(
      records.map(({ tokens }) => [tokens.input, tokens.cacheRead, tokens.output]),
      [
        [60, 40, 10],
        [100, 100, 20],
        [50, 0, 5],
      ],
    );
  });

  it('count neither the size of a context after a compaction nor one that was filled up', () => {
    const filled = { total_tokens: 258_400 };
    const { records, skipped } = read([
      meta(),
      count(3, { total_token_usage: usage(100, 0, 10), last_token_usage: usage(100, 0, 10) }),
      count(4, { total_token_usage: usage(100, 0, 10), last_token_usage: { total_tokens: 3000 } }),
      count(5, { total_token_usage: filled, last_token_usage: filled }),
      count(6, { total_token_usage: usage(20, 0, 2), last_token_usage: usage(20, 0, 2) }),
    ]);
    assert.deepEqual([sum(records), skipped], [{ input: 120, output: 12 }, []]);
  });

  it('of a session that an older version began and a newer one went on with count each answer once', () => {
    const info = (total: object, last: object) => ({ total_token_usage: total, last_token_usage: last });
    const { records } = read([
      meta(),
      count(3, info(usage(100, 0, 10), usage(100, 0, 10))),
      record(4, 'resp_1', { usage: usage(100, 0, 10) }),
      record(5, 'resp_compaction', { usage: usage(7, 0, 1) }),
      count(6, info(usage(207, 0, 21), usage(100, 0, 10))),
      count(7, info(usage(207, 0, 21), usage(100, 0, 10))),
      record(8, 'resp_2', { usage: usage(100, 0, 10) }),
      count(9, info(usage(307, 0, 31), usage(100, 0, 10))),
      // The older version again.
      count(10, info(usage(407, 0, 41), usage(100, 0, 10))),
    ]);
    assert.deepEqual(sum(records), { input: 407, output: 41 });
  });

  it('of a fork that repeats the lines of its origin, with and without ids, count nothing twice', () => {
    const repeated = [
      count(0, { total_token_usage: usage(100, 0, 10), last_token_usage: usage(100, 0, 10) }),
      count(0, { total_token_usage: usage(200, 0, 20), last_token_usage: usage(100, 0, 10) }),
    ];
    const own = count(9, { total_token_usage: usage(300, 0, 30), last_token_usage: usage(100, 0, 10) });
    const fork = { id: 'fork', forked_from_id: id };
    const based = { ...fork, history_base: { thread_id: id, end_ordinal_exclusive: 9 } };
    assert.equal(read([meta(based), ...repeated]).records.length, 2);
    const old = read([meta(fork), meta(), ...repeated, own]);
    assert.deepEqual(
      old.records.map(({ session, parent, tokens }) => [session, parent, tokens.input]),
      [['fork', id, 100]],
    );
    const origin = read([meta(), record(3, 'resp_1', { usage: usage(100, 0, 10) })]);
    const copy = read([meta(fork), record(0, 'resp_1', { usage: usage(100, 0, 10) })]);
    assert.deepEqual(counted([...copy.records, ...origin.records]), origin.records);
  });

  it('of a subagent of an older version skip what it repeats of its parent', () => {
    const source = { subagent: { thread_spawn: { parent_thread_id: id, depth: 1 } } };
    const { records } = read([
      meta({ id: 'child', source }),
      meta(),
      count(0, { total_token_usage: usage(100, 0, 10), last_token_usage: usage(100, 0, 10) }),
      count(5, { total_token_usage: usage(130, 0, 15), last_token_usage: usage(30, 0, 5) }),
    ]);
    assert.deepEqual(
      records.map(({ session, parent, tokens }) => [session, parent, tokens.input]),
      [[id, null, 30]],
    );
  });

  it('tell tiers of service, searches and the limits of the account', () => {
    const limits = {
      plan_type: 'plus',
      primary: { used_percent: 7.5, window_minutes: 300, resets_at: 1_795_300_000 },
      secondary: { used_percent: 77, window_minutes: 10_080, resets_in_seconds: 60 },
    };
    const search = {
      timestamp: at(2),
      type: 'response_item',
      payload: { type: 'web_search_call', action: { type: 'search' } },
    };
    const opened = { ...search, payload: { type: 'web_search_call', action: { type: 'open_page' } } };
    const { records, quotas } = read([
      meta(),
      context('gpt-5', { service_tier: 'priority' }),
      search,
      search,
      opened,
      record(3, 'resp_1', { usage: usage(10, 0, 1) }),
      context('gpt-5', { service_tier: 'flex' }),
      record(4, 'resp_2', { usage: usage(10, 0, 1) }),
      count(5, null, { rate_limits: limits }),
      count(6, null, { rate_limits: { primary: null, secondary: null } }),
    ]);
    assert.deepEqual(
      records.map(({ speed, batch, webSearches }) => [speed, batch, webSearches]),
      [
        ['fast', false, 2],
        ['standard', true, 0],
      ],
    );
    assert.deepEqual(quotas, [
      {
        agent: 'codex',
        plan: 'plus',
        at: at(5),
        windows: [
          { minutes: 300, usedPercent: 7.5, resetsAt: new Date(1_795_300_000_000).toISOString() },
          { minutes: 10_080, usedPercent: 77, resetsAt: '2026-11-21T20:45:05.000Z' },
        ],
      },
    ]);
  });

  it('in a file without its first line are of the thread that its name tells', () => {
    const { records } = read(
      [count(3, { last_token_usage: usage(5, 0, 5) })],
      `/x/rollout-2026-11-21T20-44-44-${id}.jsonl`,
    );
    assert.equal(records[0]?.session, id);
  });

  it('that are no JSON, negative, huge, texts or unknown shapes are skipped with a reason, the others count', () => {
    const bad = [
      { tokens: 5 },
      usage(-1, 0, 1),
      usage(1e308, 0, 1),
      { ...usage(1, 0, 1), input_tokens: '1' },
      { ...usage(1, 0, 1), output_tokens: 0.5 },
    ];
    const lines = bad.flatMap((one, n) => [
      record(3, `resp_${n}`, { usage: one }),
      count(4, { total_token_usage: one, last_token_usage: one }),
    ]);
    const broken = '{"type":"token_usage_record","payload":{"usa';
    const found = read([meta(), ...lines, broken, record(5, 'good', { usage: usage(5, 0, 1) })]);
    assert.deepEqual(sum(found.records), { input: 5, output: 1 });
    assert.equal(found.skipped.length, bad.length * 2 + 1);
    assertSound(found);
  });

  it('with a model name of 10 MB count without the name', () => {
    const { records } = read([meta(), context('m'.repeat(10 * 1024 ** 2)), record(3, 'a', { usage: usage(5, 0, 1) })]);
    assert.deepEqual([records[0]?.model, sum(records)], [null, { input: 5, output: 1 }]);
  });

  it('stand any damage', () => {
    assertStandsDamage(realLines('codex-compacted'), (lines) => read(lines));
    assertStandsDamage(realLines('codex-subagent'), (lines) => read(lines));
  });
});
