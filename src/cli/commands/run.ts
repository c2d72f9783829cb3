import { once } from 'node:events';
import type { RunJson } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import type { Repository } from '../../core/openRepository';
import { type GlobalOptions, openCli, refOf } from '../context';
import { exitCodes, UsageError } from '../exitCodes';
import { note, printJson } from '../output';

interface RunFlags {
  readonly headless?: boolean;
  readonly override?: boolean;
  readonly agent?: string;
  readonly model?: string;
  readonly launch?: string;
  readonly whenTold?: boolean;
  readonly skipSetup?: boolean;
}

/** The runner: a task's agent in this terminal, or headless. */
export async function run(task: string, flags: RunFlags, global: GlobalOptions, version: string): Promise<number> {
  const ref = refOf(task);
  const headless = flags.headless === true;
  const json = global.json === true;
  if (json && !headless) throw new UsageError('--json needs --headless: without it the agent takes the terminal.');
  const { repository } = await openCli(global, version, 'runner');
  if (flags.whenTold === true) {
    // What is needed to run is loaded while we wait.
    await Promise.all([import('../../core/tasks/run'), import('proper-lockfile')]);
    if (!(await told())) return exitCodes.interrupted;
  }
  return runInTerminal(repository, ref, { ...flags, headless, json });
}

/** Starts the agent and stays with it. */
export async function runInTerminal(
  repository: Repository,
  ref: TaskRef,
  o: RunFlags & { readonly headless: boolean; readonly json: boolean },
): Promise<number> {
  const result = await repository.tasks.run(ref, {
    headless: o.headless,
    override: o.override === true,
    agent: o.agent,
    model: o.model,
    launch: o.launch,
    skipSetup: o.skipSetup === true,
    output: o.json ? 'stderr' : 'inherit',
    // Without a terminal a shell would end at once, or read what is not meant for it.
    shellAfter: !o.headless && process.stdin.isTTY === true && process.stdout.isTTY === true,
    onNote: (text) => note(`switchyard: ${text}`),
    onBanner: (text) => process.stdout.write(`${text}\n`),
  });
  if (o.json) {
    const { started: _, ...json } = result;
    await printJson(json satisfies RunJson);
  }
  if (!o.headless || result.exit === 0) return exitCodes.done;
  if (result.signal !== null) {
    note(`switchyard: the agent of ${ref.plan}/${ref.task} was stopped (${result.signal}).`);
    return result.signal === 'SIGINT' || result.signal === 'SIGTERM' ? exitCodes.interrupted : exitCodes.needsHuman;
  }
  note(
    `switchyard: the agent of ${ref.plan}/${ref.task} ended with ${result.exit}: look at what it said, then run it again.`,
  );
  return exitCodes.needsHuman;
}

/** Waits for a line on standard input; false at its end: whoever started us has gone, and nothing must start. */
async function told(): Promise<boolean> {
  const stdin = process.stdin;
  const said = Promise.race([
    once(stdin, 'data').then(() => true),
    once(stdin, 'end').then(() => false),
    once(stdin, 'error').then(() => false),
  ]);
  const answer = await said;
  stdin.pause();
  return answer;
}
