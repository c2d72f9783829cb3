import { type MakeOptions, makeWorktree } from '../../../src/core/worktrees/make/makeWorktree';
import { depsFor } from './support';

// A process of its own that makes worktrees, so that tests can kill it: argv = repository, then JSON of the options;
// with `--at-once` before them all together, after it has said that it is ready.
async function main(): Promise<void> {
  const atOnce = process.argv[2] === '--at-once';
  const [repository = '', ...all] = process.argv.slice(atOnce ? 3 : 2);
  const deps = await depsFor(repository);
  const make = async (text: string) => {
    const o: MakeOptions = JSON.parse(text);
    console.log(JSON.stringify(await makeWorktree(deps, o)));
  };
  if (atOnce) {
    console.log('ready');
    await Promise.all(all.map(make));
  } else {
    for (const text of all) await make(text);
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
