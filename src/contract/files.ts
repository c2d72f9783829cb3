import type { LaunchMode } from './events';

/** `launch/<id>.json`: a request to start or show a task's agent, claimed by exactly one window. */
export interface LaunchFile {
  readonly v: 1;
  readonly id: string;
  readonly plan: string;
  readonly task: string;
  readonly worktree: string;
  readonly mode: LaunchMode;
  readonly at: string;
}

/** `leases/<plan>~<task>` and `leases/duty`: held by one live process at a time. */
export interface LeaseFile {
  readonly v: 1;
  readonly name: string;
  readonly pid: number;
  /** Start time of that process as the system tells it; null where the system does not tell. */
  readonly pidStarted: string | null;
  readonly host: string;
  readonly session: string | null;
  readonly agent: string | null;
  /** Process id of the agent itself, once it runs. */
  readonly agentPid: number | null;
  readonly window: string | null;
  /** Version of the installed programs this process uses. */
  readonly version: string;
  readonly at: string;
  readonly renewedAt: string;
}
