import { strict as assert } from 'node:assert';
import path from 'node:path';
import { ensureCcusage } from '../../scripts/provision.mjs';
import { makeFolder } from '../harness/cleanup';
import { cleanEnvironment, startProgram } from '../harness/programs';
import { comparable, measuredBy, meterOf, questionOf } from '../unit/support/records/metered';
import { noOddities, type Oddities } from '../unit/support/records/sessions';
import { dayIn, sumsBy, type TrueAnswer } from '../unit/support/records/truth';
import { writeRecords } from '../unit/support/records/writeRecords';

/** What ccusage says of one day or session. */
interface Row {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheCreationTokens: number;
  readonly cacheReadTokens: number;
  readonly totalCost: number;
}

interface Said {
  readonly daily?: readonly (Row & { readonly date: string })[];
  readonly sessions?: readonly (Row & { readonly sessionId: string })[];
  readonly totals: Row & { readonly unpricedModels?: readonly string[] };
}

const timeZone = 'Europe/Berlin';
const day = dayIn(timeZone);

/** What both can be asked; ccusage does not tell cache writes of an hour from those of five minutes. */
function asRow(answers: readonly TrueAnswer[]): Row {
  const { tokens, usd = Number.NaN } = sumsBy(answers, () => 'all').get('all') ?? {};
  return {
    inputTokens: tokens?.input ?? 0,
    outputTokens: tokens?.output ?? 0,
    cacheCreationTokens: (tokens?.cacheWrite5m ?? 0) + (tokens?.cacheWrite1h ?? 0),
    cacheReadTokens: tokens?.cacheRead ?? 0,
    totalCost: usd,
  };
}

const tokensOnly = ({ inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens }: Row) => ({
  inputTokens,
  outputTokens,
  cacheCreationTokens,
  cacheReadTokens,
});

describe('beside ccusage, on the same records', () => {
  async function make(oddities: Partial<Oddities>): Promise<{ dir: string; answers: readonly TrueAnswer[] }> {
    const dir = await makeFolder('records');
    const request = { seed: Date.now() % 1e6, bytes: 0, sessions: 60, prose: 500 };
    console.log(`      seed ${request.seed}`);
    const { answers } = writeRecords(dir, { ...request, oddities: { ...noOddities, ...oddities } });
    return { dir, answers };
  }

  async function ccusage(dir: string, view: 'daily' | 'session'): Promise<Said> {
    const { program } = await ensureCcusage();
    const env = cleanEnvironment(path.join(dir, 'nobody'), { CLAUDE_CONFIG_DIR: dir, TZ: timeZone });
    const run = startProgram(program, ['claude', view, '--json', '--offline'], { cwd: dir, env });
    assert.equal(await run.waitForExit(30_000), 0, run.output);
    return JSON.parse(run.output.slice(run.output.indexOf('{'))) as Said;
  }

  /** Ours is exact by session and by day, whatever is in the records. */
  async function holdOurs(dir: string, answers: readonly TrueAnswer[]): Promise<void> {
    const { buckets } = await meterOf(dir).ask(questionOf({ timeZone }));
    assert.deepEqual(comparable(measuredBy(buckets, (one) => one.day ?? 'none')), comparable(sumsBy(answers, day)));
    assert.deepEqual(
      comparable(measuredBy(buckets, ({ session }) => session)),
      comparable(sumsBy(answers, ({ session }) => session)),
    );
  }

  it('both are exact by day, to the token and the cent', async () => {
    const { dir, answers } = await make({ largerReplays: true });
    await holdOurs(dir, answers);
    const { daily = [] } = await ccusage(dir, 'daily');
    assert.deepEqual(daily.map(({ date }) => date).sort(), [...sumsBy(answers, day).keys()].sort());
    for (const row of daily) {
      const truth = asRow(answers.filter((answer) => day(answer) === row.date));
      assert.deepEqual(tokensOnly(row), tokensOnly(truth), row.date);
      assert.ok(Math.abs(row.totalCost - truth.totalCost) < 0.005, `${row.date}: ${row.totalCost}, ${truth.totalCost}`);
    }
  });

  it('by session it counts replays in side chains once more; ours does not', async () => {
    const { dir, answers } = await make({});
    await holdOurs(dir, answers);
    const { totals } = await ccusage(dir, 'session');
    assert.ok(totals.outputTokens > asRow(answers).outputTokens);
    assert.ok(totals.totalCost > asRow(answers).totalCost + 0.005);
  });

  it('it drops answers whose tools were given nulls under certain names; ours counts them', async () => {
    const { dir, answers } = await make({ nulls: true });
    await holdOurs(dir, answers);
    const { totals } = await ccusage(dir, 'daily');
    assert.ok(totals.outputTokens < asRow(answers).outputTokens);
  });

  it('it has no price for the newest models and adds them as 0; ours has', async () => {
    const { dir, answers } = await make({ newModels: true });
    await holdOurs(dir, answers);
    const { totals } = await ccusage(dir, 'daily');
    assert.deepEqual(tokensOnly(totals), tokensOnly(asRow(answers)));
    assert.ok(totals.totalCost < asRow(answers).totalCost * 0.9);
    assert.deepEqual(totals.unpricedModels, ['claude-haiku-5-5', 'claude-opus-5-5', 'claude-sonnet-5-5']);
  });
});
