import type { CustomAgent } from '../../ports';
import type { Agent, LaunchContext, LaunchSpec } from '../agent';
import { AgentError } from '../errors';
import { acceptedPermissions, permissionRow } from '../permissions';
import { cleanText, promptForArgument, promptForInput, resumePrompt } from '../prompt';
import { usageFileFor } from '../usageFiles';

/** A command of the user's own from the setting `customAgents`. */
export function customAgent(name: string, definition: CustomAgent): Agent {
  return {
    name,
    title: name,
    program: definition.command[0] ?? null,
    install: null,
    capabilities: {
      chooseSession: usesSession(definition.command),
      resume: canResume(definition),
      interactive: true,
      headless: true,
      permissions: acceptedPermissions(name),
    },
    launch: (context) => launch(name, definition, context),
  };
}

function launch(name: string, definition: CustomAgent, context: LaunchContext): LaunchSpec {
  permissionRow(name, context.permissions);
  const template = chooseTemplate(definition, context);
  const program = template[0];
  if (program === undefined || program === '') {
    throw new AgentError(
      'bad-command',
      `The agent "${name}" has no command: give it one in the setting "switchyard.customAgents".`,
      name,
    );
  }
  const session = context.resume ?? context.session;
  const env = { ...context.env, ...definition.env };
  const usageFile = usageFileFor(name, { session, cwd: context.worktree, env, platform: context.platform });
  const values: Record<string, string> = {
    brief: context.resume !== null && template === definition.resume ? resumePrompt : promptForArgument(context).text,
    briefFile: context.briefFile,
    model: context.model ?? '',
    worktree: context.worktree,
    session,
    permissions: context.permissions,
    plan: context.ref.plan,
    task: context.ref.task,
  };
  const usesBrief = template.some((part) => /\{brief(File)?\}/.test(part));
  return {
    // What `findProgram` found belongs to the first word of `command`; another program stands for itself.
    command: program === definition.command[0] ? (context.program ?? program) : program,
    args: template.slice(1).map((part) => fill(part, values)),
    env: { ...env, SWITCHYARD_PERMISSIONS: context.permissions, SWITCHYARD_USAGE_FILE: usageFile.path },
    usageFile,
    session: canResume(definition) ? session : null,
    input: context.headless && !usesBrief ? promptForInput(context) : null,
    banner: context.headless || usesBrief || context.resume !== null ? null : cleanText(context.brief),
  };
}

function usesSession(template: readonly string[]): boolean {
  return template.some((part) => part.includes('{session}'));
}

/** A `resume` that names a session is of use only when the command before it was given the same. */
function canResume({ command, headless, resume }: CustomAgent): boolean {
  if (resume === undefined) return false;
  return !usesSession(resume) || (usesSession(command) && (headless === undefined || usesSession(headless)));
}

function chooseTemplate(definition: CustomAgent, context: LaunchContext): readonly string[] {
  if (context.resume !== null && definition.resume !== undefined) return definition.resume;
  return context.headless ? (definition.headless ?? definition.command) : definition.command;
}

/** One pass, so that braces inside a brief are never replaced again. */
function fill(part: string, values: Readonly<Record<string, string>>): string {
  return part.replace(/\{(\w+)\}/g, (whole, key: string) =>
    Object.hasOwn(values, key) ? (values[key] ?? whole) : whole,
  );
}
