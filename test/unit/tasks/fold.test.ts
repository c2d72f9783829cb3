import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { TaskEvent } from '../../../src/contract/events';
import { conditionKinds, taskStates } from '../../../src/contract/states';
import { foldEvent, foldTask, resumableSession, taskRecordSchema } from '../../../src/core/tasks/fold';
import { sampled } from '../support/sampled';

type Bare = TaskEvent extends infer E ? (E extends TaskEvent ? Omit<E, 'v' | 'at' | 'by'> : never) : never;

let clock = 0;
function event(bare: Bare, at?: string): TaskEvent {
  clock += 1;
  const when = at ?? new Date(Date.UTC(2026, 0, 1) + clock * 1000).toISOString();
  return { v: 1, at: when, by: { actor: 'cli', pid: 1 }, ...bare } as TaskEvent;
}

const dispatched = (o: { spawned?: boolean } = {}) =>
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
    ...o,
  });
const setup = () => event({ kind: 'state', to: 'setup', reason: 'worktree' });
const made = () => event({ kind: 'worktree-made', worktree: '/w/x', branch: 'agent/x', head: 'h' });
const failed = () => event({ kind: 'worktree-failed', reason: 'disk full' });
const started = (pid = 7, session: string | null = 's1', at?: string) =>
  event(
    {
      kind: 'agent-started',
      agent: 'demo',
      model: null,
      pid,
      pidStarted: '1',
      runner: 6,
      session,
      resumed: false,
      window: null,
    },
    at,
  );
const exited = (exit: number | null, pid = 7, at?: string) =>
  event({ kind: 'agent-exited', pid, exit, signal: exit === null ? 'SIGTERM' : null }, at);

const states = (events: TaskEvent[]) => events.map((_, i) => foldTask(events.slice(0, i + 1))?.state ?? null);

describe('the fold of a task', () => {
  it('walks a task from dispatch to review', () => {
    assert.deepEqual(states([dispatched(), setup(), made(), started(), exited(0)]), [
      'queued',
      'setup',
      'queued',
      'working',
      'review',
    ]);
  });

  it('undoes the dispatch when the worktree could not be made', () => {
    const record = foldTask([dispatched(), setup(), failed()]);
    assert.equal(record?.state, null);
    assert.equal(record?.dispatch, null);
    assert.deepEqual(
      record?.conditions.map(({ kind, reason }) => [kind, reason]),
      [['setup-failed', 'disk full']],
    );
    assert.deepEqual(foldTask([dispatched(), failed(), dispatched(), made()])?.conditions, []);
  });

  it('keeps a failed agent in its state, with the condition failed until the next start', () => {
    const failedRun = [dispatched(), made(), started(), exited(3)];
    assert.equal(foldTask(failedRun)?.state, 'working');
    assert.equal(foldTask(failedRun)?.conditions[0]?.reason, 'exited with 3');
    assert.deepEqual(foldTask([...failedRun, started(8)])?.conditions, []);
    assert.equal(foldTask([dispatched(), made(), started(), exited(null)])?.conditions[0]?.reason, 'stopped');
  });

  it('does not take the end of an earlier agent for the end of this one', () => {
    const record = foldTask([dispatched(), made(), started(7), started(8), exited(0, 7)]);
    assert.equal(record?.state, 'working');
    assert.equal(record?.run?.exited, null);
  });

  it('forgets', () => {
    assert.equal(foldTask([dispatched(), made(), event({ kind: 'forgotten' })]), null);
    assert.equal(foldTask([dispatched(), event({ kind: 'forgotten' }), dispatched()])?.state, 'queued');
  });

  it('keeps since when a condition holds, and when the state was entered', () => {
    const first = event({ kind: 'condition', condition: 'waiting', on: true, reason: 'a', source: 'hook' });
    const second = event({ kind: 'condition', condition: 'waiting', on: true, reason: 'b', source: 'hook' });
    const start = started();
    const record = foldTask([dispatched(), made(), start, first, second]);
    assert.deepEqual(record?.conditions, [{ kind: 'waiting', reason: 'b', since: first.at, source: 'hook' }]);
    assert.equal(record?.since, start.at);
  });

  it('goes on with a session that was cut off, but not with one that ended well or was stillborn', () => {
    const at = (seconds: number) => new Date(Date.UTC(2026, 1, 1) + seconds * 1000).toISOString();
    const run = (...rest: TaskEvent[]) => {
      const record = foldTask([dispatched(), made(), started(7, 's1', at(0)), ...rest]);
      return record === null ? null : resumableSession(record);
    };
    assert.equal(run(), 's1', 'its runner died');
    assert.equal(run(exited(null, 7, at(1))), 's1', 'stopped at once');
    assert.equal(run(exited(3, 7, at(60))), 's1', 'failed after a while');
    assert.equal(run(exited(3, 7, at(1))), null, 'failed at once');
    assert.equal(run(exited(0, 7, at(60))), null, 'done');
  });

  it('is total: any order of any events folds to a record that its schema accepts', () => {
    const anyEvent = fc.oneof(
      fc.constantFrom(
        dispatched(),
        dispatched({ spawned: true }),
        setup(),
        made(),
        failed(),
        event({ kind: 'forgotten' }),
      ),
      fc.record({ pid: fc.integer({ min: 1, max: 3 }) }).map(({ pid }) => started(pid)),
      fc
        .record({ pid: fc.integer({ min: 1, max: 3 }), exit: fc.constantFrom(null, 0, 1) })
        .map(({ pid, exit }) => exited(exit, pid)),
      fc.constantFrom(...taskStates).map((to) => event({ kind: 'state', to, reason: '' })),
      fc
        .record({ condition: fc.constantFrom(...conditionKinds), on: fc.boolean() })
        .map((c) => event({ kind: 'condition', ...c, reason: 'r', source: 's' })),
      fc
        .constantFrom('l1', 'l2')
        .chain((launch) =>
          fc.constantFrom(
            event({ kind: 'launch-requested', launch, mode: 'terminal' }),
            event({ kind: 'launch-claimed', launch }),
            event({ kind: 'launch-lapsed', launch }),
          ),
        ),
      fc.boolean().map((overridden) => event({ kind: 'held', reason: 'h', overridden })),
      fc.string().map((title) => event({ kind: 'text-seen', text: 'sha', title })),
    );
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 25 }), (events) => {
        const record = foldTask(events);
        if (record !== null) {
          const parsed = taskRecordSchema.safeParse(JSON.parse(JSON.stringify(record)));
          assert.ok(parsed.success, parsed.error?.message);
          assert.deepEqual(parsed.data, record);
          const kinds = record.conditions.map(({ kind }) => kind);
          assert.equal(new Set(kinds).size, kinds.length, 'a condition holds once');
        }
        // Step by step is the same as at once: what a window folds on.
        assert.deepEqual(events.reduce(foldEvent, null as ReturnType<typeof foldTask>), record);
      }),
      sampled(300),
    );
  });
});
