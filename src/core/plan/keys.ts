import { isolations, knownAgents, levels, permissionModes, strategies, taskTypes } from '../../contract/plan';

/** What a key of the front matter takes, for completion, hovers and messages. */
export interface FrontMatterKey {
  readonly key: string;
  /** `ids`: a list of ids of tasks in the same plan. */
  readonly kind: 'text' | 'list' | 'ids' | 'globs' | 'choice' | 'number' | 'flag' | 'mapping';
  /** One or two sentences for people, plain text. */
  readonly docs: string;
  /** All values of a choice, the known ones of an open text; absent: any. */
  readonly values?: readonly string[];
  /** Keys of a mapping. */
  readonly keys?: readonly string[];
  /** What stands there when the key is absent. */
  readonly default?: string;
}

const flags = ['true', 'false'] as const;
const budget: FrontMatterKey = {
  key: 'budget',
  kind: 'mapping',
  keys: ['usd', 'tokens'],
  docs: 'The most it may use: usd (money) and tokens (input, cache writes, output and reasoning; cache reads count in money only).',
};

const planKeys: readonly FrontMatterKey[] = [
  { key: 'title', kind: 'text', docs: 'What the plan is called in the views.', default: "the folder's name" },
  {
    key: 'base',
    kind: 'text',
    docs: 'The branch that the work starts from and lands on.',
    default: 'the default branch; its remote-tracking one when that is ahead',
  },
  {
    key: 'strategy',
    kind: 'choice',
    values: strategies,
    docs: 'How the work lands: one task after another, through an integration branch, or behind a feature flag.',
  },
  {
    key: 'level',
    kind: 'choice',
    values: levels,
    docs: 'How the work is divided: by file, module, feature flag, layer or phase.',
  },
  { key: 'pattern', kind: 'text', docs: 'The workflow pattern that the plan follows.' },
  {
    key: 'contract',
    kind: 'list',
    docs: 'Files that hold the shared interfaces. All agents read them and none may edit them; they must be on the base.',
  },
  { key: 'context', kind: 'list', docs: 'Files and text that go into every brief, such as a style guide.' },
  {
    key: 'approvedDependencies',
    kind: 'list',
    docs: 'Packages that agents may add. Two agents that choose different ones for the same job are a conflict git does not see.',
  },
  {
    key: 'reserve',
    kind: 'mapping',
    keys: ['migrations'],
    docs: 'Numbers of migrations that are given out per task, so that two tasks never take the same one: 0041 counts on from there, 0040-0049 is shared out, and a glob such as db/changes/*.sql says where migrations lie.',
  },
  {
    key: 'setup',
    kind: 'list',
    docs: 'Commands that run in a new worktree before the agent starts, each a line for the shell of the platform.',
  },
  {
    key: 'copy',
    kind: 'globs',
    docs: 'Globs of ignored files, such as .env, that a new worktree gets from the main one.',
  },
  { key: 'run', kind: 'text', docs: 'The command that starts the app, a line for the shell of the platform.' },
  {
    key: 'verify',
    kind: 'list',
    docs: 'Commands that must pass before work lands, each a line for the shell of the platform.',
  },
  {
    key: 'mergeOrder',
    kind: 'ids',
    docs: 'The order in which tasks land, where it should be another than dependsOn and after give.',
  },
  {
    key: 'wipLimit',
    kind: 'number',
    docs: 'How many tasks may be dispatched and not yet integrated at one time.',
    default: '4',
  },
  budget,
  { key: 'flag', kind: 'text', docs: 'The name of the feature flag, for the strategy feature-flag.' },
];

const taskKeys: readonly FrontMatterKey[] = [
  { key: 'title', kind: 'text', docs: 'What the task is called in the views.', default: "the file's name" },
  {
    key: 'type',
    kind: 'choice',
    values: taskTypes,
    docs: 'What kind of work it is; it decides the model when model is auto.',
  },
  {
    key: 'scope',
    kind: 'globs',
    docs: 'Globs of the files that the agent may edit, such as src/db/**. Tasks that run at the same time should not share files.',
  },
  {
    key: 'dependsOn',
    kind: 'ids',
    docs: "Tasks that must be integrated before this task's agent starts. Use after where a shared contract lets them run at the same time.",
  },
  {
    key: 'after',
    kind: 'ids',
    docs: 'Tasks that land before this one. Only the merge order: they run at the same time.',
  },
  {
    key: 'agent',
    kind: 'text',
    values: knownAgents,
    docs: 'Who does the work: one of the known agents, human, or a custom one from the settings.',
    default: 'the agent that was used last',
  },
  {
    key: 'model',
    kind: 'text',
    values: ['auto'],
    docs: 'The model of the agent; auto chooses by the type of the task.',
  },
  {
    key: 'permissions',
    kind: 'choice',
    values: permissionModes,
    docs: 'What the agent may do without asking: nothing (ask), edit files (edits), or everything (full).',
    default: 'edits',
  },
  { key: 'branch', kind: 'text', docs: 'The branch of the task.', default: 'agent/ and the name of the task' },
  { key: 'from', kind: 'text', docs: 'The branch, commit or pull request ("#12", in quotes) that the task starts on.' },
  { key: 'isolation', kind: 'choice', values: isolations, docs: 'Where the agent works.', default: 'worktree' },
  {
    key: 'background',
    kind: 'flag',
    values: flags,
    docs: 'The agent works without a window of its own; you review when it is done.',
  },
  { key: 'gate', kind: 'flag', values: flags, docs: "You review the agent's plan before it begins to work." },
  budget,
  { key: 'context', kind: 'list', docs: 'Files and text that go into the brief of this task.' },
  { key: 'constraints', kind: 'list', docs: 'What the agent must not do.' },
  { key: 'acceptance', kind: 'list', docs: 'What must be true when the task is done.' },
  {
    key: 'verify',
    kind: 'list',
    docs: 'Commands that must pass, beside those of the plan, each a line for the shell of the platform.',
  },
  { key: 'role', kind: 'text', docs: "The task's part in the plan's pattern." },
];

/** Every key of `plan.md` and of a task file, in the order in which people write them. */
export const frontMatterKeys: { readonly plan: readonly FrontMatterKey[]; readonly task: readonly FrontMatterKey[] } = {
  plan: planKeys,
  task: taskKeys,
};
