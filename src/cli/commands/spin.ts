import type { SpinJson } from '../../contract/json';
import type { Repository } from '../../core/openRepository';
import type { BackgroundRunner } from '../../core/tasks/background';
import type { Prepared } from '../../core/tasks/dispatch';
import { type GlobalOptions, interruptSignal, openCli } from '../context';
import { exitCodes, UsageError } from '../exitCodes';
import { note, print, printable, printJson } from '../output';
import { runInTerminal } from './run';

interface SpinFlags {
  readonly agent?: string;
  readonly model?: string;
  readonly base?: string;
  readonly plan?: string;
  readonly scope?: string;
  readonly headless?: boolean;
  readonly override?: boolean;
}

/** One prompt to one agent in this terminal, or to one or several in the background. */
export async function spin(
  given: string,
  flags: SpinFlags,
  global: GlobalOptions,
  version: string,
  args: readonly string[],
): Promise<number> {
  refuseMistypedOption(given, args);
  const prompt = given === '-' ? await readStandardInput() : given;
  const agents = list(flags.agent);
  const headless = flags.headless === true;
  if (!headless && agents.length > 1)
    throw new UsageError('Several agents need --headless: one terminal shows one agent.');
  if (!headless && global.json === true) {
    throw new UsageError('--json needs --headless: without it the agent takes the terminal.');
  }
  const { repository } = await openCli(global, version, 'cli');
  const options = {
    ...(agents.length === 0 ? {} : { agents }),
    ...(flags.model === undefined ? {} : { model: flags.model }),
    ...(flags.base === undefined ? {} : { base: flags.base }),
    ...(flags.plan === undefined ? {} : { plan: flags.plan }),
    ...(flags.scope === undefined ? {} : { scope: list(flags.scope) }),
    override: flags.override === true,
  };
  if (!headless) {
    const [prepared] = await repository.tasks.spin(prompt, options);
    if (prepared === undefined) return exitCodes.needsHuman;
    for (const warning of prepared.warnings) note(`switchyard: ${warning}`);
    return runInTerminal(repository, prepared.ref, { headless: false, json: false });
  }
  return spinHeadless(repository, prompt, options, global.json === true);
}

async function spinHeadless(
  repository: Repository,
  prompt: string,
  options: Parameters<Repository['tasks']['spin']>[1],
  json: boolean,
): Promise<number> {
  const signal = interruptSignal();
  const runners = new Map<string, Promise<BackgroundRunner>>();
  const prepared = await repository.tasks
    .spin(prompt, {
      ...options,
      signal,
      // While git checks out, the runners load: they wait for the word.
      onTasks: (refs) => {
        for (const ref of refs) runners.set(ref.task, repository.tasks.startRunner(ref));
      },
    })
    .catch(async (error: unknown) => {
      for (const runner of await Promise.allSettled(runners.values())) {
        if (runner.status === 'fulfilled') runner.value.cancel();
      }
      throw error;
    });
  const tasks: SpinJson['tasks'][number][] = [];
  const failures: unknown[] = [];
  await Promise.all(
    prepared.map(async (task, index) => {
      for (const warning of task.warnings) note(`switchyard: ${warning}`);
      const started = await startOne(runners, task).catch((error: unknown) => {
        failures.push(error);
        return null;
      });
      const { ref, branch, worktree } = task;
      tasks[index] = { ...ref, branch, worktree, pid: started?.pid ?? null };
    }),
  );
  if (json) await printJson({ tasks } satisfies SpinJson);
  else await print(tasks.map(line).join(''));
  if (failures.length > 0) throw failures[0];
  return exitCodes.done;
}

async function startOne(runners: ReadonlyMap<string, Promise<BackgroundRunner>>, task: Prepared) {
  const runner = await runners.get(task.ref.task);
  if (runner === undefined) throw new Error(`No runner was started for ${task.ref.task}.`);
  return runner.go();
}

function line(task: SpinJson['tasks'][number]): string {
  return `${task.plan}/${task.task}  ${printable(task.branch)}  ${printable(task.worktree)}\n`;
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** `--agnet` must not become a prompt; a real one that begins with dashes has more than one word, or stands behind `--`. */
function refuseMistypedOption(prompt: string, args: readonly string[]): void {
  if (prompt === '-' || !prompt.startsWith('-') || /\s/.test(prompt) || args.includes('--')) return;
  throw new UsageError(`There is no option ${prompt}; a prompt that begins with a dash goes behind "--".`);
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
