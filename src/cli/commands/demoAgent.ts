import { readFile } from 'node:fs/promises';
import { demoSeconds, runDemoAgent } from '../../core/agents/demo/agent';
import { createGit } from '../../core/git/git';
import { silentLog } from '../../core/ports';
import { interruptSignal } from '../context';
import { exitCodes } from '../exitCodes';

/** The demo agent as a program: works in the current directory. */
export async function demoAgent(o: {
  readonly brief: string;
  readonly task: string;
  readonly scope: readonly string[];
}): Promise<number> {
  await runDemoAgent({
    worktree: process.cwd(),
    brief: await readFile(o.brief, 'utf8'),
    task: o.task,
    scope: o.scope,
    seconds: demoSeconds(process.env),
    git: createGit({ gitPath: null, env: process.env, log: silentLog }),
    print: (line) => process.stdout.write(`${line}\n`),
    signal: interruptSignal(),
  });
  return exitCodes.done;
}
