import type { TaskRef } from '../../contract/plan';
import { agentEnvironment } from '../agents/environment';
import { childEnvironment } from '../git/environment';
import type { TaskContext } from './context';
import type { TaskRecord } from './fold';
import { portsOf } from './ports';

/** The environment of everything that runs for a task in its worktree: agent, set-up commands, app and shells. */
export function taskEnvironment(context: TaskContext, ref: TaskRef, record: TaskRecord): Record<string, string> {
  const { worktree, dispatch, port } = record;
  return agentEnvironment(childEnvironment(context.host.env), {
    ref,
    worktree: worktree?.path ?? '',
    branch: worktree?.branch ?? '',
    base: dispatch?.base ?? '',
    storeDir: context.store.dir,
    launcherDir: context.host.launcherDir ?? null,
    ports: port === null ? [] : portsOf(port),
  });
}
