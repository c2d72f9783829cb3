import type { PermissionMode, TaskRef } from '../../contract/plan';
import type { OwnCommand, Settings } from '../ports';
import type { UsageFile } from './usageFiles';

/** Everything an agent's command line is made from. */
export interface LaunchContext {
  /** The agent's working directory. */
  readonly worktree: string;
  /** Text of the brief; any length, any characters. */
  readonly brief: string;
  /** The same text as a file in the store, for briefs that no command line can carry. */
  readonly briefFile: string;
  readonly ref: TaskRef;
  /** Null: the agent's own default. */
  readonly model: string | null;
  readonly permissions: PermissionMode;
  /** UUID that we choose for a new session. */
  readonly session: string;
  /** Session to go on with; null starts a new one. */
  readonly resume: string | null;
  readonly headless: boolean;
  /** The environment of the agent (see `agentEnvironment`). */
  readonly env: Readonly<Record<string, string>>;
  readonly settings: Settings;
  /** Globs relative to the worktree; empty: no limit. */
  readonly scope: readonly string[];
  /** What `findProgram` found; null for agents that have no program of their own. */
  readonly program: string | null;
  /** How to call our own command line. */
  readonly cli: OwnCommand;
  /** The repository's common git directory: a sandbox must let a commit write to parts of it. */
  readonly commonDir: string;
  /** Differs from the running platform in tests only. */
  readonly platform?: NodeJS.Platform | undefined;
}

/** One process to start, with an argument array and never through a shell. */
export interface LaunchSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Id that can be resumed later; null when the program does not let us choose it. */
  readonly session: string | null;
  /** Written to standard input, which is then closed; null: standard input stays the terminal's. */
  readonly input: string | null;
  /** A file that the agent was told to write its usage into; it is made before the agent starts. */
  readonly usageFile?: UsageFile | undefined;
  /** Shown in the terminal before the process starts; control characters are already removed. */
  readonly banner: string | null;
}

/** What an agent can do, as shown to the user. */
export interface Capabilities {
  /** New sessions take an id that we choose. */
  readonly chooseSession: boolean;
  readonly resume: boolean;
  readonly interactive: boolean;
  readonly headless: boolean;
  /** The modes it accepts; any other is refused (see `permissionTable`). */
  readonly permissions: readonly PermissionMode[];
}

export interface Agent {
  readonly name: string;
  readonly title: string;
  /** Looked up on PATH; null: it needs none. */
  readonly program: string | null;
  /** How to install the program, one line; null: nothing to install. */
  readonly install: string | null;
  readonly capabilities: Capabilities;
  /** @throws AgentError `unsupported-permission`, `unsupported-mode`, `bad-command` */
  launch(context: LaunchContext): LaunchSpec;
}
