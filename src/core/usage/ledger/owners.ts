import type { UsageRecord } from '../../agents/records';
import type { Owner, TaskPlace, UsageQuestion } from '../parts';
import { ancestors, type Comparable } from './paths';

const elsewhere: Owner = { kind: 'elsewhere' };
const other: Owner = { kind: 'other' };

/** What of an answer says whose it is. */
export type Traced = Pick<UsageRecord, 'session' | 'parent' | 'cwd' | 'at'> & { readonly agent: string };

export interface OwnersOptions {
  readonly platform: NodeJS.Platform;
  readonly comparable: Comparable;
  /** The session that a session was cut from or started by, as far as it is known. */
  readonly parentOf: (agent: string, session: string) => string | null;
}

/** At most so many sessions lead from one to the task's own; more is a circle. */
const longestLine = 16;

/** A folder that means something: a task's place, or (without an owner) one of the repository's. */
interface Known {
  readonly owner: Owner;
  readonly place: TaskPlace | null;
}

/**
 * Says whose an answer is:
 *
 * 1. the task whose session it is, of that agent; wherever the session has gone to since;
 * 2. the task of the nearest session that it was cut from or started by;
 * 3. the task in whose place it was given, at that time. Of places inside each other the innermost counts, of two tasks
 *    that had one place the one that had it last by then. An answer without a time was given at any time;
 * 4. elsewhere in this repository: in one of its folders, or where a task's place once was;
 * 5. another repository.
 *
 * Owners that are equal are the same object.
 */
export function createOwners(
  question: Pick<UsageQuestion, 'tasks' | 'folders'>,
  o: OwnersOptions,
): (answer: Traced) => Owner {
  const sessions = new Map<string, Map<string, Owner>>();
  const folders = new Map<string, Known[]>();
  const know = (folder: string, known: Known) => {
    for (const form of o.comparable(folder)) {
      const there = folders.get(form);
      if (there === undefined) folders.set(form, [known]);
      else there.push(known);
    }
  };
  for (const { ref, sessions: own, places } of question.tasks) {
    const owner: Owner = { kind: 'task', ref };
    for (const { agent, session } of own) {
      const ofAgent = sessions.get(agent) ?? new Map<string, Owner>();
      sessions.set(agent, ofAgent);
      if (!ofAgent.has(session)) ofAgent.set(session, owner);
    }
    for (const place of places) know(place.path, { owner, place });
  }
  for (const folder of question.folders) know(folder, { owner: elsewhere, place: null });
  for (const there of folders.values()) there.sort(lastFirst);

  function bySession({ agent, session, parent }: Traced): Owner | null {
    const own = sessions.get(agent);
    if (own === undefined) return null;
    let at: string | null = session;
    for (let step = 0; at !== null && step < longestLine; step++) {
      const owner = own.get(at);
      if (owner !== undefined) return owner;
      at = step === 0 ? parent : o.parentOf(agent, at);
    }
    return null;
  }

  /** What is known of the folders around a working directory, the innermost first; asked once for each. */
  const around = new Map<string, readonly (readonly Known[])[]>();
  function knownAround(cwd: string): readonly (readonly Known[])[] {
    const asked = around.get(cwd);
    if (asked !== undefined) return asked;
    let found: Known[][] = [];
    for (const form of o.comparable(cwd)) {
      found = [...ancestors(form, o.platform)].map((at) => folders.get(at) ?? []).filter((some) => some.length > 0);
      if (found.length > 0) break;
    }
    around.set(cwd, found);
    return found;
  }

  return (answer) => {
    const owner = bySession(answer);
    if (owner !== null) return owner;
    if (answer.cwd === null || folders.size === 0) return other;
    const known = knownAround(answer.cwd);
    for (const there of known) {
      const eligible = there.find(({ place }) => place === null || holds(place, answer.at));
      if (eligible !== undefined) return eligible.owner;
    }
    return known.length > 0 ? elsewhere : other;
  };
}

function holds({ from, to }: TaskPlace, at: number | null): boolean {
  return at === null || (from <= at && (to === null || at < to));
}

/** Tasks' places before the repository's own folders, and the latest first. */
function lastFirst(a: Known, b: Known): number {
  if (a.place === null || b.place === null) return Number(a.place === null) - Number(b.place === null);
  return b.place.from - a.place.from;
}
