import type { ConflictPair } from '../../../contract/conflicts';
import { landing, mergeOrder } from '../../plan/mergeOrder';
import type { Plan } from '../../plan/plan';
import type { Subject } from '../side';

/** Something that is to be merged. */
export interface Candidate {
  readonly ref: string;
  /** `plan/task`; null: it belongs to no task. */
  readonly task: string | null;
  /** Against its base; null: not known. */
  readonly changedFiles: number | null;
}

/** One place in the merge order. */
export interface MergePlace {
  readonly ref: string;
  /** One clause for people. */
  readonly why: string;
}

type Verdict = Pick<ConflictPair, 'a' | 'b' | 'verdict'>;

/**
 * Who is to be merged at all: neither the main worktree's branch nor a base, onto which the others go. A base that is
 * a task's own branch (work stacked on other work) has to land like the rest.
 * @param bases names of all bases
 */
export function joinsTrain(subject: Subject, bases: ReadonlySet<string>): boolean {
  return subject.worktree?.main !== true && (subject.task !== null || !bases.has(subject.ref));
}

/**
 * The order in which all should be merged. `dependsOn`, `after` and a plan's `mergeOrder` always hold, also by way of
 * tasks that have nothing to merge; a plan that waits in a circle lands as `mergeOrder` of the plans breaks it. Between
 * those that are free, whoever conflicts with the fewest of those left goes next (what is not known counts as a
 * conflict), then the smaller one, then by name. What belongs to no task comes last.
 *
 * The same facts give the same order, in every process. Sizes are compared by powers of two, so that one file more does
 * not reorder what is merged.
 * @returns each ref once
 */
export function mergeOrderOf(o: {
  readonly refs: readonly Candidate[];
  readonly plans: readonly Plan[];
  readonly pairs: readonly Verdict[];
}): MergePlace[] {
  const waits = constraints(o.refs, o.plans);
  const left = new Map(o.refs.map((each) => [each.ref, each]));
  const enemies = new Enemies(o.pairs.filter(({ a, b }) => left.has(a) && left.has(b)));
  const order: MergePlace[] = [];
  const placed: string[] = [];
  const tasks = o.refs.some(({ task }) => task !== null);
  while (left.size > 0) {
    const isFree = ({ ref }: Candidate) => ![...(waits.get(ref)?.keys() ?? [])].some((other) => left.has(other));
    const ofTasks = [...left.values()].filter(({ task }) => task !== null);
    const rivals = ofTasks.length > 0 ? ofTasks : [...left.values()];
    const next = rivals.filter(isFree).sort((x, y) => compare(x, y, (ref) => enemies.count(ref, left)))[0];
    // The constraints are free of circles: somebody is always free.
    if (next === undefined) break;
    const ground = waitedFor(waits.get(next.ref), placed) ?? enemies.why(next.ref, left, rivals);
    order.push({ ref: next.ref, why: next.task === null && tasks ? `no task; ${ground}` : ground });
    left.delete(next.ref);
    placed.push(next.ref);
  }
  return order;
}

function compare(x: Candidate, y: Candidate, conflicts: (ref: string) => number): number {
  return conflicts(x.ref) - conflicts(y.ref) || sizeClass(x) - sizeClass(y) || (x.ref < y.ref ? -1 : 1);
}

/** 0, 1, 2–3, 4–7 …; what is not known is the largest. */
function sizeClass({ changedFiles }: Candidate): number {
  return changedFiles === null ? 64 : Math.ceil(Math.log2(changedFiles + 1));
}

/** For each ref those that go before it, with the reason. */
type Waits = ReadonlyMap<string, ReadonlyMap<string, string>>;

function constraints(refs: readonly Candidate[], plans: readonly Plan[]): Waits {
  const byTask = new Map<string, string[]>();
  for (const { ref, task } of refs) if (task !== null) byTask.set(task, [...(byTask.get(task) ?? []), ref]);
  const waits = new Map<string, Map<string, string>>();
  for (const plan of plans) {
    const before = reasons(plan);
    for (const task of before.keys()) {
      const own = byTask.get(`${plan.id}/${task}`) ?? [];
      if (own.length === 0) continue;
      const others = present(task, before, (id) => byTask.get(`${plan.id}/${id}`) ?? []);
      for (const ref of own) waits.set(ref, others);
    }
  }
  return waits;
}

/** For each task of a plan those that land before it, and why. Free of circles. */
function reasons(plan: Plan): Map<string, Map<string, string>> {
  const { order, cycle } = mergeOrder(plan);
  if (cycle !== null) {
    const why = 'its plan waits in a circle';
    return new Map(
      order.map((id, index) => {
        const previous = order[index - 1];
        return [id, new Map(previous === undefined ? [] : [[previous, why]])];
      }),
    );
  }
  const fields = new Map(plan.tasks.map((task) => [task.ref.task, task.fields]));
  const reason = (id: string, other: string) => {
    if (fields.get(id)?.dependsOn?.includes(other)) return 'depends on it';
    return fields.get(id)?.after?.includes(other) ? 'wants to land after it' : "its plan's order";
  };
  return new Map(
    [...landing(plan).before].map(([id, others]) => [
      id,
      new Map([...others].map((other) => [other, reason(id, other)])),
    ]),
  );
}

/** Who a task waits for among those that have something to merge; a task that has nothing hands on whom it waits for. */
function present(
  task: string,
  before: ReadonlyMap<string, ReadonlyMap<string, string>>,
  refsOf: (task: string) => readonly string[],
): Map<string, string> {
  const found = new Map<string, string>();
  const seen = new Set([task]);
  const queue: (readonly [string, string])[] = [...(before.get(task) ?? [])];
  for (const [id, why] of queue) {
    if (seen.has(id)) continue;
    seen.add(id);
    const refs = refsOf(id);
    for (const ref of refs) found.set(ref, why);
    if (refs.length === 0) queue.push(...[...(before.get(id)?.keys() ?? [])].map((next) => [next, why] as const));
  }
  return found;
}

/** Of several only the last one: it is what the place follows from. */
function waitedFor(waits: ReadonlyMap<string, string> | undefined, placed: readonly string[]): string | null {
  const last = placed.findLast((ref) => waits?.has(ref));
  return last === undefined ? null : `after ${last} (${waits?.get(last)})`;
}

/** Who does not merge cleanly with whom. */
class Enemies {
  readonly #of = new Map<string, Map<string, 'conflict' | 'unknown'>>();

  constructor(pairs: readonly Verdict[]) {
    for (const { a, b, verdict } of pairs) {
      if (verdict === 'clean') continue;
      this.#note(a, b, verdict);
      this.#note(b, a, verdict);
    }
  }

  #note(ref: string, other: string, verdict: 'conflict' | 'unknown'): void {
    const known = this.#of.get(ref) ?? new Map<string, 'conflict' | 'unknown'>();
    known.set(other, verdict);
    this.#of.set(ref, known);
  }

  count(ref: string, left: ReadonlyMap<string, unknown>): number {
    return this.#among(ref, left).length;
  }

  why(ref: string, left: ReadonlyMap<string, unknown>, rivals: readonly Candidate[]): string {
    const among = this.#among(ref, left);
    if (among.length === 0) return (this.#of.get(ref)?.size ?? 0) === 0 ? nobody : `${nobody} after it`;
    const conflicts = among.filter((verdict) => verdict === 'conflict').length;
    const unknown = among.length - conflicts;
    const said = [
      ...(conflicts === 0 ? [] : [`${conflicts} ${conflicts === 1 ? 'conflict' : 'conflicts'}`]),
      ...(unknown === 0 ? [] : [`${unknown} unknown`]),
    ].join(' and ');
    const fewest = rivals.every((other) => this.count(other.ref, left) >= among.length);
    return `${said}, fewest of those ${fewest ? 'left' : 'that may go now'}`;
  }

  #among(ref: string, left: ReadonlyMap<string, unknown>): ('conflict' | 'unknown')[] {
    return [...(this.#of.get(ref) ?? [])].filter(([other]) => left.has(other)).map(([, verdict]) => verdict);
  }
}

const nobody = 'conflicts with nobody';
