import type { SyncMethod } from '../contract/events';
import type { Budget, PermissionMode } from '../contract/plan';
import type { OwnPrices } from './prices/ownPrices';

/** Where the core writes what happened; environment values and prompts never go there. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

const drop = () => undefined;
/** A log that drops everything. */
export const silentLog: Log = { debug: drop, info: drop, warn: drop, error: drop };

/** A command of the user's own that Switchyard starts as an agent. */
export interface CustomAgent {
  /** Program and arguments; `{brief}`, `{briefFile}`, `{model}`, `{worktree}` and `{session}` are replaced. */
  readonly command: readonly string[];
  /** Arguments for `--headless`; without it `command` serves both. */
  readonly headless?: readonly string[] | undefined;
  readonly resume?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * What the user may set. The extension fills it from VS Code's settings and mirrors it into the store, so that the
 * command line sees the same.
 */
export interface Settings {
  /** Absolute, or relative to the main worktree; null: the default of the contract. */
  readonly worktreeRoot: string | null;
  /** `{task}` and `{plan}` are replaced. */
  readonly branchTemplate: string;
  readonly wipLimit: number;
  /** Used when neither task nor caller names one and none was used before. */
  readonly defaultAgent: string;
  /** For tasks and callers that name none; null: the agent's own choice. */
  readonly defaultModel: string | null;
  readonly defaultPermissions: PermissionMode;
  /** Fetch the base's remote before a worktree is made. */
  readonly fetchBase: boolean;
  /** Program of each agent by name, where it is not on PATH under its own name. */
  readonly agentPaths: Readonly<Record<string, string>>;
  readonly customAgents: Readonly<Record<string, CustomAgent>>;
  /** Path of the git program; null: `git` on PATH. */
  readonly gitPath: string | null;
  /** Globs of ignored files that every new worktree gets: the git extension's `git.worktreeIncludeFiles`. */
  readonly worktreeIncludeFiles: readonly string[];
  /** Leave large files of git LFS as pointers in new worktrees. */
  readonly skipLfs: boolean;
  readonly syncMethod: SyncMethod;
  /** In GB (10^9 bytes); the oldest beyond it is offered for deletion. null: no limit. */
  readonly trashLimit: number | null;
  /** File of the cost log: absolute, or relative to the main worktree; null: in the store. */
  readonly costLog: string | null;
  /** Globs of remote branches, without the remote's name, that join the conflict matrix: those of cloud agents. */
  readonly remoteBranches: readonly string[];
  /** What may be used in this repository in a day and in a week. */
  readonly budgets: { readonly day?: Budget | undefined; readonly week?: Budget | undefined };
  /** The user's own prices by model, in US dollars per million tokens; they beat all others. */
  readonly prices: OwnPrices;
  /** Factors on what is paid, by a glob over models' names: `0.8` is a fifth less. */
  readonly priceDiscounts: Readonly<Record<string, number>>;
}

export const defaultSettings: Settings = {
  worktreeRoot: null,
  branchTemplate: 'agent/{task}',
  wipLimit: 4,
  defaultAgent: 'claude',
  defaultModel: null,
  defaultPermissions: 'edits',
  fetchBase: true,
  agentPaths: {},
  customAgents: {},
  gitPath: null,
  worktreeIncludeFiles: [],
  skipLfs: false,
  syncMethod: 'rebase',
  trashLimit: null,
  costLog: null,
  remoteBranches: ['copilot/*', 'codex/*', 'claude/*', 'cursor/*', 'jules/*'],
  budgets: {},
  prices: {},
  priceDiscounts: {},
};

/** A program and its first arguments. */
export interface OwnCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** What the program needs besides a child's environment: desktop VS Code's is an Electron, which has to be told. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** The variables with which `process.execPath` of a host is a Node. */
export function nodeVariables(versions: NodeJS.ProcessVersions): Record<string, string> {
  return versions.electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' };
}

/** What the core needs from whoever hosts it. */
export interface Host {
  readonly log: Log;
  readonly settings: () => Settings;
  /** The environment that children's environments are built from. */
  readonly env: NodeJS.ProcessEnv;
  /** Who appends events in this process. */
  readonly actor: 'cli' | 'window' | 'runner' | 'hook';
  /** Identity of the window, for leases and "go there"; null outside VS Code. */
  readonly window: string | null;
  /** Version of the product. */
  readonly version: string;
  /** How to call our own command line; absent: nothing runs in the background. */
  readonly cli?: OwnCommand | undefined;
  /** Folder that holds the `switchyard` program, put first on agents' PATH; absent: PATH stays as it is. */
  readonly launcherDir?: string | undefined;
}
