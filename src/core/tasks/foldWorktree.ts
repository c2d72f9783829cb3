import type { TaskEvent } from '../../contract/events';
import type { RunRecord, TaskRecord } from './fold';
import { into, withCondition, without } from './foldParts';

export type WorktreeEvent = Extract<
  TaskEvent,
  {
    kind:
      | 'worktree-ready'
      | 'ports'
      | 'setup'
      | 'app-started'
      | 'app-stopped'
      | 'cleaned'
      | 'restored'
      | 'archive-deleted'
      | 'worktree-moved'
      | 'synced'
      | 'recovered';
  }
>;

/** What happens to the worktree itself, from its making ready to its clean-up. */
export function worktreeSteps(record: TaskRecord, event: WorktreeEvent): TaskRecord {
  switch (event.kind) {
    case 'worktree-ready':
      return { ...record, ready: { copied: event.copied, leftOut: event.leftOut } };
    case 'ports':
      return { ...record, port: event.first };
    case 'setup':
      return setUp(record, event);
    case 'app-started': {
      const { pid, pidStarted, port, url, log } = event;
      return { ...record, app: { pid, pidStarted, port, url, log } };
    }
    case 'app-stopped':
      return record.app?.pid === event.pid ? { ...record, app: null } : record;
    case 'cleaned':
      return cleaned(record, event);
    case 'restored':
      return restored(record, event);
    case 'archive-deleted':
      return { ...record, archives: record.archives.filter(({ id }) => id !== event.archive) };
    case 'worktree-moved':
      return record.worktree?.path === event.from
        ? { ...record, worktree: { ...record.worktree, path: event.to } }
        : record;
    case 'synced':
      return {
        ...record,
        syncedOnto: event.base,
        conditions: without(record.conditions, 'behind', 'conflicting'),
      };
    case 'recovered':
      return record;
  }
}

function setUp(record: TaskRecord, event: Extract<TaskEvent, { kind: 'setup' }>): TaskRecord {
  const { exit, skipped, commands } = event;
  const failed = commands.find((each) => each.exit !== 0);
  const conditions =
    skipped || exit === 0
      ? without(record.conditions, 'setup-failed')
      : withCondition(
          record.conditions,
          'setup-failed',
          failed === undefined
            ? 'the set-up was interrupted'
            : `${failed.command}: ${failed.exit === null ? 'interrupted' : `exit code ${failed.exit}`}`,
          event.at,
          event.by.actor,
        );
  return { ...record, setup: { exit, skipped, commands }, conditions };
}

function cleaned(record: TaskRecord, event: Extract<TaskEvent, { kind: 'cleaned' }>): TaskRecord {
  // Recovery may say it a second time.
  const archives = record.archives.filter(({ id }) => id !== event.archive.id);
  return {
    ...into(record, 'cleaned', event.at),
    cleanedFrom: record.state === 'cleaned' ? record.cleanedFrom : record.state,
    worktree: null,
    launch: null,
    app: null,
    // Nobody works in a worktree that is gone: an end that was never told is over now.
    run: endedRun(record.run, event.at),
    archives: [...archives, { ...event.archive, at: event.at }],
    conditions: [],
  };
}

function endedRun(run: RunRecord | null, at: string): RunRecord | null {
  return run === null || run.exited !== null ? run : { ...run, exited: { at, exit: null, signal: 'lost' } };
}

function restored(record: TaskRecord, event: Extract<TaskEvent, { kind: 'restored' }>): TaskRecord {
  const { worktree, head } = event;
  const branch = event.branch ?? record.dispatch?.branch ?? '';
  return {
    ...into(record, record.state === 'cleaned' ? (record.cleanedFrom ?? 'review') : record.state, event.at),
    cleanedFrom: null,
    worktree: { path: worktree, branch, head },
    // From the ref alone, the ref stays: it may know commits that nothing else does.
    archives: record.archives.filter(({ id }) => id !== event.archive || event.from === 'ref'),
    conditions: without(record.conditions, 'vanished'),
    // No ignored file is in a ref: the next start brings them along and sets up anew.
    ...(event.from === 'ref' ? { ready: null, setup: null } : {}),
  };
}
