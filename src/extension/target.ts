import type { TaskRef } from '../contract/plan';

/** What a command acts on: the thing a tree row stands for, or what a caller named. */
export type Target =
  | { readonly kind: 'repository'; readonly repository: string }
  | { readonly kind: 'plan'; readonly repository: string | null; readonly plan: string }
  | { readonly kind: 'task'; readonly repository: string | null; readonly plan: string; readonly task: string }
  | { readonly kind: 'worktree'; readonly repository: string; readonly path: string };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The target in a command's first argument: a tree element, or `{plan, task}` from a keybinding or a walkthrough. */
export function targetOf(argument: unknown): Target | null {
  if (!isRecord(argument)) return null;
  const node = argument.node;
  if (isRecord(node) && isRecord(node.target)) return node.target as unknown as Target;
  const { plan, task } = argument;
  if (typeof plan !== 'string') return null;
  if (typeof task !== 'string') return { kind: 'plan', repository: null, plan };
  return { kind: 'task', repository: null, plan, task };
}

/** The agents that an argument `{agents: [...]}` names. */
export function agentsOf(argument: unknown): readonly string[] | null {
  if (!isRecord(argument) || !Array.isArray(argument.agents)) return null;
  const agents = argument.agents.filter((agent): agent is string => typeof agent === 'string');
  return agents.length === 0 ? null : agents;
}

/** Only the name of a task, of a row that says much more. */
export function refOf({ plan, task }: TaskRef): TaskRef {
  return { plan, task };
}
