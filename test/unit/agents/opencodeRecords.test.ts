import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { ensureNode24 } from '../../../scripts/provision.mjs';
import { opencodeRecords } from '../../../src/core/agents/opencode/records';
import { bundled } from '../support/bundled';
import { withTempDir } from '../support/repositories';
import type { DatabaseCase, DatabaseResult, DatabaseRows } from './databaseProgram';
import { assertSound, counted, type Found, placesAt, readWhole, sum, type WholeReader } from './recordSupport';

const reader = opencodeRecords as WholeReader;
const hasSqlite = process.getBuiltinModule('node:sqlite') !== undefined;

/** Rows of a database that opencode 1.18.33 wrote (its model was a stand-in). */
function realRows(name: string): DatabaseRows {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, 'records', `${name}.json`), 'utf8'));
}

/** Makes these databases and reads them, in a Node that has SQLite. */
async function readDatabases(...cases: readonly DatabaseCase[]): Promise<DatabaseResult[]> {
  const node = hasSqlite ? process.execPath : await ensureNode24();
  const program = await bundled(path.join(import.meta.dirname, 'databaseProgram.ts'));
  return withTempDir(async (folder) => {
    const { stdout, stderr } = await execa(node, [program, folder], {
      input: JSON.stringify(cases),
    });
    assert.equal(stderr, '');
    return JSON.parse(stdout);
  });
}

/** @param total tokens that the session tells itself */
const session = (id: string, created: number, parent: string | null = null, total = 0) => ({
  id,
  parent_id: parent,
  directory: '/home/ada/sample',
  time_created: created,
  tokens_input: total,
});
const message = (id: string, of: string, data: object | string, created = 1_795_293_893_524) => ({
  id,
  session_id: of,
  time_created: created,
  data: typeof data === 'string' ? data : JSON.stringify(data),
});
const tokens = (input: number, output: number, more: object = {}) => ({
  input,
  output,
  reasoning: 0,
  cache: { read: 0, write: 0 },
  ...more,
});
const answer = (used: object, more: object = {}) => ({
  role: 'assistant',
  modelID: 'claude-sonnet-4-5',
  providerID: 'anthropic',
  cost: 0.5,
  path: { cwd: '/home/ada/sample/deep', root: '/home/ada/sample' },
  tokens: used,
  time: { created: 1_795_293_893_524, completed: 1_795_293_894_920 },
  ...more,
});

describe('records of opencode', () => {
  it('are databases of any channel, one that is named, and the files of older versions', () => {
    const home = path.resolve('/home/ada');
    const roots = (env = {}) => reader.roots(placesAt(home, env));
    const [data, messages] = roots();
    assert.ok(data && messages);
    assert.equal(data.dir, path.join(home, '.local/share/opencode'));
    assert.ok(data.holds('opencode.db') && data.holds('opencode-dev.db') && !data.holds('opencode.db-wal'));
    assert.ok(messages.holds('ses_1/msg_1.json') && !messages.holds('msg_1.json') && messages.descends('ses_1'));
    assert.equal(roots({ XDG_DATA_HOME: path.resolve('/data') })[0]?.dir, path.resolve('/data/opencode'));
    assert.equal(roots({ OPENCODE_DATA_DIR: path.resolve('/data') })[0]?.dir, path.resolve('/data'));
    assert.ok(roots({ OPENCODE_DB: 'mine.sqlite' })[0]?.holds('mine.sqlite'));
    const named = roots({ OPENCODE_DB: path.resolve('/data/mine.sqlite') })[1];
    assert.ok(named?.dir === path.resolve('/data') && named.holds('mine.sqlite') && !named.holds('other.sqlite'));
  });

  it('in databases tell each answer once, through forks, subagents and the write-ahead log', async function () {
    this.timeout(120_000);
    const forked = realRows('opencode-forked');
    const [live, closed, subagent] = await readDatabases(
      { ...forked, state: 'live' },
      { ...forked, state: 'closed' },
      { ...realRows('opencode-subagent'), state: 'live' },
    );
    assert.ok(live && closed && subagent);
    for (const { found, more, left } of [live, closed]) {
      // Six answers, of which a fork has copies under new ids, and three of its own.
      const records = counted(found.records);
      assert.equal(records.length, 9);
      assert.deepEqual(sum(records), { input: 1080, output: 720, cacheWrite5m: 21_600, cacheRead: 54_000 });
      assert.equal(records.filter((record) => record.session === forked.sessions[0]?.id).length, 6);
      // The totals of sessions, copies included, are told by their messages.
      assert.deepEqual([found.skipped, more, left], [[], { records: [], quotas: [], skipped: [] }, []]);
      assertSound(found);
    }
    assert.equal(live.found.records[0]?.usd, 0.01236);
    assert.deepEqual(
      [live.found.records[0]?.cwd, live.found.records[0]?.model],
      ['/home/ada/sample', 'claude-sonnet-4-5'],
    );
    assert.equal(subagent.found.records.length, 6);
    assert.equal(new Set(subagent.found.records.map((record) => record.session)).size, 1);
  });

  it('in databases that are damaged, of another form or with bad rows are skipped with a reason, the rest counts', async function () {
    this.timeout(120_000);
    const sessions = [session('s1', 2), session('loop', 3, 'loop2'), session('loop2', 4, 'loop')];
    const messages = [
      message('cut', 's1', '{"role":"assistant","tokens":{"input":5'),
      message('negative', 's1', answer(tokens(-5, 1))),
      message('huge', 's1', answer(tokens(1e308, 1))),
      message('long', 's1', answer(tokens(5, 1), { modelID: 'm'.repeat(10 * 1024 ** 2) })),
      message('proto', 's1', '{"role":"assistant","tokens":{"__proto__":{"input":5}}}'),
      message('user', 's1', { role: 'user', summary: '"tokens"' }),
      message('good', 'loop', answer(tokens(5, 1))),
    ];
    const [bad, damaged, other] = await readDatabases(
      { sessions, messages, state: 'closed' },
      { sessions, messages, state: 'damaged' },
      { sessions, messages, state: 'other tables' },
    );
    assert.ok(bad && damaged && other);
    assert.deepEqual(sum(bad.found.records), { input: 5, output: 1 });
    assert.equal(bad.found.skipped.length, 5, bad.found.skipped.join('\n'));
    for (const { found } of [damaged, other]) assert.deepEqual([found.records, found.skipped.length], [[], 1]);
    assert.match(other.found.skipped[0] ?? '', /no such table/);
  });

  it('that are still being given wait, and count when they are over or their session went on without their end', async function () {
    this.timeout(120_000);
    const open = answer(tokens(5, 1), { time: { created: 1_795_293_893_000 } });
    const first = { sessions: [session('s1', 2)], messages: [message('a', 's1', open, 10)] };
    const over = { sessions: [session('s1', 2, null, 6)], messages: [message('a', 's1', answer(tokens(5, 1)), 10)] };
    const next = { sessions: [], messages: [message('b', 's1', answer(tokens(0, 0)), 20)] };
    for (const { found, more } of await readDatabases(
      { ...first, state: 'live', later: over },
      { ...first, state: 'live', later: next },
      { ...first, state: 'no totals', later: over },
    )) {
      assert.deepEqual(found.records, []);
      assert.deepEqual([sum(more.records), more.skipped], [{ input: 5, output: 1 }, []]);
    }
  });

  it('that were added since are all that is read again, and what was skipped stays told', async function () {
    this.timeout(120_000);
    const bad = message('bad', 's1', answer(tokens(-5, 1)));
    const rows = { sessions: [session('s1', 2)], messages: [bad, message('a', 's1', answer(tokens(5, 1)))] };
    const later = {
      sessions: [session('s1', 2, null, 9), session('s2', 3)],
      messages: [message('b', 's1', answer(tokens(2, 1))), message('c', 's2', answer(tokens(3, 1)))],
    };
    for (const { found, more } of await readDatabases(
      { ...rows, state: 'live', later },
      { ...rows, state: 'closed', later },
      { ...rows, state: 'no totals', later },
    )) {
      assert.deepEqual(sum(found.records), { input: 5, output: 1 });
      assert.deepEqual(sum(more.records), { input: 5, output: 2 });
      assert.deepEqual([found.skipped.length, more.skipped], [1, found.skipped]);
    }
  });

  it('whose session tells more tokens than its messages are missed by name', async function () {
    this.timeout(120_000);
    const [result] = await readDatabases({
      sessions: [session('s1', 2, null, 100)],
      messages: [message('a', 's1', answer(tokens(5, 1)))],
      state: 'closed',
    });
    assert.deepEqual(result?.found.skipped, ['s1: 94 of its tokens are told by none of its messages']);
    assert.deepEqual(result?.more.skipped, result?.found.skipped);
  });

  it('in a Node without SQLite are skipped with what would read them', function () {
    if (hasSqlite) this.skip();
    const { records, skipped } = readWhole(reader, path.resolve('/nowhere/opencode.db'));
    assert.deepEqual(records, []);
    assert.match(skipped.join(), /has no SQLite here: ask with Node\.js 22\.13 or newer/);
  });

  const readOne = (data: unknown): Promise<Found> =>
    withTempDir(async (folder) => {
      const file = path.join(folder, 'msg_1.json');
      await writeFile(file, typeof data === 'string' ? data : JSON.stringify(data));
      return readWhole(reader, file);
    });

  it('in files of older versions are one answer each', async () => {
    const { records } = await readOne(answer(tokens(5, 1, { cache: { read: 7, write: 3 } }), { sessionID: 'ses_1' }));
    assert.deepEqual(sum(records), { input: 5, output: 1, cacheRead: 7, cacheWrite5m: 3 });
    assert.deepEqual(
      records.map((record) => [record.session, record.cwd, record.usd]),
      [['ses_1', '/home/ada/sample/deep', 0.5]],
    );
    assert.deepEqual((await readOne({ role: 'user' })).records, []);
    assert.equal((await readOne('{"role":"assist')).skipped.length, 1);
    assert.equal((await readOne(answer(tokens(0.5, 1)))).skipped.length, 1);
    assert.equal((await readOne(answer(tokens(5, 1), { cost: 0 }))).records[0]?.usd, null);
  });

  it('do not count reasoning twice where the total says that it lies inside the output', async () => {
    const inside = await readOne(answer(tokens(5, 10, { reasoning: 4, total: 15 })));
    const apart = await readOne(answer(tokens(5, 10, { reasoning: 4, total: 19 })));
    assert.deepEqual(sum(inside.records), { input: 5, output: 6, reasoning: 4 });
    assert.deepEqual(sum(apart.records), { input: 5, output: 10, reasoning: 4 });
  });
});
