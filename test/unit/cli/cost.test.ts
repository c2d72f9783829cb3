import { strict as assert } from 'node:assert';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CostJson } from '../../../src/contract/usage';
import type { PricedRecord } from '../../../src/core/usage/parts';
import { makeRepository, withTempDir } from '../support/repositories';
import { type Line, record } from '../usage/ledger/support';
import { type CliOptions, cli, cliFile, cliJson, spawnTasks, writePlan } from './support';

const noon = Date.UTC(2026, 10, 16, 12);
const million = 1_000_000;

interface Machine {
  readonly dir: string;
  readonly home: string;
  /** Agents' records lie in a home folder of this test's own. */
  readonly o: CliOptions;
  use(line: Partial<Line>): Promise<string>;
}

async function withMachine(fn: (machine: Machine) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const home = path.join(dir, 'home');
    await mkdir(home);
    let count = 0;
    await fn({
      dir,
      home,
      o: {
        env: {
          HOME: home,
          USERPROFILE: home,
          TZ: 'Europe/Berlin',
          CLAUDE_CONFIG_DIR: '',
          XDG_CONFIG_HOME: '',
          CODEX_HOME: '',
        },
      },
      async use(line) {
        count += 1;
        const whole = { id: `m${count}`, session: 's1', cwd: '/x', at: noon, output: million, input: 0, ...line };
        return record(home, 'one.jsonl', whole);
      },
    });
  });
}

const cost = (dir: string, o: CliOptions, ...args: string[]) => cliJson<CostJson>(dir, ['cost', ...args], o);
const keys = ({ rows }: CostJson) => rows.map(({ key }) => key);

describe('cost', function () {
  this.timeout(60_000);
  before(() => cliFile());

  it('--all sums every record on this machine, outside of a repository', async () => {
    await withMachine(async ({ dir, o, use }) => {
      assert.match((await cli(dir, ['cost', '--all'], o)).stdout, /^No agent has left a record/);
      await use({});
      // In Berlin this is the next day.
      await use({ at: Date.UTC(2026, 10, 22, 23, 30), session: 's2', model: 'claude-haiku-4-5' });
      const byDay = await cost(dir, o, '--all', '--by', 'day');
      assert.deepEqual(
        byDay.rows.map(({ key, usd, sessions, atLeast }) => [key, usd, sessions, atLeast]),
        [
          ['2026-11-16', 25, 1, false],
          ['2026-11-23', 5, 1, false],
        ],
      );
      assert.deepEqual([byDay.total.usd, byDay.total.tokens.output, byDay.total.sessions], [30, 2 * million, 2]);
      assert.deepEqual([byDay.skipped, byDay.quotas], [[], []]);
      assert.match(byDay.pricesAsOf, /^\d{4}-\d\d-\d\d$/);
      assert.deepEqual(keys(await cost(dir, o, '--all', '--by', 'week')), ['2026-W47', '2026-W48']);
      assert.deepEqual(keys(await cost(dir, o, '--all')), ['other']);
      assert.deepEqual(keys(await cost(dir, o, '--all', '--by', 'model', '--since', '2026-11-17')), [
        'claude-haiku-4-5',
      ]);
    });
  });

  it('shows a table with its sum, what has no price, and the date of the prices', async () => {
    await withMachine(async ({ dir, o, use }) => {
      await use({});
      await use({ model: 'new\u001b[31m-1', output: 1234, session: 's2' });
      const { stdout, stderr } = await cli(dir, ['cost', '--all', '--by', 'model'], o);
      assert.equal(stderr, '');
      const [head, first, second, total, , estimate, unpriced] = stdout.split('\n');
      assert.match(head ?? '', /^model +agents +sessions +input +output +cache write +cache read +cost$/);
      assert.match(first ?? '', /^claude-opus-4-8 +claude +1 +0 +1\.0M +0 +0 +\$25\.00$/);
      assert.match(second ?? '', /^new\\u001b\[31m-1 +claude +1 +0 +1\.2k +0 +0 +unpriced$/);
      assert.match(total ?? '', /^total +2 +0 +1\.0M +0 +0 +≥ \$25\.00$/);
      assert.match(estimate ?? '', /^An estimate, at list prices as of \d{4}-\d\d-\d\d; ≥: more was spent\.$/);
      assert.equal(unpriced, 'Without a price: new\\u001b[31m-1.');
      assert.equal(new Set([head, first, second, total].map((line) => line?.length)).size, 1, stdout);
    });
  });

  it('names what was not counted with file and line, and counts the rest', async () => {
    await withMachine(async ({ dir, o, use }) => {
      const file = await use({});
      await appendFile(file, '{"type":"assistant","sessionId":"s1","message":{"usage":{"output_tokens":\n');
      await use({});
      const { stdout, stderr, code } = await cli(dir, ['cost', '--all'], o);
      assert.equal(code, 0);
      assert.match(stderr, /^switchyard: not counted: .*one\.jsonl:2: .+\n$/);
      assert.match(stdout, /^total .* ≥ \$50\.00$/m);
      const json = await cost(dir, o, '--all', '--by', 'agent');
      assert.deepEqual([json.skipped[0]?.file, json.skipped[0]?.line], [file, 2]);
      assert.deepEqual([json.total.atLeast, json.rows[0]?.atLeast], [true, true]);
    });
  });

  it('does not say that there is no record where one could not be counted', async () => {
    await withMachine(async ({ dir, home, o }) => {
      const folder = path.join(home, '.claude/projects/p');
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, 'one.jsonl'), '{"type":"assistant","message":{"usage":{"output_tokens":\n');
      const { stdout, stderr } = await cli(dir, ['cost', '--all'], o);
      assert.match(stderr, /^switchyard: not counted: .*one\.jsonl:1: /);
      assert.match(stdout, /^Nothing of what agents have recorded could be counted\.\n/);
    });
  });

  it('--records opens the answers behind the figures', async () => {
    await withMachine(async ({ dir, o, use }) => {
      const file = await use({});
      await use({ session: 's2', at: noon + 86_400_000, output: 10 });
      const { stdout } = await cli(dir, ['cost', '--all', '--records', '--since', '2026-11-17'], o);
      assert.match(stdout, /^2026-11-17T12:00:00 +claude +claude-opus-4-8 .*\$0\.000250 +5\/25 since \S+ +.*:2$/m);
      assert.match(stdout, /\n\nAn estimate, at list prices as of /);
      assert.equal(stdout.split('\n').length, 5);
      const args = ['cost', '--all', '--records'];
      const { records } = await cliJson<{ records: PricedRecord[] }>(dir, args, o);
      assert.deepEqual(
        records.map((each) => [each.file, each.line, each.usd, each.price?.output]),
        [
          [file, 2, 0.00025, 25],
          [file, 1, 25, 25],
        ],
      );
    });
  });

  it('--records shows the answers that were summed, not those of the same session in another repository', async () => {
    await withMachine(async ({ dir, o, use }) => {
      const root = await makeRepository(dir);
      await use({ cwd: root });
      await use({ cwd: '/elsewhere', output: 10 });
      const found = await cliJson<CostJson & { records: PricedRecord[] }>(root, ['cost', '--records'], o);
      assert.deepEqual(
        found.records.map(({ usd }) => usd),
        [25],
      );
      assert.equal(found.total.usd, 25);
    });
  });

  it('--since is at least where a record tells no time, and says of when there is none', async () => {
    await withMachine(async ({ dir, home, o, use }) => {
      const file = await use({});
      const [untimed] = (await readFile(file, 'utf8')).replace(/"timestamp":"[^"]*",?/, '').split('\n');
      await appendFile(file, `${untimed?.replaceAll('m1', 'm2')}\n`);
      const since = await cost(dir, o, '--all', '--since', '2026-11-01', '--by', 'model');
      assert.deepEqual([since.total.usd, since.total.atLeast, since.rows[0]?.atLeast], [25, true, true]);
      assert.equal((await cost(dir, o, '--all')).total.atLeast, false);
      const { stdout } = await cli(dir, ['cost', '--all', '--since', '2099-01-01'], o);
      assert.match(stdout, /^No agent has left a record of what it used since 2099-01-01\.\n/);
      assert.ok(file.startsWith(home));
    });
  });

  it('without --all tells of this repository, by task and by type', async () => {
    await withMachine(async ({ dir, o, use }) => {
      const root = await makeRepository(dir);
      await writePlan(root, 'p', { one: '---\ntitle: One\nagent: demo\ntype: docs\n---\nDo it.\n' });
      const tasks = await spawnTasks(root, ['p/one'], o);
      await use({ cwd: tasks[0]?.worktree ?? '', at: Date.now() + 1000 });
      await use({ cwd: root, session: 's2', output: 2 * million });
      await use({ cwd: '/somewhere/else', session: 's3' });
      assert.deepEqual(keys(await cost(root, o)), ['elsewhere', 'p/one']);
      assert.deepEqual(keys(await cost(tasks[0]?.worktree ?? '', o, '--by', 'type')), ['none', 'docs']);
      const all = await cost(root, o, '--all');
      assert.deepEqual([keys(all), all.total.usd], [['elsewhere', 'other', 'p/one'], 100]);
      const { records } = await cliJson<{ records: PricedRecord[] }>(root, ['cost', '--records'], o);
      assert.deepEqual(records.map(({ session }) => session).sort(), ['s1', 's2']);
    });
  });

  it('prices as the user set, in a repository and outside', async () => {
    await withMachine(async ({ dir, o, use }) => {
      await use({ model: 'mine' });
      const file = path.join(dir, 'settings.json');
      await writeFile(file, JSON.stringify({ prices: { mine: { input: 1, output: 7 } } }));
      const set = { env: { ...o.env, SWITCHYARD_SETTINGS: file } };
      assert.equal((await cost(dir, o, '--all')).total.usd, null);
      assert.equal((await cost(dir, set, '--all')).total.usd, 7);
      const root = await makeRepository(dir);
      assert.equal((await cost(root, set, '--all')).total.usd, 7);
    });
  });

  it('says what is wrong with what was asked', async () => {
    await withMachine(async ({ dir, o }) => {
      const by = await cli(dir, ['cost', '--all', '--by', 'colour'], o);
      assert.deepEqual([by.code, by.stdout], [2, '']);
      assert.match(by.stderr, /^switchyard: "colour" is nothing to group by: write task, .*week\.\n$/);
      const since = await cli(dir, ['cost', '--all', '--since', '2026-02-30'], o);
      assert.equal(since.code, 2);
      assert.match(since.stderr, /^switchyard: "2026-02-30" is no day: .+\n$/);
      const unknown = await cli(dir, ['cost', '--all', '--bye', 'day'], o);
      assert.deepEqual([unknown.code, unknown.stderr.split('\n').length], [2, 2]);
      assert.equal((await cli(dir, ['cost'], o)).code, 3);
    });
  });
});
