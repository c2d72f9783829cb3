import type { TaskEvent } from '../../contract/events';
import type { TaskRow, WatchLine } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import { type ConditionKind, conditionKinds, type TaskState, taskStates } from '../../contract/states';
import { parseStreamName } from '../store/names';
import type { TaskContext } from './context';
import { foldEvent, type TaskRecord } from './fold';
import { recordLostRunners } from './reconcile';
import { refName, sameRef, streamName } from './refs';
import { TaskError } from './taskError';

/** How far one stream was told. */
interface Told {
  count: number;
  record: TaskRecord | null;
}

/** A runner that was killed writes nothing: somebody has to look. */
const lookForLostMs = 5000;

/**
 * What happens from now on, as it happens: one line per event. Ends when `signal` aborts.
 * @param only of this task alone
 */
export async function* watchTasks(
  context: TaskContext,
  signal: AbortSignal,
  only?: TaskRef,
): AsyncGenerator<WatchLine> {
  const { store } = context;
  const dirty = new Set<string>();
  let wake: (() => void) | null = null;
  const stir = (name: string) => {
    dirty.add(name);
    wake?.();
  };
  const changes = store.onDidChange(({ area, name }) => {
    if (area === 'events') stir(name ?? '*');
  });
  const watching = store.watch();
  const lost = setInterval(() => void lookForLost(context), lookForLostMs);
  const onAbort = () => wake?.();
  signal.addEventListener('abort', onAbort);
  try {
    const told = await whereWeAre(context);
    // Events that came between the first look and the watch's own are read once more here.
    stir('*');
    while (!signal.aborted) {
      const names = [...dirty];
      dirty.clear();
      for (const ref of await streamsOf(context, names)) {
        if (only === undefined || sameRef(ref, only)) yield* tellTask(context, ref, told);
      }
      if (only === undefined && names.some((name) => name === '*' || name === 'repository'))
        yield* tellRepository(context, told);
      if (dirty.size === 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = null;
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearInterval(lost);
    watching.dispose();
    changes.dispose();
  }
}

async function lookForLost(context: TaskContext): Promise<void> {
  try {
    await recordLostRunners(context);
  } catch (error) {
    // The next look comes in a few seconds; what goes on is still told.
    context.host.log.warn(`Lost runners could not be looked for: ${error instanceof Error ? error.message : error}`);
  }
}

async function whereWeAre(context: TaskContext): Promise<Map<string, Told>> {
  const told = new Map<string, Told>();
  for (const ref of await context.store.events.tasks()) {
    const { events } = await context.store.events.readTask(ref);
    told.set(streamName(ref), { count: events.length, record: foldAll(events) });
  }
  const { events } = await context.store.events.readRepository();
  told.set('repository', { count: events.length, record: null });
  return told;
}

function foldAll(events: readonly TaskEvent[]): TaskRecord | null {
  return events.reduce<TaskRecord | null>(foldEvent, null);
}

async function streamsOf(context: TaskContext, names: readonly string[]): Promise<TaskRef[]> {
  if (names.includes('*')) return context.store.events.tasks();
  return names.map(parseStreamName).filter((ref) => ref !== null);
}

async function* tellTask(context: TaskContext, ref: TaskRef, told: Map<string, Told>): AsyncGenerator<WatchLine> {
  const { events } = await context.store.events.readTask(ref);
  const state = told.get(streamName(ref)) ?? { count: 0, record: null };
  told.set(streamName(ref), state);
  // A log that shrank was deleted or replaced: what is in it now was told, or is older than we are.
  if (events.length < state.count) Object.assign(state, { count: events.length, record: foldAll(events) });
  while (state.count < events.length) {
    const event = events[state.count];
    state.count += 1;
    if (event === undefined) continue;
    const from = state.record?.state ?? null;
    state.record = foldEvent(state.record, event);
    yield {
      at: event.at,
      kind: event.kind,
      plan: ref.plan,
      task: ref.task,
      from,
      to: state.record?.state ?? null,
      source: event.kind === 'condition' ? event.source : event.by.actor,
    };
  }
}

async function* tellRepository(context: TaskContext, told: Map<string, Told>): AsyncGenerator<WatchLine> {
  const { events } = await context.store.events.readRepository();
  const state = told.get('repository') ?? { count: 0, record: null };
  told.set('repository', state);
  if (events.length < state.count) state.count = events.length;
  for (; state.count < events.length; state.count += 1) {
    const event = events[state.count];
    if (event === undefined) continue;
    yield { at: event.at, kind: event.kind, plan: null, task: null, from: null, to: null, source: event.by.actor };
  }
}

/** What can be waited for: a state, or a condition. */
export type Awaitable = TaskState | ConditionKind;
export function isAwaitable(text: string): text is Awaitable {
  return [...taskStates, ...conditionKinds].some((known) => known === text);
}

/**
 * Waits until a task is in a state or has a condition. A state that it passes through while we wait counts.
 * @throws TaskError `no-task`, `timeout`, `cancelled`
 */
export async function waitFor(
  context: TaskContext,
  ref: TaskRef,
  wanted: Awaitable,
  o: { timeoutMs: number | null; signal: AbortSignal; row: () => Promise<TaskRow | null> },
): Promise<TaskRow> {
  const timeout = o.timeoutMs === null ? null : AbortSignal.timeout(o.timeoutMs);
  const signal = timeout === null ? o.signal : AbortSignal.any([o.signal, timeout]);
  let row = await mustHave(o.row, ref);
  if (fits(row, wanted)) return row;
  for await (const line of watchTasks(context, signal, ref)) {
    row = await mustHave(o.row, ref);
    if (fits(row, wanted) || (line.to === wanted && line.from !== wanted)) return row;
  }
  if (o.signal.aborted) throw new TaskError('cancelled', `Waiting for ${refName(ref)} was interrupted.`);
  throw new TaskError(
    'timeout',
    `${refName(ref)} is not ${wanted} after ${(o.timeoutMs ?? 0) / 1000} s: it is ${stateText(row)}.`,
  );
}

async function mustHave(read: () => Promise<TaskRow | null>, ref: TaskRef): Promise<TaskRow> {
  const row = await read();
  if (row === null) throw new TaskError('no-task', `There is no task ${refName(ref)}.`);
  return row;
}

function fits(row: TaskRow, wanted: Awaitable): boolean {
  return row.state === wanted || row.conditions.some(({ kind }) => kind === wanted);
}

function stateText(row: TaskRow): string {
  const conditions = row.conditions.map(({ kind, reason }) => `${kind}: ${reason}`).join('; ');
  return conditions === '' ? row.state : `${row.state} (${conditions})`;
}
