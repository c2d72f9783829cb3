import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { GlobalOptions } from './context';
import { exitCodeOf, exitCodes } from './exitCodes';
import { note } from './output';

/** What a command answers: its exit code. */
type Answer = Promise<number>;

/** Runs one command line. @returns the exit code, when everything is written */
export async function runCli(args: readonly string[], version: string): Promise<number> {
  let answer: number = exitCodes.done;
  const program = buildProgram(args, version, (code) => {
    answer = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return answer;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version that were asked for are no errors.
      if (error.exitCode === 0) return exitCodes.done;
      if (error.code !== 'commander.help') note(error.message.replace(/^error: /, 'switchyard: '));
      return exitCodes.usage;
    }
    note(`switchyard: ${error instanceof Error ? error.message : String(error)}`);
    return exitCodeOf(error);
  }
}

function buildProgram(args: readonly string[], version: string, done: (code: number) => void): Command {
  const program = new Command('switchyard')
    .description('Dispatch several coding agents in parallel, each in its own git worktree.')
    .version(version)
    .option('-C <dir>', 'run as if started in <dir>')
    .option('--json', 'print one JSON document')
    .exitOverride()
    // Errors are told once, by `runCli`, in one line.
    .configureOutput({ outputError: () => undefined });
  const global = () => program.opts<GlobalOptions>();
  /** Loads a command's file when it is asked for: each needs other rooms of the core. */
  const action =
    <A extends unknown[]>(run: (...given: A) => Answer) =>
    async (...given: A) =>
      done(await run(...given));

  program
    .command('spin')
    .description('one prompt: task, branch, worktree and agent in one step')
    .argument('<prompt>', 'what is to be done; "-" reads it from standard input')
    .option('--agent <names>', 'agent, or several with commas as rivals')
    .option('--model <model>', 'model of the agent')
    .option('--base <ref>', 'branch or commit to start from')
    .option('--plan <plan>', 'plan that the task is put into')
    .option('--scope <globs>', 'files the agent may edit, with commas')
    .option('--headless', 'start the agent in the background')
    .option('--override', 'start although the limit of work in progress is reached')
    // A prompt may begin with dashes; what cannot be a prompt is refused in the command.
    .allowUnknownOption()
    .action(
      action(async (prompt: string, o) => (await import('./commands/spin')).spin(prompt, o, global(), version, args)),
    );

  program
    .command('spawn')
    .description('branch and worktree for tasks, ready to work in, no agent')
    .argument('<task...>', '<plan>/<task>')
    .action(action(async (tasks: string[]) => (await import('./commands/spawn')).spawn(tasks, global(), version)));

  program
    .command('run')
    .description("start a task's agent in this terminal, inside its worktree")
    .argument('<task>', '<plan>/<task>')
    .option('--headless', 'without a terminal; ends with the agent')
    .option('--override', 'start although dependencies or the limit of work in progress hold it')
    .option('--agent <name>', 'another agent than the task names')
    .option('--model <model>', 'another model than the task names')
    .option('--skip-setup', 'start although the set-up fails or was not run')
    .option('--launch <id>', 'the launch that this terminal answers')
    .option('--when-told', 'load, then wait for a line on standard input')
    .action(action(async (task: string, o) => (await import('./commands/run')).run(task, o, global(), version)));

  program
    .command('app')
    .description("start the plan's app in a task's worktree")
    .argument('<task>', '<plan>/<task>')
    .option('--stop', 'end it, with everything it started')
    .action(action(async (task: string, o) => (await import('./commands/app')).app(task, o, global(), version)));

  program
    .command('tasks')
    .description('all tasks: state, next step, agent, worktree')
    .action(action(async () => (await import('./commands/tasks')).tasks(global(), version)));

  program
    .command('worktrees')
    .description('all worktrees of the repository, and whose they are')
    .action(action(async () => (await import('./commands/worktrees')).worktrees(global(), version)));

  program
    .command('conflicts')
    .description('which branches conflict with which, uncommitted work included, and in which order to merge them')
    .argument(
      '[ref...]',
      'branch, commit, worktree or <plan>/<task>; every worktree and task branch when none is named',
    )
    .option('--base <ref>', 'branch or commit that all are to be merged into')
    .option('--committed', 'without uncommitted work')
    .option('--exit-code', 'exit 1 when anything is not clean')
    .option('--mute <id>', 'put a hazard aside, with --reason')
    .option('--reason <text>', 'why it is none')
    .option('--unmute <id>', 'take that back')
    .action(
      action(async (refs: string[], o) => (await import('./commands/conflicts')).conflicts(refs, o, global(), version)),
    );

  program
    .command('checklist')
    .description('what is to be checked before, while and after a plan is integrated: computed where that is possible')
    .argument('<plan>')
    .option('--answer <item=verdict>', 'answer an item: pass, fail, or ask to take an answer back')
    .option('--note <text>', 'what the answer rests on; a fail says why')
    .option('--exit-code', 'exit 1 when any item is no pass')
    .action(
      action(async (id: string, o) => (await import('./commands/checklist')).checklist(id, o, global(), version)),
    );

  program
    .command('sync')
    .description('bring tasks onto their moved base, or the base up to its remote')
    .argument('[task...]', '<plan>/<task>; all tasks when none is named')
    .option('--base [branch]', 'fast-forward the base (default: the default branch) instead')
    .option('--method <method>', 'rebase or merge; default: the setting')
    .action(action(async (tasks: string[], o) => (await import('./commands/sync')).sync(tasks, o, global(), version)));

  program
    .command('watch')
    .description('what happens, as JSON lines')
    .action(action(async () => (await import('./commands/watch')).watch(global(), version)));

  program
    .command('wait')
    .description('wait until a task is in a state')
    .argument('<task>', '<plan>/<task>')
    .requiredOption('--for <state>', 'a state or a condition')
    .option('--timeout <seconds>', 'give up after this time', seconds)
    .action(action(async (task: string, o) => (await import('./commands/wait')).wait(task, o, global(), version)));

  program
    .command('clean')
    .description('put a worktree into the trash, from where it can be restored')
    .argument('[task]', '<plan>/<task>')
    .option('--integrated', 'all tasks whose work has landed and that would lose nothing')
    .option('--dry-run', 'only say what would be lost')
    .option('--discard-changes', 'although the worktree holds what is nowhere else')
    .option('--delete-branch', 'the branch too, although it has not landed')
    .option('--end-processes', 'end what the task left running there, and ask its windows to close')
    .action(action(async (task, o) => (await import('./commands/clean')).clean(task, o, global(), version)));

  program
    .command('restore')
    .description('bring a cleaned worktree back')
    .argument('<task>', '<plan>/<task>')
    .option('--archive <id>', 'another one than the latest')
    .action(action(async (task, o) => (await import('./commands/restore')).restore(task, o, global(), version)));

  program
    .command('forget')
    .description('take a task off the list; its file, branch and worktree stay')
    .argument('<task>', '<plan>/<task>')
    .action(action(async (task) => (await import('./commands/forget')).forget(task, global(), version)));

  program
    .command('adopt')
    .description('make a task of work that was begun elsewhere')
    .argument('<what>', 'path of a worktree, a branch, or a pull request like "#12"')
    .option('--plan <plan>', 'plan that the task is put into')
    .option('--agent <name>', 'agent of the task')
    .action(action(async (what, o) => (await import('./commands/adopt')).adopt(what, o, global(), version)));

  program
    .command('cost')
    .description('what agents used, in tokens and US dollars: an estimate at list prices')
    .option('--by <what>', 'task, type, model, agent, session, day or week', 'task')
    .option('--all', "every agent's records on this machine, not only those of this repository")
    .option('--since <day>', 'only what was used on this day or later: 2026-11-21')
    .option('--records', 'the answers behind the figures: when, how much, at which price, and where they stand')
    .option('--refresh-prices', "fetch LiteLLM's public list of prices first; nothing else is ever fetched")
    .action(action(async (o) => (await import('./commands/cost')).cost(o, global(), version)));

  program
    .command('trash')
    .description('what was cleaned and is kept; deletes only what is named')
    .option('--delete <id...>', 'delete these for good')
    .option('--delete-offered', 'delete for good what is older than 30 days or beyond the size limit')
    .action(action(async (o) => (await import('./commands/trash')).trash(o, global(), version)));

  const plan = program.command('plan').description('check and make plans');
  plan
    .command('check')
    .description('everything that is wrong in a plan, its waves and merge order')
    .argument('<plan>')
    .option('--exit-code', 'exit 1 when there are problems')
    .action(action(async (id: string, o) => (await import('./commands/plan')).check(id, o, global(), version)));
  plan
    .command('new')
    .description('write a new plan')
    .argument('<plan>')
    .option('--title <title>')
    .action(action(async (id: string, o) => (await import('./commands/plan')).create(id, o, global(), version)));

  // The demo agent's own program: the product is installed already, so the agent needs nothing else.
  program
    .command('demo-agent', { hidden: true })
    .requiredOption('--brief <file>')
    .requiredOption('--task <task>')
    .option('--scope <glob>', 'repeatable', (glob: string, all: string[]) => [...all, glob], [])
    .action(action(async (o) => (await import('./commands/demoAgent')).demoAgent(o)));
  return program;
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a number of seconds.');
  return value;
}
