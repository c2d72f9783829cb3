import type { TaskEvent } from '../../../contract/events';
import type { TaskRef } from '../../../contract/plan';
import type { TaskPlace, TaskTraces } from '../../usage/parts';

export interface TaskHistory {
  readonly ref: TaskRef;
  /** Oldest first. */
  readonly events: readonly TaskEvent[];
}

interface Place {
  readonly path: string;
  from: number;
  to: number | null;
  /** The worktree was there before it became this task's. */
  readonly adopted: boolean;
}

interface Found {
  readonly ref: TaskRef;
  readonly sessions: TaskTraces['sessions'];
  readonly places: Place[];
}

/**
 * By what the records of tasks are recognised, from all that ever happened to them: what an agent used stays its task's
 * when the worktree is moved, cleaned or restored, and when the task is forgotten.
 */
export function tracesOf(histories: readonly TaskHistory[]): TaskTraces[] {
  const found = histories.map(({ ref, events }): Found => ({ ref, ...follow(events) }));
  const ends = endsByPath(found);
  for (const { places } of found) {
    for (const place of places) if (place.adopted) place.from = beganAt(place, ends.get(place.path) ?? []);
  }
  return found.flatMap(({ ref, sessions, places }) =>
    sessions.length + places.length === 0 ? [] : [{ ref, sessions, places: places.map(plain) }],
  );
}

function follow(events: readonly TaskEvent[]): Omit<Found, 'ref'> {
  const sessions = new Map<string, { agent: string; session: string }>();
  const places: Place[] = [];
  let open: Place | null = null;
  let adopted = false;
  const close = (at: number) => {
    if (open !== null) open.to = at;
    open = null;
  };
  const begin = (path: string, from: number, wasThere = false) => {
    if (open?.path === path) return;
    close(from);
    open = { path, from, to: null, adopted: wasThere };
    places.push(open);
  };
  for (const event of events) {
    const at = Date.parse(event.at);
    if (Number.isNaN(at)) continue;
    switch (event.kind) {
      case 'dispatched':
        adopted = event.adopted === true;
        break;
      case 'agent-started':
        if (event.session !== null)
          sessions.set(`${event.agent}\n${event.session}`, { agent: event.agent, session: event.session });
        break;
      case 'worktree-made':
        begin(event.worktree, at, adopted);
        break;
      case 'restored':
        begin(event.worktree, at);
        break;
      case 'worktree-moved': {
        // Moved some time before somebody saw it: what was written at the new path until then is the task's as well.
        const from = openSince(places, event.from) ?? at;
        begin(event.to, at);
        const moved = places.at(-1);
        if (moved?.path === event.to) moved.from = from;
        break;
      }
      case 'cleaned':
      case 'forgotten':
      case 'worktree-failed':
        close(at);
        break;
      default:
        break;
    }
  }
  return { sessions: [...sessions.values()], places };
}

function openSince(places: readonly Place[], path: string): number | null {
  const last = places.at(-1);
  return last?.path === path && last.to === null ? last.from : null;
}

function endsByPath(found: readonly Found[]): Map<string, number[]> {
  const ends = new Map<string, number[]>();
  for (const { path, to } of found.flatMap(({ places }) => places)) {
    if (to === null) continue;
    const there = ends.get(path);
    if (there === undefined) ends.set(path, [to]);
    else there.push(to);
  }
  return ends;
}

/** Work that was adopted is the task's from its beginning: since whatever task had the folder before, or ever. */
function beganAt({ from }: Place, ends: readonly number[]): number {
  return ends.reduce((latest, end) => (end <= from && end > latest ? end : latest), 0);
}

function plain({ path, from, to }: Place): TaskPlace {
  return { path, from, to };
}
