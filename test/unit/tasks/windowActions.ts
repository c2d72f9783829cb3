import { openRepository } from '../../../src/core/openRepository';
import type { Tasks } from '../../../src/core/tasks/tasks';
import { testHost } from './support';

// A window in a process of its own that does one thing after another to the tasks of plan `p`: argv = repository and
// JSON of [action, task][]. It begins when a line comes on standard input, and prints what came of each.
const [root = '', steps = '[]'] = process.argv.slice(2);

export type Action = 'clean' | 'restore' | 'sync' | 'forget' | 'reconcile';

const repository = await openRepository(root, testHost());
const { tasks } = repository;

async function act(action: Action, task: string): Promise<unknown> {
  const ref = { plan: 'p', task };
  const actions: Record<Action, (all: Tasks) => Promise<unknown>> = {
    clean: (all) => all.clean(ref, { discardChanges: true, deleteBranch: true }),
    restore: (all) => all.restore(ref),
    sync: (all) => all.sync(ref),
    forget: (all) => all.forget(ref),
    reconcile: (all) => all.reconcile(),
  };
  return actions[action](tasks);
}

process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
process.stdin.pause();
for (const [action, task] of JSON.parse(steps) as [Action, string][]) {
  try {
    await act(action, task);
    console.log(`${action} ${task}: done`);
  } catch (error) {
    const reason = error instanceof Error && 'reason' in error ? String(error.reason) : null;
    console.log(`${action} ${task}: ${reason ?? `UNEXPECTED ${error instanceof Error ? error.stack : error}`}`);
  }
}
repository.dispose();
