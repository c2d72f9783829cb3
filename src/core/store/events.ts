import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventBy, RepositoryEvent, TaskEvent } from '../../contract/events';
import type { TaskRef } from '../../contract/plan';
import type { StoreContext } from './context';
import { type Damage, errorText, isMissing, StoreError } from './errors';
import { appendOnce } from './files';
import { parseStreamName, streamName } from './names';
import { type EventSchemas, repositoryEventSchemas, taskEventSchemas } from './schemas';
import { readStream, type StreamState } from './stream';

type New<E> = E extends unknown ? Omit<E, 'v' | 'at' | 'by'> & { readonly by?: Partial<EventBy> } : never;
/** An event as its writer gives it: the store adds version, time and writer. */
export type NewTaskEvent = New<TaskEvent>;
export type NewRepositoryEvent = New<RepositoryEvent>;

export interface ReadStream<E> {
  /** In the order in which they were appended. */
  readonly events: E[];
  /** Lines that were skipped. */
  readonly damage: Damage[];
}

/** The append-only logs in `events/`: the truth of what happened. */
export interface EventLogs {
  /**
   * Appends with one write, so that no writer loses another's line.
   * @throws StoreError `bad-name`, `bad-event`, `failed`
   */
  appendTask(ref: TaskRef, event: NewTaskEvent): Promise<TaskEvent>;
  appendRepository(event: NewRepositoryEvent): Promise<RepositoryEvent>;
  /** All events of a task; reads only what was appended since the last call. A task without a log has none. */
  readTask(ref: TaskRef): Promise<ReadStream<TaskEvent>>;
  readRepository(): Promise<ReadStream<RepositoryEvent>>;
  /** The tasks that have a log, by plan and task. */
  tasks(): Promise<TaskRef[]>;
}

export function createEventLogs(context: StoreContext): EventLogs {
  const dir = join(context.dir, 'events');
  const taskStreams = new Map<string, StreamState<TaskEvent>>();
  const repositoryStreams = new Map<string, StreamState<RepositoryEvent>>();

  async function append<E extends { kind: string }>(
    name: string,
    event: { kind: E['kind']; by?: Partial<EventBy> },
    schemas: EventSchemas<E>,
  ): Promise<E> {
    const by: EventBy = { actor: context.actor, pid: process.pid, ...event.by };
    const whole = { ...event, v: 1, at: context.now().toISOString(), by };
    const schema = Object.hasOwn(schemas, event.kind) ? schemas[event.kind as E['kind']] : null;
    const parsed = schema?.safeParse(whole);
    if (parsed?.success !== true) {
      const why = parsed === undefined ? 'the kind is not known' : parsed.error.message;
      throw new StoreError('bad-event', `The event ${JSON.stringify(event.kind)} was not recorded: ${why}`);
    }
    const file = join(dir, `${name}.jsonl`);
    // The newline in front ends whatever stump a crashed writer left.
    await appendOnce(file, Buffer.from(`\n${JSON.stringify(parsed.data)}\n`, 'utf8'));
    context.touched('events', `${name}.jsonl`);
    return parsed.data;
  }

  async function read<E extends { kind: string }>(
    name: string,
    schemas: EventSchemas<E>,
    cache: Map<string, StreamState<E>>,
  ): Promise<ReadStream<E>> {
    const state = await readStream(join(dir, `${name}.jsonl`), schemas, cache.get(name) ?? null);
    cache.set(name, state);
    for (const damage of state.all.damage) context.report(damage);
    return { events: [...state.all.events], damage: [...state.all.damage] };
  }

  return {
    async appendTask(ref, event) {
      return await append<TaskEvent>(streamName(ref), event, taskEventSchemas);
    },
    async appendRepository(event) {
      return await append<RepositoryEvent>('repository', event, repositoryEventSchemas);
    },
    async readTask(ref) {
      return await read<TaskEvent>(streamName(ref), taskEventSchemas, taskStreams);
    },
    async readRepository() {
      return await read<RepositoryEvent>('repository', repositoryEventSchemas, repositoryStreams);
    },
    async tasks() {
      return await listTaskStreams(context.dir);
    },
  };
}

/** The tasks that have a log in a store; none when the folder is not there. */
export async function listTaskStreams(storeDir: string): Promise<TaskRef[]> {
  let names: string[];
  try {
    names = await readdir(join(storeDir, 'events'));
  } catch (error) {
    if (isMissing(error)) return [];
    throw new StoreError(
      'failed',
      `The events cannot be listed: ${errorText(error)}. Check the folder's permissions.`,
      {
        file: storeDir,
        cause: error,
      },
    );
  }
  const refs: TaskRef[] = [];
  for (const name of names.sort()) {
    const ref = name.endsWith('.jsonl') ? parseStreamName(name.slice(0, -'.jsonl'.length)) : null;
    if (ref !== null) refs.push(ref);
  }
  return refs;
}
