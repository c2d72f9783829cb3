import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { ArchiveRecord, TaskEvent } from '../../../src/contract/events';
import { foldTask, taskRecordSchema } from '../../../src/core/tasks/fold';
import { sampled } from '../support/sampled';

type Bare = TaskEvent extends infer E ? (E extends TaskEvent ? Omit<E, 'v' | 'at' | 'by'> : never) : never;

let clock = 0;
function event(bare: Bare): TaskEvent {
  clock += 1;
  const at = new Date(Date.UTC(2026, 0, 1) + clock * 1000).toISOString();
  return { v: 1, at, by: { actor: 'cli', pid: 1 }, ...bare } as TaskEvent;
}

const dispatched = () =>
  event({
    kind: 'dispatched',
    agent: 'demo',
    model: null,
    permissions: 'edits',
    brief: 'b',
    text: 't',
    base: 'main',
    baseHead: 'h',
    branch: 'agent/x',
    rivals: null,
    title: 'X',
  });
const made = () => event({ kind: 'worktree-made', worktree: '/w/x', branch: 'agent/x', head: 'h' });
const inReview = () => event({ kind: 'state', to: 'review', reason: '' });
const archive = (id: string): ArchiveRecord => ({
  id,
  ref: `refs/switchyard/archive/p~x/${id}`,
  commit: 'c',
  trash: `/w/.trash/${id}`,
  worktree: '/w/x',
  branch: 'agent/x',
  branchTip: 'h',
  branchDeleted: true,
  head: 'h',
  bytes: 1,
});
const cleaned = (id = 'a1') => event({ kind: 'cleaned', archive: archive(id) });
const restored = (id = 'a1') =>
  event({ kind: 'restored', archive: id, worktree: '/w/x', branch: 'agent/x', head: 'h', from: 'trash' });
const setup = (exit: number | null, skipped = false) =>
  event({ kind: 'setup', commands: [{ command: 'npm ci', exit, ms: 5 }], exit, skipped });

describe('the fold of a worktree', () => {
  it('goes back to the state before when what was cleaned is restored', () => {
    const before = [dispatched(), made(), inReview()];
    const gone = foldTask([...before, cleaned()]);
    assert.equal(gone?.state, 'cleaned');
    assert.equal(gone?.worktree, null);
    assert.deepEqual(
      gone?.archives.map(({ id }) => id),
      ['a1'],
    );
    const back = foldTask([...before, cleaned(), restored()]);
    assert.equal(back?.state, 'review');
    assert.equal(back?.worktree?.path, '/w/x');
    assert.deepEqual(back?.archives, []);
    assert.equal(back?.cleanedFrom, null);
  });

  it('says the same when a recovery says a second time what happened', () => {
    const once = foldTask([dispatched(), made(), inReview(), cleaned()]);
    const twice = foldTask([dispatched(), made(), inReview(), cleaned(), cleaned()]);
    assert.equal(twice?.cleanedFrom, once?.cleanedFrom);
    assert.equal(twice?.archives.length, 1);
  });

  it('keeps an archive over the next dispatch, until it is restored or deleted for good', () => {
    const again = [dispatched(), made(), cleaned('a1'), dispatched(), made(), cleaned('a2')];
    const ids = (events: TaskEvent[]) => foldTask(events)?.archives.map(({ id }) => id);
    assert.deepEqual(ids(again), ['a1', 'a2']);
    assert.deepEqual(ids([...again, event({ kind: 'archive-deleted', archive: 'a1' })]), ['a2']);
    assert.deepEqual(ids([...again, restored('a2')]), ['a1']);
  });

  it('names the set-up command that failed until the set-up succeeds or a human does without it', () => {
    const reason = (...events: TaskEvent[]) =>
      foldTask([dispatched(), made(), ...events])?.conditions.find(({ kind }) => kind === 'setup-failed')?.reason;
    assert.equal(reason(setup(1)), 'npm ci: exit code 1');
    assert.equal(reason(setup(null)), 'npm ci: interrupted');
    assert.equal(reason(setup(1), setup(0)), undefined);
    assert.equal(reason(setup(1), setup(1, true)), undefined);
    assert.equal(foldTask([dispatched(), made(), setup(1), dispatched()])?.setup, null, 'a new worktree begins anew');
  });

  it('follows a worktree that was moved, and only that one', () => {
    const move = (from: string) => event({ kind: 'worktree-moved', from, to: '/w/y' });
    assert.equal(foldTask([dispatched(), made(), move('/w/x')])?.worktree?.path, '/w/y');
    assert.equal(foldTask([dispatched(), made(), move('/w/z')])?.worktree?.path, '/w/x');
  });

  it('knows the app that runs, not one that another has replaced', () => {
    const started = (pid: number) =>
      event({ kind: 'app-started', pid, pidStarted: null, port: 2000, url: 'http://localhost:2000', log: '/l' });
    const stopped = (pid: number) => event({ kind: 'app-stopped', pid, exit: 0 });
    assert.equal(foldTask([dispatched(), made(), started(1), started(2), stopped(1)])?.app?.pid, 2);
    assert.equal(foldTask([dispatched(), made(), started(1), stopped(1)])?.app, null);
  });

  it('is total: any order of these events folds to a record that its schema accepts', () => {
    const any = fc.constantFrom<() => TaskEvent>(
      dispatched,
      made,
      inReview,
      cleaned,
      () => cleaned('a2'),
      restored,
      () => setup(0),
      () => setup(1),
      () => setup(null, true),
      () => event({ kind: 'worktree-ready', copied: ['.env'], leftOut: [{ path: 'x', why: 'y' }], submodules: [] }),
      () => event({ kind: 'ports', first: 20010 }),
      () => event({ kind: 'worktree-moved', from: '/w/x', to: '/w/y' }),
      () => event({ kind: 'archive-deleted', archive: 'a1' }),
      () => event({ kind: 'synced', method: 'rebase', from: 'a', to: 'b', base: 'c' }),
      () => event({ kind: 'recovered', operation: 'clean', outcome: 'undone', reason: 'r' }),
      () => event({ kind: 'forgotten' }),
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 20 }), (makers) => {
        const record = foldTask(makers.map((make) => make()));
        if (record !== null) assert.ok(taskRecordSchema.safeParse(record).success);
      }),
      sampled(500),
    );
  });
});
