import type { Agent, LaunchContext, LaunchSpec } from '../agent';
import { acceptedPermissions, permissionRow } from '../permissions';

/** The agent that ships with the product: no account, no network (see `agent.ts` for what it does). */
export const demo: Agent = {
  name: 'demo',
  title: 'Demo agent',
  program: null,
  install: null,
  capabilities: {
    chooseSession: true,
    resume: true,
    interactive: true,
    headless: true,
    permissions: acceptedPermissions('demo'),
  },
  launch,
};

function launch(context: LaunchContext): LaunchSpec {
  permissionRow('demo', context.permissions);
  const args = ['demo-agent', '--brief', context.briefFile, '--task', `${context.ref.plan}/${context.ref.task}`];
  // "=" keeps a glob that begins with a dash from being read as an option.
  for (const glob of context.scope) args.push(`--scope=${glob}`);
  return {
    command: context.cli.command,
    args: [...context.cli.args, ...args],
    env: { ...context.env, ...context.cli.env },
    session: context.resume ?? context.session,
    input: null,
    banner: null,
  };
}
