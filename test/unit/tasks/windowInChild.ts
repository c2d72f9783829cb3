import { silentLog } from '../../../src/core/ports';
import { openStore } from '../../../src/core/store/store';
import { announceWindow, windowsOn } from '../../../src/core/tasks/windows';

// A window in a process of its own: argv = store, worktree, and what it does when asked to close (`close` or `stay`).
const [dir = '', worktree = '', manner = 'close'] = process.argv.slice(2);
const store = await openStore(dir, { log: silentLog, actor: 'window' });
const watching = store.watch();
const announced = announceWindow(
  { store },
  {
    worktree,
    window: worktree,
    version: '1',
    async close() {
      process.stdout.write('asked\n');
      if (manner === 'stay') return;
      announced.dispose();
      watching.dispose();
    },
  },
);
while (!(await windowsOn({ store }, worktree)).some(({ pid }) => pid === process.pid)) {
  await new Promise((resolve) => setTimeout(resolve, 10));
}
process.stdout.write('shown\n');
