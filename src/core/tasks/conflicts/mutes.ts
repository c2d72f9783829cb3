import type { Muted } from '../../../contract/conflicts';
import type { RepositoryEvent } from '../../../contract/events';
import { gitUser } from '../../git/user';
import type { TaskContext } from '../context';
import { TaskError } from '../taskError';

/** Hazards that somebody has put aside, by their ids. */
export type Mutes = ReadonlyMap<string, Muted>;

/** The last word on each hazard counts. */
export function foldMutes(events: readonly RepositoryEvent[]): Mutes {
  const mutes = new Map<string, Muted>();
  for (const event of events) {
    if (event.kind === 'hazard-muted') {
      mutes.set(event.hazard, { reason: event.reason, who: event.who, at: event.at });
    } else if (event.kind === 'hazard-unmuted') mutes.delete(event.hazard);
  }
  return mutes;
}

export async function readMutes({ store }: Pick<TaskContext, 'store'>): Promise<Mutes> {
  return foldMutes((await store.events.readRepository()).events);
}

/**
 * Puts a hazard aside, for everybody: it is shown as muted from now on, whenever it is there.
 * @throws TaskError `bad-hazard` when there is no reason; GitError; StoreError
 */
export async function muteHazard(context: TaskContext, id: string, reason: string): Promise<void> {
  const why = reason.trim();
  if (why === '') throw new TaskError('bad-hazard', 'A hazard is muted with a reason; say why it is none.');
  await context.store.events.appendRepository({
    kind: 'hazard-muted',
    hazard: id,
    reason: why,
    who: await gitUser(context.git, context.layout),
  });
}

/** Takes that back. @throws TaskError `bad-hazard` when it is not muted; GitError; StoreError */
export async function unmuteHazard(context: TaskContext, id: string): Promise<void> {
  if (!(await readMutes(context)).has(id)) {
    throw new TaskError(
      'bad-hazard',
      `${JSON.stringify(id)} names no muted hazard; take its id from "switchyard conflicts".`,
    );
  }
  await context.store.events.appendRepository({
    kind: 'hazard-unmuted',
    hazard: id,
    who: await gitUser(context.git, context.layout),
  });
}
