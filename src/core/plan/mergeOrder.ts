import type { Plan } from './plan';

const byId = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** For each task the tasks of this plan that it names in `dependsOn` or `after`, without itself. */
export function waitsFor(plan: Plan): Map<string, Set<string>> {
  const ids = new Set(plan.tasks.map((task) => task.ref.task));
  return new Map(
    plan.tasks.map((task) => {
      const named = [...(task.fields.dependsOn ?? []), ...(task.fields.after ?? [])];
      return [task.ref.task, new Set(named.filter((id) => ids.has(id)))];
    }),
  );
}

/** What a plan says about who lands before whom: its tasks' wishes, overridden by its own list. */
export interface Landing {
  /** For each task those that must have landed before it. */
  readonly before: ReadonlyMap<string, ReadonlySet<string>>;
  /** Place in the plan's own list. */
  readonly rank: ReadonlyMap<string, number>;
}

/** A list in `mergeOrder` need not be complete; between two tasks that it names it overrides the tasks' own wishes. */
export function landing(plan: Plan): Landing {
  const before = waitsFor(plan);
  const wanted = [...new Set(plan.fields.mergeOrder ?? [])].filter((id) => before.has(id));
  const rank = new Map(wanted.map((id, index) => [id, index]));
  for (const [id, set] of before) {
    if (rank.has(id)) for (const other of [...set]) if (rank.has(other)) set.delete(other);
  }
  wanted.forEach((id, index) => {
    const previous = wanted[index - 1];
    if (previous !== undefined) before.get(id)?.add(previous);
  });
  return { before, rank };
}

/**
 * The order in which the tasks of a plan land: by `mergeOrder` where the plan gives it, else what `dependsOn` and
 * `after` say, and by name among equals, so that the order never changes by itself.
 * @returns all tasks, each once. With a cycle its members are named (first one only, in the order in which each waits
 *   for the next) and the order breaks the cycle at its first name: good for showing, not for merging.
 */
export function mergeOrder(plan: Plan): { order: string[]; cycle: string[] | null } {
  const { before, rank } = landing(plan);
  const cycle = cycles(before)[0] ?? null;
  const rankOf = (id: string) => rank.get(id) ?? rank.size;
  const order: string[] = [];
  const left = [...before.keys()].sort((a, b) => rankOf(a) - rankOf(b) || byId(a, b));
  while (left.length > 0) {
    const free = left.findIndex((id) =>
      [...(before.get(id) ?? [])].every((other) => order.includes(other) || other === id),
    );
    // Nobody is free: a cycle, already told; its first name goes ahead so that everyone gets a place.
    order.push(...left.splice(Math.max(free, 0), 1));
  }
  return { order, cycle };
}

/**
 * One cycle of each knot in a graph, as ids in the order in which each waits for the next; each begins with its
 * smallest name. A task that waits for itself is a cycle of one.
 */
export function cycles(waits: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const found: string[][] = [];
  const told = new Set<string>();
  for (const start of [...waits.keys()].sort(byId)) {
    if (told.has(start)) continue;
    const cycle = shortestBack(start, waits);
    if (cycle === null || cycle.some((id) => told.has(id))) continue;
    for (const id of cycle) told.add(id);
    found.push(cycle);
  }
  return found;
}

/** The shortest way from `start` back to itself, or null. */
function shortestBack(start: string, waits: ReadonlyMap<string, ReadonlySet<string>>): string[] | null {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const id of queue) {
    for (const next of [...(waits.get(id) ?? [])].sort(byId)) {
      if (next === start) {
        const path = [id];
        for (let at = id; at !== start; ) {
          at = cameFrom.get(at) ?? start;
          path.unshift(at);
        }
        return path;
      }
      if (!cameFrom.has(next) && waits.has(next)) {
        cameFrom.set(next, id);
        queue.push(next);
      }
    }
  }
  return null;
}
