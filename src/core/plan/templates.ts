import { stringify } from 'yaml';
import type { PermissionMode, TaskType } from '../../contract/plan';

export interface TaskTemplateOptions {
  readonly title: string;
  /** What the agent is told; empty: a text that says what to write, with the usual keys as comments. */
  readonly instructions: string;
  readonly type?: TaskType | undefined;
  readonly scope?: readonly string[] | undefined;
  readonly dependsOn?: readonly string[] | undefined;
  readonly after?: readonly string[] | undefined;
  readonly agent?: string | undefined;
  readonly model?: string | undefined;
  readonly permissions?: PermissionMode | undefined;
  readonly branch?: string | undefined;
  readonly from?: string | undefined;
  readonly background?: boolean | undefined;
  readonly acceptance?: readonly string[] | undefined;
}

export interface PlanTemplateOptions {
  readonly title: string;
  readonly base?: string | undefined;
  readonly contract?: readonly string[] | undefined;
  readonly body?: string | undefined;
}

/** The text of a new task file. Any title and instructions are safe: what reads it back gets the same ones. */
export function taskTemplate(o: TaskTemplateOptions): string {
  const set = yaml({
    title: oneLine(o.title),
    type: o.type,
    scope: o.scope,
    dependsOn: o.dependsOn,
    after: o.after,
    agent: o.agent,
    model: o.model,
    permissions: o.permissions,
    branch: o.branch,
    from: o.from,
    background: o.background,
    acceptance: o.acceptance,
  });
  const instructions = o.instructions.trim();
  if (instructions !== '') return `---\n${set}---\n\n${instructions}\n`;
  const hints = [
    o.scope === undefined && '# scope: [src/area/**]        # the files it may edit',
    o.after === undefined && '# after: [other-task]         # lands after these; runs at the same time',
    o.dependsOn === undefined && '# dependsOn: [other-task]     # starts only when these are integrated',
    o.agent === undefined && '# agent: claude               # or codex, gemini, copilot, opencode, demo, human ...',
    o.acceptance === undefined && '# acceptance: ["the tests pass"]',
  ].filter((hint) => hint !== false);
  const hint = hints.length === 0 ? '' : `${hints.join('\n')}\n`;
  return `---\n${set}${hint}---\n\nTell the agent here what to do, as you would tell a colleague: what is wanted, where to\nstart, and how to see that it works.\n`;
}

/** The text of a new `plan.md`. */
export function planTemplate(o: PlanTemplateOptions): string {
  const set = yaml({ title: oneLine(o.title), base: o.base, contract: o.contract });
  const body = o.body?.trim();
  if (body !== undefined && body !== '') return `---\n${set}---\n\n${body}\n`;
  const hints = [
    o.contract === undefined &&
      '# contract: [src/contract.ts]   # shared interfaces: on the base, read by all agents, edited by none',
    '# context: [STYLE.md]           # files and text that go into every brief',
    '# verify: [npm test]            # commands that must pass before work lands',
  ].filter((hint) => hint !== false);
  return `---\n${set}${hints.join('\n')}\n---\n\nWhat should be true when this plan is done? The other files in this folder are its tasks,\none file each; every task gets an agent, a branch and a worktree of its own.\n`;
}

/** YAML of what is set; short lists on one line, because that is how people write them. */
function yaml(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))
    .map(([key, value]) => {
      const short = Array.isArray(value) && value.every((item) => String(item).length <= 30);
      const text = stringify(value, {
        lineWidth: 0,
        collectionStyle: short ? 'flow' : 'block',
        flowCollectionPadding: false,
      });
      return short || !Array.isArray(value) ? `${key}: ${text}` : `${key}:\n${text.replace(/^/gm, '  ').trimEnd()}\n`;
    })
    .join('');
}

/** A title is one line; a whole prompt given as one is cut where it still reads well. */
export function oneLine(text: string, max = 80): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: YAML cannot hold them, and nobody sees them.
  const line = text.replace(/[\x00-\x1f\x7f-\x9f\s]+/g, ' ').trim();
  const letters = [...line];
  if (letters.length <= max) return line;
  const cut = letters.slice(0, max - 1).join('');
  const space = cut.lastIndexOf(' ');
  return `${(space > max / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
}
