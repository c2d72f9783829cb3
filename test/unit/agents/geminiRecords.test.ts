import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { geminiRecords, geminiWholeRecords } from '../../../src/core/agents/gemini/records';
import { withTempDir } from '../support/repositories';
import {
  assertSound,
  assertStandsDamage,
  bytesOf,
  counted,
  type Found,
  type LinesReader,
  placesAt,
  readLines,
  realLines,
  sinkOf,
  sum,
  type WholeReader,
} from './recordSupport';

const reader = geminiRecords as LinesReader;
const whole = geminiWholeRecords as WholeReader;
const read = (lines: readonly unknown[]) => readLines(reader, lines, '/x/chats/session-1.jsonl');

const head = { sessionId: 's1', kind: 'main' };
const answer = (id: string, tokens: object, more: object = {}) => ({
  id,
  timestamp: '2026-11-21T20:44:46.848Z',
  type: 'gemini',
  content: 'Done.',
  tokens,
  model: 'gemini-2.5-flash',
  ...more,
});
const tokens = (input: number, output: number, cached = 0, thoughts = 0, tool = 0) => ({
  input,
  output,
  cached,
  thoughts,
  tool,
  total: input + output + thoughts + tool,
});

/** Writes files below a home and reads one of them as the search for records would give it. */
async function readIn(home: string, files: Record<string, string>, relative: string): Promise<Found> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(home, '.gemini', name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const [root] = (relative.endsWith('l') ? reader : whole).roots(placesAt(home));
  assert.ok(root);
  assert.ok(root.holds(relative));
  const file = { path: path.join(root.dir, relative), relative, root };
  const found: Found = { records: [], quotas: [], skipped: [] };
  if (relative.endsWith('.json')) whole.read(file, sinkOf(found));
  else {
    const opened = reader.open(file);
    for (const line of (files[`tmp/${relative}`] ?? '').trimEnd().split('\n')) {
      opened.line(Buffer.from(line), sinkOf(found));
    }
  }
  return found;
}

describe('records of Gemini CLI', () => {
  it('lie among the chats of projects, those of subagents one folder deeper', () => {
    const [root] = reader.roots(placesAt(path.resolve('/home/ada')));
    const [older] = whole.roots(placesAt(path.resolve('/home/ada')));
    assert.ok(root && older);
    assert.equal(root.dir, path.resolve('/home/ada/.gemini/tmp'));
    for (const name of ['sample/chats/session-1.jsonl', 'sample/chats/parent/child.jsonl']) assert.ok(root.holds(name));
    for (const name of ['sample/logs.jsonl', 'sample/chats/session-1.json', 'chats/x.jsonl'])
      assert.ok(!root.holds(name));
    assert.ok(older.holds('sample/chats/session-1.json') && !older.holds('sample/logs.json'));
    for (const name of ['sample', 'sample/chats', 'sample/chats/parent']) assert.ok(root.descends(name));
    assert.ok(!root.descends('sample/tool-outputs'));
  });

  it('of a real session and its resumption tell each of the six answers once, though most are written twice', () => {
    const { records, skipped } = read(realLines('gemini-resumed'));
    assert.equal(records.length, 6);
    assert.deepEqual(sum(counted(records)), { input: 15_000, output: 1140, cacheRead: 9000, reasoning: 360 });
    assert.deepEqual(skipped, []);
    assert.deepEqual(new Set(records.map(({ session }) => session)), new Set(['116c2ef2-e609-4e4d-ac81-2ee8e39cd092']));
    assert.equal(records[0]?.model, 'gemini-2.5-flash');
  });

  it('of a real subagent belong to the session whose folder it lies in', async () => {
    await withTempDir(async (home) => {
      const text = `${realLines('gemini-subagent').join('\n')}\n`;
      const { records } = await readIn(
        home,
        { 'tmp/sample/chats/parent/child.jsonl': text },
        'sample/chats/parent/child.jsonl',
      );
      assert.equal(records.length, 3);
      assert.deepEqual(
        new Set(records.map(({ session, cwd }) => `${session} ${cwd}`)),
        new Set(['parent /home/ada/sample']),
      );
    });
  });

  it('find the directory by the note in their folder, by the list of projects, by the hash of older versions', async () => {
    const lines = [head, answer('a', tokens(5, 1))].map((line) => JSON.stringify(line)).join('\n');
    const cwdOf = async (files: Record<string, string>, project = 'sample') =>
      withTempDir(async (home) => {
        const relative = `${project}/chats/session-1.jsonl`;
        const { records } = await readIn(home, { ...files, [`tmp/${relative}`]: lines }, relative);
        return records[0]?.cwd;
      });
    const directory = path.resolve('/home/ada/sample');
    const projects = JSON.stringify({ projects: { '/other': 'other', [directory]: 'sample' } });
    const hash = createHash('sha256').update(directory).digest('hex');
    assert.equal(await cwdOf({ 'tmp/sample/.project_root': `${directory}\n` }), directory);
    assert.equal(await cwdOf({ 'projects.json': projects }), directory);
    assert.equal(await cwdOf({ 'projects.json': projects }, hash), directory);
    assert.equal(await cwdOf({ 'projects.json': '{"projects": [1]' }), null);
    assert.equal(await cwdOf({}), null);
  });

  it('take the cached tokens out of the input and add what tools put into the prompt', () => {
    const { records } = read([head, answer('a', tokens(4000, 190, 1500, 60, 7))]);
    assert.deepEqual(sum(records), { input: 2507, output: 190, cacheRead: 1500, reasoning: 60 });
  });

  it('count the last of what was written of a message, also inside of a change, and what was rewound', () => {
    const { records } = read([
      head,
      answer('a', tokens(50, 9)),
      answer('a', tokens(40, 9)),
      { $set: { messages: [answer('b', tokens(7, 1)), { id: 'a', type: 'gemini', content: 'no numbers' }] } },
      { $rewindTo: 'a' },
      answer('c', tokens(3, 1)),
    ]);
    assert.deepEqual(sum(counted(records)), { input: 50, output: 11 });
  });

  it('of older versions are read whole', async () => {
    await withTempDir(async (home) => {
      const chat = {
        ...head,
        messages: [{ id: 'u', type: 'user' }, answer('a', tokens(5, 1)), answer('b', tokens(6, 2))],
      };
      const relative = 'sample/chats/session-1.json';
      const { records, skipped } = await readIn(home, { [`tmp/${relative}`]: JSON.stringify(chat) }, relative);
      assert.deepEqual([sum(records), skipped], [{ input: 11, output: 3 }, []]);
      const half = await readIn(home, { [`tmp/${relative}`]: JSON.stringify(chat).slice(0, 90) }, relative);
      assert.deepEqual([half.records, half.skipped.length], [[], 1]);
    });
  });

  it('that are no JSON, negative, huge, texts or unknown shapes are skipped with a reason, the others count', () => {
    const bad = [tokens(-1, 1), tokens(1, 1e308), { input: '5' }, { count: 5 }, 7];
    const found = read([
      head,
      ...bad.map((one, n) => answer(`${n}`, one as object)),
      answer('', tokens(1, 1)),
      '{"id":"x","type":"gemini","tokens":{"input":5',
      answer('good', tokens(5, 1), { model: 'm'.repeat(10 * 1024 ** 2) }),
    ]);
    assert.equal(found.skipped.length, bad.length + 2);
    assert.deepEqual([sum(found.records), found.records[0]?.model], [{ input: 5, output: 1 }, null]);
    assertSound(found);
  });

  it('without a session are skipped with a reason', () => {
    assert.deepEqual(read([answer('a', tokens(5, 1))]).skipped, ['the answer names no session']);
  });

  it('stand changes within changes', () => {
    const deep = `${'{"$set":'.repeat(5000)}{"sessionId":"x"}${'}'.repeat(5000)}`;
    assertSound(read([head, bytesOf(deep).toString()]));
  });

  it('stand any damage', () => {
    assertStandsDamage(realLines('gemini-resumed'), (lines) => read(lines));
  });
});
