import type { TaskRow, WorktreeRow } from '../../../src/contract/json';

/** A task as it is after its file was written; `changes` says what happened since. */
export function taskRow(changes: Partial<TaskRow> = {}): TaskRow {
  return {
    plan: 'dashboard',
    task: 'api',
    title: 'Activity API',
    state: 'ready',
    phase: 'route',
    next: 'dispatch',
    conditions: [],
    scope: ['src/api/**'],
    dependsOn: [],
    after: [],
    agent: { name: 'claude', pid: null, session: null, model: null, window: null },
    branch: null,
    base: null,
    worktree: null,
    head: null,
    ahead: null,
    behind: null,
    changedFiles: null,
    tokens: null,
    usd: null,
    costAtLeast: false,
    budget: null,
    approved: null,
    verified: null,
    worst: null,
    held: null,
    file: '/repo/.switchyard/dashboard/api.md',
    changedSinceDispatch: false,
    rivals: null,
    runner: null,
    since: '2026-01-01T00:00:00.000Z',
    ready: null,
    port: null,
    app: null,
    setup: null,
    adopted: false,
    archives: [],
    ...changes,
  };
}

/** The same task while its agent works. */
export function workingRow(changes: Partial<TaskRow> = {}): TaskRow {
  return taskRow({
    state: 'working',
    next: 'wait',
    phase: 'monitor',
    agent: { name: 'claude', pid: 11, session: 's-1', model: 'opus', window: '/repo' },
    branch: 'agent/api',
    base: 'main',
    worktree: '/repo-worktrees/api',
    head: '0123456789abcdef0123456789abcdef01234567',
    ahead: 2,
    behind: 1,
    changedFiles: 3,
    runner: 10,
    ...changes,
  });
}

export function worktreeRow(changes: Partial<WorktreeRow> = {}): WorktreeRow {
  return {
    path: '/repo-worktrees/api',
    branch: 'agent/api',
    head: '0123456789abcdef0123456789abcdef01234567',
    main: false,
    bare: false,
    locked: null,
    prunable: null,
    dirty: false,
    plan: 'dashboard',
    task: 'api',
    ...changes,
  };
}

/** What `vscode.l10n.t` does without a translation. */
export function t(message: string, ...args: (string | number | boolean)[]): string {
  return message.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));
}
