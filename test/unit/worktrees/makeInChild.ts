import { makeWorktree } from '../../../src/core/worktrees/makeWorktree';
import { depsFor } from './support';

// A process of its own that makes worktrees, so that tests can kill it: argv = repository, then JSON of the options.
const [repository = '', ...all] = process.argv.slice(2);
const deps = await depsFor(repository);
for (const text of all) {
  const made = await makeWorktree(deps, JSON.parse(text));
  console.log(JSON.stringify(made));
}
