import { copyIgnored } from '../../../src/core/worktrees/copy/copyIgnored';
import { depsFor } from './support';

// A process of its own that copies, so that tests can kill it or run it as another user: argv = repository, worktree,
// globs. It says when it begins, and then what it did.
const [repository = '', worktree = '', ...globs] = process.argv.slice(2);
const deps = await depsFor(repository);
console.log('begin');
console.log(JSON.stringify(await copyIgnored(deps, { worktree, globs })));
