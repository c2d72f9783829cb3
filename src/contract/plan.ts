/** A task is named by its plan and its file. */
export interface TaskRef {
  readonly plan: string;
  readonly task: string;
}

export const strategies = ['sequential', 'integration-branch', 'feature-flag'] as const;
export type Strategy = (typeof strategies)[number];

export const levels = ['file', 'module', 'feature-flag', 'layer', 'phase'] as const;
export type Level = (typeof levels)[number];

export const taskTypes = [
  'plan',
  'feature',
  'code-small',
  'code-large',
  'refactor',
  'migration',
  'dependencies',
  'review',
  'tests',
  'spike',
  'architecture',
  'debug',
  'security',
  'docs',
  'format',
  'types',
] as const;
export type TaskType = (typeof taskTypes)[number];

/** The agents that Switchyard knows by name; any other name is a custom agent from the settings. */
export const knownAgents = ['claude', 'codex', 'gemini', 'copilot', 'opencode', 'aider', 'demo', 'human'] as const;
export type KnownAgent = (typeof knownAgents)[number];

export const permissionModes = ['ask', 'edits', 'full'] as const;
export type PermissionMode = (typeof permissionModes)[number];

export const isolations = ['worktree', 'container', 'cloud'] as const;
export type Isolation = (typeof isolations)[number];

/** Tokens are input + cache writes + output + reasoning; cache reads count in money only. */
export interface Budget {
  readonly usd?: number | undefined;
  readonly tokens?: number | undefined;
}

/** Front matter of `plan.md`; absent keys take the documented defaults. */
export interface PlanFields {
  readonly title?: string | undefined;
  readonly base?: string | undefined;
  readonly strategy?: Strategy | undefined;
  readonly level?: Level | undefined;
  readonly pattern?: string | undefined;
  readonly contract?: readonly string[] | undefined;
  readonly context?: readonly string[] | undefined;
  readonly approvedDependencies?: readonly string[] | undefined;
  readonly reserve?: { readonly migrations?: string | number | readonly (string | number)[] | undefined } | undefined;
  readonly setup?: readonly string[] | undefined;
  readonly copy?: readonly string[] | undefined;
  readonly run?: string | undefined;
  readonly verify?: readonly string[] | undefined;
  readonly mergeOrder?: readonly string[] | undefined;
  readonly wipLimit?: number | undefined;
  readonly budget?: Budget | undefined;
  readonly flag?: string | undefined;
}

/** Front matter of a task file; absent keys take the documented defaults. */
export interface TaskFields {
  readonly title?: string | undefined;
  readonly type?: TaskType | undefined;
  readonly scope?: readonly string[] | undefined;
  readonly dependsOn?: readonly string[] | undefined;
  readonly after?: readonly string[] | undefined;
  readonly agent?: string | undefined;
  readonly model?: string | undefined;
  readonly permissions?: PermissionMode | undefined;
  readonly branch?: string | undefined;
  readonly from?: string | undefined;
  readonly isolation?: Isolation | undefined;
  readonly background?: boolean | undefined;
  readonly gate?: boolean | undefined;
  readonly budget?: Budget | undefined;
  readonly context?: readonly string[] | undefined;
  readonly constraints?: readonly string[] | undefined;
  readonly acceptance?: readonly string[] | undefined;
  readonly verify?: readonly string[] | undefined;
  readonly role?: string | undefined;
}

/** What is wrong in a plan or task file; line and column count from 1. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  /** Where the wrong text ends (exclusive); absent: the end of the line. */
  readonly endLine?: number | undefined;
  readonly endColumn?: number | undefined;
  /** What would mend it, when that is one edit or one rename. */
  readonly fix?: ProblemFix | undefined;
}

export type ProblemFix =
  | { readonly kind: 'rename-file'; readonly to: string }
  | { readonly kind: 'rename-folder'; readonly to: string }
  | { readonly kind: 'replace'; readonly text: string }
  | { readonly kind: 'remove-key'; readonly key: string };
