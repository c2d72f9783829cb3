import { defaultSettings, silentLog } from '../../../../src/core/ports';
import { openStore } from '../../../../src/core/store/store';
import { createCostLog } from '../../../../src/core/tasks/usage/costLog';
import type { CostState } from '../../../../src/core/tasks/usage/parts';
import { noTokens } from '../../../../src/core/usage/sums';

// A process of its own that appends lines to the cost log: argv = store, its own name, how many.
async function main(): Promise<void> {
  const [dir = '', name = '', count = '0'] = process.argv.slice(2);
  const store = await openStore(dir, { log: silentLog, actor: 'cli' });
  const host = {
    log: silentLog,
    settings: () => defaultSettings,
    env: {},
    actor: 'cli' as const,
    window: null,
    version: '0',
  };
  const layout = { commonDir: dir, mainWorktree: null, name: 'r', kind: 'bare' as const, plansDir: dir, storeDir: dir };
  const usage = { buckets: [], quotas: [], skipped: [], timing: { ms: 0, files: 0, bytes: 0 } };
  const state: Pick<CostState, 'usage' | 'pricesAsOf' | 'timeZone'> = { usage, pricesAsOf: '', timeZone: 'UTC' };
  try {
    const log = createCostLog({ host, layout, store });
    for (let i = 1; i <= Number(count); i++) {
      const tokens = { ...noTokens, output: i };
      // A line that is longer than what a pipe or page takes at once.
      const rows = Array.from({ length: 30 }, (_, day) => ({
        model: 'm'.repeat(200),
        day: `2026-11-${String(day + 1).padStart(2, '0')}`,
        answers: i,
        priced: 0,
        tokens,
        usd: 0,
        first: null,
        last: null,
      }));
      const session = { ref: { plan: 'p', task: 'a' }, agent: 'claude', session: name, rows, type: null, final: false };
      await log.append([session], { state, at: new Date() });
    }
  } finally {
    store.dispose();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
