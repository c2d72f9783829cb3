import { openRepository } from '../../../src/core/openRepository';
import { recordCrossings } from '../../../src/core/tasks/usage/budgetEvents';
import { budgetUses } from '../../../src/core/tasks/usage/budgets';
import type { UsageBucket } from '../../../src/core/usage/parts';
import { testHost } from './host';

/**
 * A process that finds budgets crossed, again and again, more each time, until it is killed or has seen everything:
 * `budgetsInChild <repository> <steps>`. Says `ready`, waits for a line, and says how many crossings it wrote.
 */
async function main(): Promise<void> {
  const [root = '', steps = '0'] = process.argv.slice(2);
  const budgets = { day: { usd: 4 }, week: { usd: 8 } };
  const repository = await openRepository(root, testHost({ budgets }));
  const plans = await repository.context.plans();
  process.stdout.write('ready\n');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  process.stdin.pause();
  let written = 0;
  for (let step = 0; step <= Number(steps); step++) {
    const uses = budgetUses({
      plans,
      periods: budgets,
      buckets: [bucketOf((10 * step) / Number(steps))],
      missing: false,
      today: '2026-11-21',
    });
    written += (await recordCrossings(repository.context, uses)).length;
  }
  process.stdout.write(`wrote ${written}\n`);
  repository.dispose();
}

function bucketOf(usd: number): UsageBucket {
  return {
    owner: { kind: 'task', ref: { plan: 'p', task: 'a' } },
    agent: 'test',
    session: 's',
    model: 'm',
    day: '2026-11-21',
    answers: 1,
    tokens: { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, reasoning: 0 },
    usd,
    priced: 1,
    first: null,
    last: null,
    source: 'records',
  };
}

void main();
