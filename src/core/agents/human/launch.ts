import type { Agent, LaunchContext, LaunchSpec } from '../agent';
import { AgentError } from '../errors';
import { acceptedPermissions } from '../permissions';
import { cleanText } from '../prompt';

/** A person does the task: a shell in the worktree, with the brief printed above its prompt. */
export const human: Agent = {
  name: 'human',
  title: 'Human',
  program: null,
  install: null,
  capabilities: {
    chooseSession: false,
    resume: true,
    interactive: true,
    headless: false,
    permissions: acceptedPermissions('human'),
  },
  launch,
};

function launch(context: LaunchContext): LaunchSpec {
  if (context.headless) {
    throw new AgentError(
      'unsupported-mode',
      'A task for a human cannot run headless: give it another agent, or start it in a terminal.',
      'human',
    );
  }
  return {
    command: context.program ?? userShell(context.env, context.platform ?? process.platform),
    args: [],
    env: context.env,
    session: null,
    input: null,
    banner: cleanText(context.brief),
  };
}

/** The user's shell: SHELL, on Windows ComSpec; what every system has where neither is set. */
export function userShell(env: Readonly<Record<string, string>>, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return env.SHELL ?? '/bin/sh';
  return Object.entries(env).find(([key]) => key.toLowerCase() === 'comspec')?.[1] ?? 'cmd.exe';
}
