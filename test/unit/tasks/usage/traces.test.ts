import assert from 'node:assert/strict';
import type { ArchiveRecord, TaskEvent } from '../../../../src/contract/events';
import { tracesOf } from '../../../../src/core/tasks/usage/traces';

const by = { actor: 'cli', pid: 1 } as const;

/** An event without its version, time and writer, at this many milliseconds after 1970. */
type Told<E> = E extends unknown ? Omit<E, 'v' | 'at' | 'by'> : never;
function at(time: number, event: Told<TaskEvent>): TaskEvent {
  return { v: 1, at: new Date(time).toISOString(), by, ...event } as TaskEvent;
}

const archive: ArchiveRecord = {
  id: 'x',
  ref: 'refs/x',
  commit: 'c',
  trash: '/trash',
  worktree: '/wt/a',
  branch: 'a',
  branchTip: 'c',
  branchDeleted: false,
  head: 'c',
  bytes: null,
};
const made = (time: number, worktree: string) => at(time, { kind: 'worktree-made', worktree, branch: 'a', head: 'c' });
const started = (time: number, session: string | null, agent = 'claude') =>
  at(time, {
    kind: 'agent-started',
    agent,
    model: null,
    pid: 1,
    pidStarted: null,
    runner: 2,
    session,
    resumed: false,
    window: null,
  });
const dispatched = (time: number, adopted: boolean) =>
  at(time, {
    kind: 'dispatched',
    agent: 'claude',
    model: null,
    permissions: 'edits',
    brief: 'b',
    text: null,
    base: 'main',
    baseHead: 'c',
    branch: 'a',
    rivals: null,
    title: 'A',
    adopted,
  });
const cleaned = (time: number) => at(time, { kind: 'cleaned', archive });
const restored = (time: number, worktree: string) =>
  at(time, { kind: 'restored', archive: 'x', worktree, branch: 'a', head: 'c', from: 'trash' });

function tracesOfOne(...events: TaskEvent[]) {
  return tracesOf([{ ref: { plan: 'p', task: 'a' }, events }])[0];
}

describe('traces of a task', () => {
  it('are all its sessions, each once', () => {
    const traces = tracesOfOne(started(1, 's1'), started(2, 's1'), started(3, null), started(4, 's1', 'codex'));
    assert.deepEqual(traces?.sessions, [
      { agent: 'claude', session: 's1' },
      { agent: 'codex', session: 's1' },
    ]);
  });

  it('are its places from when to when: made, cleaned, restored elsewhere', () => {
    const traces = tracesOfOne(made(10, '/wt/a'), cleaned(20), cleaned(25), restored(30, '/wt/a-2'));
    assert.deepEqual(traces?.places, [
      { path: '/wt/a', from: 10, to: 20 },
      { path: '/wt/a-2', from: 30, to: null },
    ]);
  });

  it('follow a moved worktree, also over what was written before somebody saw that it was moved', () => {
    const traces = tracesOfOne(made(10, '/wt/a'), at(50, { kind: 'worktree-moved', from: '/wt/a', to: '/new/a' }));
    assert.deepEqual(traces?.places, [
      { path: '/wt/a', from: 10, to: 50 },
      { path: '/new/a', from: 10, to: null },
    ]);
  });

  it('end when the task is forgotten, and stay its own', () => {
    const traces = tracesOfOne(made(10, '/wt/a'), started(11, 's1'), at(40, { kind: 'forgotten' }));
    assert.deepEqual(traces?.places, [{ path: '/wt/a', from: 10, to: 40 }]);
    assert.equal(traces?.sessions.length, 1);
  });

  it('hold what was done before the work was adopted, but not what another task did there', () => {
    const first = { ref: { plan: 'p', task: 'a' }, events: [made(10, '/wt/a'), cleaned(20)] };
    const other = { ref: { plan: 'p', task: 'b' }, events: [dispatched(30, true), made(30, '/wt/a')] };
    const [, adopted] = tracesOf([first, other]);
    assert.deepEqual(adopted?.places, [{ path: '/wt/a', from: 20, to: null }]);
    const [alone] = tracesOf([other]);
    assert.deepEqual(alone?.places, [{ path: '/wt/a', from: 0, to: null }]);
    assert.deepEqual(tracesOfOne(dispatched(5, false), made(6, '/wt/a'))?.places[0]?.from, 6);
  });

  it('are none for a task that nobody ever worked on', () => {
    assert.deepEqual(tracesOf([{ ref: { plan: 'p', task: 'a' }, events: [dispatched(5, false)] }]), []);
  });
});
