import type { Journals } from '../../../../src/core/store/journals';
import { syncWorktree } from '../../../../src/core/worktrees/sync/syncWorktree';
import { testEnvironment } from '../../support/repositories';
import { fixedDates, ref, syncDeps } from './support';

// A process of its own that syncs and kills itself at the n-th place where something has just been or is about to be
// written: argv = repository, worktree, base, n (0: never). Says how many places there were.
const [root = '', worktree = '', base = '', n = '0'] = process.argv.slice(2);
let count = 0;
function place(): void {
  count += 1;
  if (count === Number(n)) process.kill(process.pid, 'SIGKILL');
}
async function around<T>(action: () => Promise<T>): Promise<T> {
  place();
  const result = await action();
  place();
  return result;
}

const deps = await syncDeps(root, testEnvironment(fixedDates));
const run = deps.git.run.bind(deps.git);
deps.git.run = (args, o) => (o.read === false ? around(() => run(args, o)) : run(args, o));
const begin = deps.journals.begin.bind(deps.journals);
const journals: Journals = {
  ...deps.journals,
  begin: async (operation, data) => {
    const journal = await around(() => begin(operation, data));
    return Object.defineProperties(Object.create(journal), {
      update: { value: (next: typeof data) => around(() => journal.update(next)) },
      remove: { value: () => around(() => journal.remove()) },
    });
  },
};
const request = { ref, worktree, branch: 'agent/api', base, baseName: 'main', method: 'rebase' } as const;
await syncWorktree({ ...deps, journals }, { ...request, onStep: place, settle: async () => place() });
console.log(count);
