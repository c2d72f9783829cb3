import { openRepository } from '../../../src/core/openRepository';
import { defaultSettings, silentLog } from '../../../src/core/ports';

// A process of its own that makes worktrees for tasks: argv = repository, then `plan/task` …
async function main(): Promise<void> {
  const [root = '', ...names] = process.argv.slice(2);
  const repository = await openRepository(root, {
    log: silentLog,
    settings: () => ({ ...defaultSettings, wipLimit: 1000 }),
    env: process.env,
    actor: 'cli',
    window: null,
    version: '0.0.0',
  });
  const refs = names.map((name) => {
    const [plan = '', task = ''] = name.split('/');
    return { plan, task };
  });
  try {
    const prepared = await repository.tasks.prepareAll(refs, { purpose: 'spawn' });
    console.log(JSON.stringify(prepared));
  } finally {
    repository.dispose();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
