import { strict as assert } from 'node:assert';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { aiderRecords } from '../../../src/core/agents/aider/records';
import { customRecords } from '../../../src/core/agents/custom/records';
import { recordReaders } from '../../../src/core/agents/recordReaders';
import type { RecordReader, UsageRecord } from '../../../src/core/agents/records';
import { agentByName } from '../../../src/core/agents/registry';
import { prepareUsageFile, usageFileFor, usageFolder } from '../../../src/core/agents/usageFiles';
import { defaultSettings } from '../../../src/core/ports';
import { withTempDir } from '../support/repositories';
import { sampled } from '../support/sampled';
import { launchContext } from './context';

const places = { env: {}, home: path.resolve('/home/me'), platform: 'linux' as const };
const header = '{"switchyard":1,"session":"s1","cwd":"/work/one"}';

interface Found {
  readonly records: UsageRecord[];
  readonly skipped: string[];
}

/** Reads lines as the scan gives them: only those with a needle. */
function read(reader: RecordReader, lines: readonly (string | Buffer)[]): Found {
  const found: Found = { records: [], skipped: [] };
  assert.ok(reader.kind === 'lines');
  const root = reader.roots(places)[0];
  assert.ok(root !== undefined);
  const { needles, line } = reader.open({ path: path.join(root.dir, 'file.jsonl'), relative: 'file.jsonl', root });
  for (const text of lines) {
    const bytes = Buffer.from(text);
    if (!needles.some((needle) => bytes.includes(needle))) continue;
    line(bytes, {
      record: (record) => found.records.push(record),
      quota: () => assert.fail('no quotas here'),
      skip: (reason) => found.skipped.push(reason),
    });
  }
  return found;
}

const none = { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, reasoning: 0 };

describe('records of custom agents', () => {
  const mine = customRecords('mine');

  it('one line is one answer, with the session and folder of the first line', () => {
    const { records, skipped } = read(mine, [
      header,
      '{"model":"claude-haiku-4-5","at":"2026-11-21T10:00:00Z","id":"m1","input":12,"output":34,"cacheRead":5,"later":{}}',
      '{"v":1,"usd":0.5,"speed":"fast","batch":true,"webSearches":2,"session":"s2","cwd":"/two","parent":"s1","at":1700000000000}',
    ]);
    assert.deepEqual(skipped, []);
    assert.deepEqual(records, [
      {
        key: 's1/m1',
        rank: 0,
        session: 's1',
        parent: null,
        cwd: '/work/one',
        at: Date.parse('2026-11-21T10:00:00Z'),
        model: 'claude-haiku-4-5',
        tokens: { ...none, input: 12, output: 34, cacheRead: 5 },
        speed: 'standard',
        batch: false,
        webSearches: 0,
        usd: null,
      },
      {
        key: 's1#3',
        rank: 0,
        session: 's2',
        parent: 's1',
        cwd: '/two',
        at: 1_700_000_000_000,
        model: null,
        tokens: none,
        speed: 'fast',
        batch: true,
        webSearches: 2,
        usd: 0.5,
      },
    ]);
  });

  it('lines without an id are answers of their own, also when they are the same', () => {
    const { records } = read(mine, [header, '{"input":1}', '{"input":1}']);
    assert.equal(new Set(records.map(({ key }) => key)).size, 2);
  });

  it('without a first line the file’s name is the session', () => {
    assert.deepEqual(
      read(mine, ['{"input":1}']).records.map(({ session, cwd }) => [session, cwd]),
      [['file', null]],
    );
  });

  it('Bad input: what makes no sense is skipped with a reason, the rest is counted', () => {
    const bad: readonly string[] = [
      '{"input":-1}',
      '{"input":1.5}',
      '{"input":1e308}',
      '{"output":"12"}',
      '{"cacheRead":[1]}',
      '{"webSearches":-1,"input":1}',
      '{"v":2,"input":1}',
      '{"model":"m"}',
      '{}',
      '{"input":1',
      '[{"input":1}]',
      `{"__proto__":{"input":1}}`,
    ];
    const { records, skipped } = read(mine, [header, ...bad, '{"input":7}']);
    assert.deepEqual(
      records.map(({ tokens }) => tokens.input),
      [7],
    );
    assert.equal(skipped.length, bad.length);
    for (const reason of skipped) assert.match(reason, /^it|^its/);
  });

  it('Bad input: hostile names, NUL and half-written UTF-8', () => {
    const { records } = read(mine, [
      header,
      `{"input":1,"model":"${'x'.repeat(10_000_000)}"}`,
      '{"input":1,"model":"__proto__","id":"constructor","cwd":"a\\u0000b"}',
      Buffer.concat([Buffer.from('{"input":1,"model":"'), Buffer.from([0xc3]), Buffer.from('"}')]),
    ]);
    assert.deepEqual(
      records.map(({ model }) => model),
      [null, '__proto__', '\ufffd'],
    );
    assert.equal(records[1]?.cwd, '/work/one');
  });

  it('never throws, and never counts what is no number of tokens', () => {
    const value = fc.oneof(fc.jsonValue(), fc.double(), fc.integer());
    const line = fc.dictionary(
      fc.constantFrom(
        'input',
        'output',
        'cacheRead',
        'reasoning',
        'at',
        'model',
        'id',
        'session',
        'usd',
        'v',
        'switchyard',
        'cwd',
      ),
      value,
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            line.map((one) => JSON.stringify(one)),
            fc.string(),
          ),
        ),
        (lines) => {
          for (const record of [...read(mine, lines).records, ...read(aiderRecords, lines).records]) {
            for (const count of Object.values(record.tokens)) assert.ok(Number.isSafeInteger(count) && count >= 0);
            assert.ok(record.usd === null || (Number.isFinite(record.usd) && record.usd > 0));
            assert.ok(record.at === null || Number.isFinite(record.at));
            assert.notEqual(record.session, '');
          }
        },
      ),
      sampled(500),
    );
  });
});

describe('usage files', () => {
  it('lie in the user’s data folder, one for each session, under any name', () => {
    const at = (agent: string, more: object) =>
      usageFolder(agent, { ...places, ...more })
        .split(path.sep)
        .slice(-4)
        .join('/');
    assert.equal(at('mine', {}), '.local/share/switchyard/usage/mine'.split('/').slice(-4).join('/'));
    assert.equal(
      usageFolder('mine', { ...places, env: { XDG_DATA_HOME: path.resolve('/data') } }),
      path.resolve('/data/switchyard/usage/mine'),
    );
    assert.equal(at('mine', { env: { XDG_DATA_HOME: 'relative' } }), 'share/switchyard/usage/mine');
    assert.equal(at('mine', { platform: 'darwin' }), 'Application Support/switchyard/usage/mine');
    assert.equal(at('mine', { platform: 'win32' }), 'Local/switchyard/usage/mine');
    for (const name of ['../../etc', '..', 'a/b', 'a\\b', 'c:', 'ä b', '*']) {
      assert.equal(path.dirname(usageFolder(name, places)), path.dirname(usageFolder('mine', places)), name);
    }
    assert.notEqual(usageFolder('a/b', places), usageFolder('a_b', places));
    const moved = { ...places, env: { XDG_DATA_HOME: path.resolve('/snap/data') } };
    const dirs = customRecords('mine')
      .roots(moved)
      .map(({ dir }) => dir);
    assert.deepEqual(dirs, [usageFolder('mine', moved), usageFolder('mine', places)], 'and in the usual one');
  });

  it('are made once, for their owner only, and keep what is in them', async () => {
    await withTempDir(async (dir) => {
      const file = usageFileFor('mine', { session: '../s1', cwd: dir, env: { HOME: dir, USERPROFILE: dir } });
      assert.ok(file.path.startsWith(dir));
      await prepareUsageFile(file);
      const first = await readFile(file.path, 'utf8');
      await writeFile(file.path, `${first}{"input":1}\n`);
      await prepareUsageFile(file);
      assert.equal(await readFile(file.path, 'utf8'), `${first}{"input":1}\n`);
      assert.deepEqual(JSON.parse(first), { switchyard: 1, session: '../s1', cwd: dir });
      if (process.platform !== 'win32') assert.equal((await stat(file.path)).mode & 0o777, 0o600);
    });
  });

  it('a real program finds its file by the variable, and what it appends is read', async () => {
    await withTempDir(async (dir) => {
      const settings = { ...defaultSettings, customAgents: { mine: { command: [process.execPath] } } };
      const env = { HOME: dir, USERPROFILE: dir, LOCALAPPDATA: path.join(dir, 'local') };
      const spec = agentByName('mine', settings).launch(
        launchContext({ env, program: process.execPath, platform: process.platform }),
      );
      assert.ok(spec.usageFile !== undefined);
      await prepareUsageFile(spec.usageFile);
      const program = `require('fs').appendFileSync(process.env.SWITCHYARD_USAGE_FILE, '{"model":"m","input":3}\\n')`;
      await execa(spec.command, ['-e', program], { env: spec.env, extendEnv: false });
      const reader = recordReaders(settings).find(({ agent }) => agent === 'mine');
      assert.ok(reader !== undefined);
      const root = reader.roots({ env, home: dir, platform: process.platform })[0];
      assert.equal(root?.dir, path.dirname(spec.usageFile.path));
      assert.ok(root.holds(path.basename(spec.usageFile.path)));
      const lines = (await readFile(spec.usageFile.path, 'utf8')).split('\n');
      assert.deepEqual(
        read(reader, lines).records.map(({ session, cwd, tokens }) => [session, cwd, tokens.input]),
        [[launchContext().session, launchContext().worktree, 3]],
      );
    });
  });

  it('Bad input: a folder that cannot be made', async () => {
    await withTempDir(async (dir) => {
      await mkdir(path.join(dir, '.local'));
      await writeFile(path.join(dir, '.local', 'share'), '');
      await assert.rejects(
        prepareUsageFile(usageFileFor('mine', { session: 's', cwd: dir, env: { HOME: dir }, platform: 'linux' })),
      );
    });
  });

  it('a custom agent with the name of a built-in one has no reader: it is never started', () => {
    const own = { claude: { command: ['evil'] }, mine: { command: ['tool'] } };
    const names = recordReaders({ customAgents: own }).map(({ agent }) => agent);
    assert.equal(names.filter((name) => name === 'claude').length, 1);
    assert.equal(names.at(-1), 'mine');
  });
});

describe('records of aider', () => {
  const event = (name: string, properties: object, time: unknown = 1_763_719_200) =>
    JSON.stringify({ event: name, properties, user_id: 'u', time });
  const answer = {
    main_model: 'claude-sonnet-4-5',
    edit_format: 'diff',
    prompt_tokens: 1200,
    completion_tokens: 34,
    cost: 0.0041,
    total_cost: 0.01,
  };

  it('each answer is an event in the file that we name', () => {
    const { records, skipped } = read(aiderRecords, [
      header,
      event('launched', {}),
      event('message_send_starting', {}),
      event('message_send', answer),
      event('message_send', { ...answer, main_model: 'ollama/REDACTED', cost: 0 }),
      event('exit', {}),
    ]);
    assert.deepEqual(skipped, []);
    assert.deepEqual(
      records.map(({ session, cwd, model, tokens, usd, at }) => [
        session,
        cwd,
        model,
        tokens.input,
        tokens.output,
        usd,
        at,
      ]),
      [
        ['s1', '/work/one', 'claude-sonnet-4-5', 1200, 34, 0.0041, 1_763_719_200_000],
        ['s1', '/work/one', null, 1200, 34, null, 1_763_719_200_000],
      ],
    );
  });

  it('is told the file when it is started', () => {
    const spec = agentByName('aider', defaultSettings).launch(launchContext({ env: { HOME: '/home/me' } }));
    const file = spec.usageFile?.path ?? '';
    assert.ok(spec.args.includes(`--analytics-log=${file}`) && spec.args.includes('--no-analytics'));
    assert.ok(aiderRecords.roots({ ...places, home: '/home/me' }).some(({ dir }) => dir === path.dirname(file)));
  });

  it('Bad input: events of another form', () => {
    const { records, skipped } = read(aiderRecords, [
      event('message_send', { ...answer, prompt_tokens: -1 }),
      event('message_send', { ...answer, completion_tokens: '34' }),
      '{"event":"message_send"}',
      '{"event":"message_send"',
      event('message_send', answer, 'yesterday'),
    ]);
    assert.deepEqual(
      records.map(({ at, session }) => [at, session]),
      [[null, 'file']],
    );
    assert.equal(skipped.length, 4);
  });
});
