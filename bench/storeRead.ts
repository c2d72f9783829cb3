import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog } from '../src/core/ports';
import { openStore } from '../src/core/store/store';
import { benchFolder, type Figure, median } from './measure';

/** Opening the store and reading fifty small streams, and reading them again unchanged. */
export async function storeRead(): Promise<Figure[]> {
  const folder = benchFolder();
  try {
    const dir = join(folder.path, '.git', 'switchyard');
    mkdirSync(join(folder.path, '.git'));
    const writer = await openStore(dir, { log: silentLog, actor: 'cli' });
    for (let task = 0; task < 50; task += 1) {
      for (let event = 0; event < 6; event += 1) {
        await writer.events.appendTask(
          { plan: 'p', task: `t${task}` },
          { kind: 'state', to: 'working', reason: `${event}` },
        );
      }
    }
    writer.dispose();
    const cold: number[] = [];
    const again: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      const before = performance.now();
      const store = await openStore(dir, { log: silentLog, actor: 'cli' });
      const tasks = await store.events.tasks();
      for (const task of tasks) await store.events.readTask(task);
      const middle = performance.now();
      for (const task of tasks) await store.events.readTask(task);
      cold.push(middle - before);
      again.push(performance.now() - middle);
      store.dispose();
    }
    return [
      { name: 'store: open and read 50 streams', value: median(cold), unit: 'ms', limit: 20, beside: '' },
      { name: 'store: the same, unchanged', value: median(again), unit: 'ms', limit: 2, beside: '' },
    ];
  } finally {
    folder.remove();
  }
}
