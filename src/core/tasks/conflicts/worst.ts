import type { ConflictsJson, Verdict } from '../../../contract/conflicts';

/** The worst verdict of each task's cells, by `plan/task`. A task that is not in it: nothing is known. */
export type Worst = ReadonlyMap<string, Verdict>;

const rank: Readonly<Record<Verdict, number>> = { clean: 0, unknown: 1, conflict: 2 };

/**
 * Over all pairs of a task and its cell against the base: a conflict is worse than something unknown, which is worse
 * than clean. A task without any cell is not in it.
 * @param json ages applied
 */
export function worstByTask(json: ConflictsJson): Worst {
  const byRef = new Map<string, Verdict>();
  const note = (ref: string, verdict: Verdict) => {
    const known = byRef.get(ref);
    if (known === undefined || rank[verdict] > rank[known]) byRef.set(ref, verdict);
  };
  for (const { a, b, verdict } of json.pairs) {
    note(a, verdict);
    note(b, verdict);
  }
  for (const { ref, verdict } of json.againstBase) note(ref, verdict);
  const worst = new Map<string, Verdict>();
  for (const { ref, task } of json.branches) {
    const verdict = byRef.get(ref);
    if (task === null || verdict === undefined) continue;
    const known = worst.get(task);
    if (known === undefined || rank[verdict] > rank[known]) worst.set(task, verdict);
  }
  return worst;
}
