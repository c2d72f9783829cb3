import type { PermissionMode } from './plan';
import type { ConditionKind, TaskState } from './states';

/** Who appended an event. */
export const actors = ['human', 'cli', 'window', 'runner', 'hook', 'agent', 'scan'] as const;
export type Actor = (typeof actors)[number];

export interface EventBy {
  readonly actor: Actor;
  readonly pid: number;
}

interface EventBase {
  readonly v: 1;
  /** ISO 8601 with milliseconds, UTC. */
  readonly at: string;
  readonly by: EventBy;
}

/** How an agent is brought up. */
export const launchModes = ['newWindow', 'terminal', 'background'] as const;
export type LaunchMode = (typeof launchModes)[number];

/** What happened to one task. The task's record is the fold of these. */
export type TaskEvent = EventBase &
  (
    | { readonly kind: 'text-seen'; readonly text: string; readonly title: string }
    | {
        /** A human, or a script for one, decided to start the task. The brief is frozen here. */
        readonly kind: 'dispatched';
        readonly agent: string;
        readonly model: string | null;
        readonly permissions: PermissionMode;
        /** sha256 of the frozen brief in `texts/`; the task text it was made from; */
        readonly brief: string;
        readonly text: string | null;
        readonly base: string;
        readonly baseHead: string;
        readonly branch: string;
        /** The rivals on one question share a group. */
        readonly rivals: string | null;
        readonly title: string;
        /** Only a worktree was asked for (`spawn`): it is work in progress once an agent starts in it. */
        readonly spawned?: boolean | undefined;
      }
    | { readonly kind: 'worktree-made'; readonly worktree: string; readonly branch: string; readonly head: string }
    | { readonly kind: 'worktree-failed'; readonly reason: string }
    | { readonly kind: 'launch-requested'; readonly launch: string; readonly mode: LaunchMode }
    | { readonly kind: 'launch-claimed'; readonly launch: string }
    | { readonly kind: 'launch-lapsed'; readonly launch: string }
    | {
        readonly kind: 'agent-started';
        readonly agent: string;
        readonly model: string | null;
        /** The agent's own process and the runner that holds the lease (a terminal's process). */
        readonly pid: number;
        readonly pidStarted: string | null;
        readonly runner: number;
        readonly session: string | null;
        readonly resumed: boolean;
        readonly window: string | null;
      }
    | {
        readonly kind: 'agent-exited';
        readonly pid: number;
        readonly exit: number | null;
        readonly signal: string | null;
      }
    | { readonly kind: 'state'; readonly to: TaskState; readonly reason: string }
    | {
        readonly kind: 'condition';
        readonly condition: ConditionKind;
        readonly on: boolean;
        readonly reason: string;
        readonly source: string;
      }
    | { readonly kind: 'held'; readonly reason: string; readonly overridden: boolean }
    | { readonly kind: 'forgotten' }
  );
export type TaskEventKind = TaskEvent['kind'];

/** What happened to the repository as a whole. */
export type RepositoryEvent = EventBase &
  (
    | { readonly kind: 'damage'; readonly file: string; readonly line: number | null; readonly reason: string }
    | { readonly kind: 'worktree-foreign'; readonly worktree: string; readonly branch: string | null }
    | { readonly kind: 'notified'; readonly key: string }
    | { readonly kind: 'last-agent'; readonly agent: string; readonly model: string | null }
  );
