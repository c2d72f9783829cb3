import type { TaskRef } from '../../contract/plan';
import { createTask, inboxPlan } from '../plan/createFiles';
import { suggestId } from '../plan/ids';
import type { TaskContext } from './context';
import type { Prepared, PrepareOptions } from './dispatch';
import { lastAgent } from './lastAgent';
import { prepareAll, requireProgram } from './prepareAll';
import { TaskError } from './taskError';

export interface SpinOptions {
  /** Several agents are rivals on one question, each with a task of its own. Default: the last one used. */
  readonly agents?: readonly string[] | undefined;
  readonly model?: string | undefined;
  readonly base?: string | undefined;
  /** Default: the inbox. */
  readonly plan?: string | undefined;
  /** Globs the agent may edit. */
  readonly scope?: readonly string[] | undefined;
  readonly override?: boolean | undefined;
  /** Told when the task files are written and before worktrees are made: what takes time can begin. */
  readonly onTasks?: ((refs: readonly TaskRef[]) => void) | undefined;
  readonly onProgress?: PrepareOptions['onProgress'];
  readonly signal?: AbortSignal | undefined;
}

/**
 * One prompt becomes a task, a branch and a worktree, for each agent. No agent is started here: that follows when all
 * worktrees are there.
 * @throws TaskError, AgentError `unknown-agent`, `missing-program` (then nothing was made)
 */
export async function spin(context: TaskContext, prompt: string, o: SpinOptions = {}): Promise<Prepared[]> {
  if (prompt.trim() === '') throw new TaskError('bad-task', 'The prompt is empty: say what is to be done.');
  const names = o.agents === undefined || o.agents.length === 0 ? [(await lastAgent(context)).agent] : o.agents;
  await Promise.all(names.map((name) => requireProgram(context, name)));
  const plan = o.plan ?? inboxPlan;
  const taken = new Set(
    (await context.store.events.tasks()).filter((ref) => ref.plan === plan).map(({ task }) => task),
  );
  const refs: TaskRef[] = [];
  for (const agent of names) {
    const { ref } = await createTask(context.layout, plan, {
      ...(names.length > 1 ? { id: rivalId(prompt, agent) } : {}),
      instructions: prompt,
      agent,
      ...(o.model === undefined ? {} : { model: o.model }),
      ...(o.scope === undefined ? {} : { scope: o.scope }),
      ...(o.base === undefined ? {} : { from: o.base }),
      taken,
      git: context.git,
    });
    refs.push(ref);
  }
  o.onTasks?.(refs);
  return prepareAll(context, refs, {
    base: o.base,
    override: o.override,
    rivals: refs.length > 1 ? refs[0]?.task : undefined,
    onProgress: o.onProgress,
    signal: o.signal,
  });
}

/** The prompt's own name with the agent's behind it, so that rivals can be told apart. */
function rivalId(prompt: string, agent: string): string {
  const base = suggestId(prompt, new Set())
    .slice(0, 30)
    .replace(/[-._]+$/, '');
  return suggestId(`${base} ${agent}`, new Set());
}
