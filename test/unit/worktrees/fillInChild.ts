import { fillSubmodules } from '../../../src/core/worktrees/submodules';
import { depsFor } from './support';

// A process of its own that fills the submodules of a worktree: argv = repository, worktree, JSON of git's environment.
const [repository = '', worktree = '', extra = '{}'] = process.argv.slice(2);
console.log(JSON.stringify(await fillSubmodules(await depsFor(repository, JSON.parse(extra)), worktree)));
