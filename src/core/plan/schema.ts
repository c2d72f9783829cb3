import picomatch from 'picomatch';
// zod's functional half: the full one would be half of the command line's size, compiled at every start.
import * as z from 'zod/mini';
import {
  isolations,
  levels,
  type PlanFields,
  permissionModes,
  strategies,
  type TaskFields,
  taskTypes,
} from '../../contract/plan';

/** What a check of ours tells beside the sentence: the problem's code and, if one is known, the right text. */
export interface CheckParams {
  readonly code: string;
  readonly replacement?: string;
}

type Refine = z.core.ParsePayload<string>;
const say = (ctx: Refine, code: string, message: string, replacement?: string) => {
  const params: CheckParams = { code, ...(replacement === undefined ? {} : { replacement }) };
  ctx.issues.push({ code: 'custom', input: ctx.value, message, params: { ...params } });
};

/** A text that `check` finds something wrong with, after what is wrong with `base`. */
const refined = (base: z.ZodMiniString<string>, check: (value: string, ctx: Refine) => void) =>
  base.check((ctx) => check(ctx.value, ctx));

const text = refined(z.string(), (value, ctx) => {
  if (value.trim() === '') say(ctx, 'empty-value', 'The text is empty.');
  else if (value.includes('\0')) say(ctx, 'bad-value', 'The text has a NUL character in it.');
});
const line = refined(text, (value, ctx) => {
  if (/[\r\n]/.test(value.trim())) say(ctx, 'bad-value', 'This must be one line.');
});

/** Whether what is wrong with a path inside the repository was told. */
function badPath(value: string, ctx: Refine, code: string): boolean {
  if (/^(?:[/\\~]|[a-zA-Z]:)/.test(value)) {
    say(ctx, code, `"${value}" is not relative to the repository; write the path from its top folder.`);
  } else if (value.split(/[/\\]/).includes('..')) {
    say(ctx, code, `"${value}" leaves the repository; ".." is not allowed.`);
  } else if (/^\.\//.test(value)) {
    say(ctx, code, `"${value}" must not begin with "./".`, value.replace(/^(?:\.\/+)+/, '') || '**');
  } else {
    return false;
  }
  return true;
}

const glob = refined(line, (value, ctx) => {
  if (value.trim() === '' || badPath(value, ctx, 'bad-glob')) return;
  if (value.startsWith('!') && !value.startsWith('!(')) {
    say(ctx, 'bad-glob', `"${value}" excludes; list what is meant instead.`);
    return;
  }
  if (/\\[a-zA-Z0-9_.*-]/.test(value)) {
    say(ctx, 'bad-glob', `"${value}" has backslashes; globs have "/" on every system.`, value.replaceAll('\\', '/'));
    return;
  }
  if (value.length > 1000) {
    say(ctx, 'bad-glob', 'A glob of more than 1,000 characters is not read; divide it.');
    return;
  }
  if (value.endsWith('/')) {
    say(ctx, 'bad-glob', `"${value}" matches no file; write "${value}**" for all files in it.`, `${value}**`);
    return;
  }
  try {
    const expression = picomatch.makeRe(value, { strictBrackets: true, dot: true });
    // What no regular expression can be made of comes back as one that matches nothing.
    if (expression.source === '$^') say(ctx, 'bad-glob', `"${value}" is no valid glob.`);
  } catch (error) {
    const bracket = /^Missing (opening|closing): "(.)"/.exec((error as Error).message);
    const why = bracket === null ? 'is no valid glob' : `has no ${bracket[1]} "${bracket[2]}"`;
    say(ctx, 'bad-glob', `"${value}" ${why}.`);
  }
});

const contractFile = refined(line, (value, ctx) => {
  if (value.trim() === '' || badPath(value, ctx, 'bad-path')) return;
  if (value.includes('\\')) {
    say(ctx, 'bad-path', `"${value}" has backslashes; paths have "/" on every system.`, value.replaceAll('\\', '/'));
  } else if (/[*?]/.test(value)) {
    say(ctx, 'bad-path', `"${value}" is a pattern; name each contract file, since agents read them all.`);
  } else if (value.endsWith('/')) {
    say(ctx, 'bad-path', `"${value}" is a folder; name the files.`);
  }
});

/** git's rules for a branch name (git-check-ref-format), without asking git: an editor checks at every key press. */
function branchProblem(name: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: git forbids exactly these.
  if (/[\x00-\x20\x7f~^:?*[\\]/.test(name)) return 'has a space or one of ~ ^ : ? * [ \\';
  if (/^-|^\/|\/$|\/\/|\.\.|@\{|\.$/.test(name) || name === '@' || name === 'HEAD') return 'is not a name git allows';
  if (name.split('/').some((part) => part.startsWith('.') || part.endsWith('.lock'))) {
    return 'has a part that begins with "." or ends in ".lock"';
  }
  return null;
}

const branch = refined(line, (value, ctx) => {
  const problem = value.trim() === '' ? null : branchProblem(value);
  if (problem !== null) say(ctx, 'bad-branch', `"${value}" ${problem}, so it cannot be a branch.`);
});

/** A branch, commit or pull request that is looked up later: only what could be taken for an option is refused. */
const revision = refined(line, (value, ctx) => {
  if (value.startsWith('-')) say(ctx, 'bad-ref', `"${value}" begins with "-", so it cannot name a branch or a commit.`);
});

const agent = refined(line, (value, ctx) => {
  if (value.trim() !== '' && !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value)) {
    say(ctx, 'bad-agent', `"${value}" is no name of an agent; it has letters, digits, ".", "_" and "-" only.`);
  }
});

const texts = z.array(text);
const budget = z.strictObject({
  usd: z.optional(z.number().check(z.positive())),
  tokens: z.optional(z.int().check(z.positive())),
});
const migration = z.union([z.string(), z.number()]);

export const planSchema = z.strictObject({
  title: z.optional(line),
  base: z.optional(revision),
  strategy: z.optional(z.enum(strategies)),
  level: z.optional(z.enum(levels)),
  pattern: z.optional(line),
  contract: z.optional(z.array(contractFile)),
  context: z.optional(texts),
  approvedDependencies: z.optional(z.array(line)),
  reserve: z.optional(z.strictObject({ migrations: z.optional(z.union([migration, z.array(migration)])) })),
  setup: z.optional(texts),
  copy: z.optional(z.array(glob)),
  run: z.optional(text),
  verify: z.optional(texts),
  mergeOrder: z.optional(z.array(line)),
  wipLimit: z.optional(z.int().check(z.positive())),
  budget: z.optional(budget),
  flag: z.optional(line),
}) satisfies z.ZodMiniType<PlanFields>;

export const taskSchema = z.strictObject({
  title: z.optional(line),
  type: z.optional(z.enum(taskTypes)),
  scope: z.optional(z.array(glob)),
  dependsOn: z.optional(z.array(line)),
  after: z.optional(z.array(line)),
  agent: z.optional(agent),
  model: z.optional(line),
  permissions: z.optional(z.enum(permissionModes)),
  branch: z.optional(branch),
  from: z.optional(revision),
  isolation: z.optional(z.enum(isolations)),
  background: z.optional(z.boolean()),
  gate: z.optional(z.boolean()),
  budget: z.optional(budget),
  context: z.optional(texts),
  constraints: z.optional(texts),
  acceptance: z.optional(texts),
  verify: z.optional(texts),
  role: z.optional(line),
}) satisfies z.ZodMiniType<TaskFields>;
