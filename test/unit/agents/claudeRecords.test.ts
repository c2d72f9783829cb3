import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import { ClaudeTranscript } from '../../../src/core/agents/claude/recordLine';
import { claudeRecords } from '../../../src/core/agents/claude/records';
import type { RecordSink, UsageRecord } from '../../../src/core/agents/records';
import { sampled } from '../support/sampled';

type Fields = Readonly<Record<string, unknown>>;

const usage = {
  input_tokens: 3,
  cache_creation_input_tokens: 700,
  cache_read_input_tokens: 9_000,
  cache_creation: { ephemeral_5m_input_tokens: 500, ephemeral_1h_input_tokens: 200 },
  output_tokens: 42,
  server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 },
  service_tier: 'standard',
};
const message = { model: 'claude-opus-5', id: 'msg_1', type: 'message', role: 'assistant', content: [], usage };
const line = {
  parentUuid: 'p',
  isSidechain: false,
  cwd: '/home/dev/naïve "x"',
  sessionId: 's1',
  version: '2.1.197',
  message,
  requestId: 'req_1',
  type: 'assistant',
  uuid: 'u1',
  timestamp: '2026-11-21T10:11:12.345Z',
};

/** What a transcript of these lines tells. */
function read(...lines: (Fields | string)[]): { records: UsageRecord[]; skipped: string[] } {
  const transcript = new ClaudeTranscript();
  const [records, skipped]: [UsageRecord[], string[]] = [[], []];
  const sink: RecordSink = {
    record: (record) => records.push(record),
    quota: () => assert.fail('Transcripts tell no quota.'),
    skip: (reason) => skipped.push(reason),
  };
  for (const one of lines) transcript.line(Buffer.from(typeof one === 'string' ? one : JSON.stringify(one)), sink);
  return { records, skipped };
}

const withUsage = (more: Fields) => ({ ...line, message: { ...message, usage: { ...usage, ...more } } });

function only(...lines: (Fields | string)[]): UsageRecord {
  const { records, skipped } = read(...lines);
  assert.deepEqual(skipped, []);
  const [record] = records;
  assert.ok(record !== undefined && records.length === 1);
  return record;
}

describe("Claude Code's records", () => {
  it('tells all of an answer', () => {
    assert.deepEqual(only(line), {
      key: 'msg_1',
      rank: 3,
      session: 's1',
      parent: null,
      cwd: '/home/dev/naïve "x"',
      at: Date.UTC(2026, 10, 21, 10, 11, 12, 345),
      model: 'claude-opus-5',
      tokens: { input: 3, output: 42, cacheWrite5m: 500, cacheWrite1h: 200, cacheRead: 9_000, reasoning: 0 },
      speed: 'standard',
      batch: false,
      webSearches: 2,
      usd: null,
    });
  });

  it('reads a line with white space, or fields in any order, the same', () => {
    assert.deepEqual(only(JSON.stringify(line, null, 1).replaceAll('\n', ' ')), only(line));
    assert.deepEqual(only(Object.fromEntries(Object.entries(line).reverse())), only(line));
  });

  it('takes cache writes without their split for those of 5 minutes', () => {
    const { tokens } = only(withUsage({ cache_creation: undefined }));
    assert.deepEqual([tokens.cacheWrite5m, tokens.cacheWrite1h], [700, 0]);
    assert.deepEqual(only(withUsage({ cache_creation: null })).tokens, tokens);
  });

  it('tells the fast mode and the batch mode', () => {
    assert.equal(only(withUsage({ speed: 'fast' })).speed, 'fast');
    assert.equal(only(withUsage({ service_tier: 'batch' })).batch, true);
  });

  it('counts an answer that tells less, as gateways to other models do', () => {
    const told = only({ ...line, message: { ...message, usage: { input_tokens: 7, output_tokens: 8 } } });
    const none = { cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, reasoning: 0 };
    assert.deepEqual(told.tokens, { ...none, input: 7, output: 8 });
  });

  it('lets a line of the main chain beat its replay in a side chain, and both a copy by a fork', () => {
    const replay = only({ ...line, isSidechain: true, requestId: 'req_2' });
    const copy = only({ ...line, sessionId: 's2', forkedFrom: { sessionId: 's1', messageUuid: 'u1' } });
    assert.equal(replay.key, 'msg_1');
    assert.ok(only(line).rank > copy.rank && copy.rank > replay.rank);
  });

  it('credits what a fork copied to where it was copied from, and names that as the parent of what follows', () => {
    const copy = { ...line, sessionId: 's2', forkedFrom: { sessionId: 's1', messageUuid: 'u1' } };
    const next = { ...line, sessionId: 's2', message: { ...message, id: 'msg_2' } };
    const { records } = read(copy, next);
    assert.deepEqual(
      records.map(({ session, parent }) => [session, parent]),
      [
        ['s1', null],
        ['s2', 's1'],
      ],
    );
  });

  it('tells what older versions said of money', () => {
    assert.equal(only({ ...line, costUSD: 0.25 }).usd, 0.25);
    for (const costUSD of [-1, '1', null, 1e308]) assert.equal(only({ ...line, costUSD }).usd, null);
  });

  it('counts nothing where no model answered, and nothing that tools tell', () => {
    const told: Fields[] = [
      { ...line, message: { ...message, model: '<synthetic>' } },
      { ...line, isApiErrorMessage: true },
      { ...line, type: 'user', toolUseResult: { usage, message } },
      { ...line, type: 'progress', data: { message: line } },
      {
        ...line,
        message: { ...message, usage: undefined, content: [{ type: 'tool_use', input: { message, usage } }] },
      },
      { type: 'summary', summary: JSON.stringify(line) },
    ];
    assert.deepEqual(read(...told), { records: [], skipped: [] });
  });

  it('does not mind nulls in the input of a tool', () => {
    const input = { id: null, cwd: null, model: null, usage: null, sessionId: null, message: null };
    const content = [{ type: 'tool_use', id: 'toolu_1', name: 'x', input }];
    assert.deepEqual(only({ ...line, message: { ...message, content } }), only(line));
  });

  it('says why a line cannot be counted', () => {
    const told: [Fields | string, RegExp][] = [
      [`${JSON.stringify(line).slice(0, -40)}${JSON.stringify(line)}`, /no whole line/],
      [{ ...line, message: { ...message, usage: [usage] } }, /unknown form/],
      [{ ...line, message: { ...message, id: null }, requestId: '', uuid: 7 }, /no id/],
      [{ ...line, sessionId: 5 }, /names no session/],
    ];
    for (const [one, reason] of told) {
      const { records, skipped } = read(one);
      assert.deepEqual(records, []);
      assert.match(skipped.join(), reason);
    }
  });

  it('counts no negative, broken, huge or missing numbers', () => {
    for (const bad of [-1, 1.5, 1e308, 1e13, '7', true, [], {}]) {
      for (const name of ['input_tokens', 'output_tokens', 'cache_read_input_tokens']) {
        const { records, skipped } = read(withUsage({ [name]: bad }));
        assert.deepEqual(records, [], `${name} ${JSON.stringify(bad)}`);
        assert.equal(skipped.length, 1);
      }
    }
  });

  it('stands hostile names', () => {
    const long = 'x'.repeat(10_000_000);
    const told = only({ ...line, cwd: long, message: { ...message, model: long } });
    assert.deepEqual([told.cwd, told.model], [null, null]);
    for (const model of ['__proto__', 'constructor', '\u0000', '\ud800']) {
      assert.equal(only({ ...line, message: { ...message, model } }).model, model);
    }
    const proto = JSON.stringify(line).replace('"isSidechain"', '"__proto__":{"type":"user"},"isSidechain"');
    assert.deepEqual(only(proto), only(line));
  });

  it('takes no clock that makes no sense', () => {
    for (const timestamp of [null, 5, 'soon', '', '2026-13-45T99:00:00.000Z'])
      assert.equal(only({ ...line, timestamp }).at, null);
  });

  it('never throws, whatever the bytes', () => {
    const bytes = Buffer.from(JSON.stringify(line));
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat(bytes.length), (changes, length) => {
        const broken = Buffer.from(bytes.subarray(0, length));
        for (const [at, byte] of changes) if (at < broken.length) broken[at] = byte;
        const transcript = new ClaudeTranscript();
        transcript.line(broken, { record: () => undefined, quota: () => undefined, skip: () => undefined });
      }),
      sampled(1_000),
    );
  });

  it('is looked for where Claude Code keeps it', () => {
    const home = path.resolve('/home/me');
    const dirs = (env: Record<string, string>) =>
      claudeRecords.roots({ env, home, platform: 'linux' }).map(({ dir }) => dir);
    const [a, b, config] = [path.resolve('/a'), path.resolve('/b'), path.resolve('/config')];
    const own = path.join(home, '.claude', 'projects');
    assert.deepEqual(dirs({}), [own, path.join(home, '.config', 'claude', 'projects')]);
    assert.deepEqual(dirs({ XDG_CONFIG_HOME: config }), [own, path.join(config, 'claude', 'projects')]);
    assert.deepEqual(dirs({ CLAUDE_CONFIG_DIR: `${a}, ${b},${a}` }), [
      path.join(a, 'projects'),
      path.join(b, 'projects'),
    ]);
    assert.deepEqual(dirs({ CLAUDE_CONFIG_DIR: ' ' })[0], own);
  });

  it('takes transcripts and those of subagents, not the big outputs of tools', () => {
    const [root] = claudeRecords.roots({ env: {}, home: '/home/me', platform: 'linux' });
    assert.ok(root !== undefined);
    assert.ok(root.holds('-work/s.jsonl') && root.holds('-work/s/subagents/agent-1.jsonl'));
    assert.ok(root.descends('-work/s/subagents') && !root.descends('-work/s/tool-results'));
    assert.ok(!root.holds('-work/s.json'));
  });
});
