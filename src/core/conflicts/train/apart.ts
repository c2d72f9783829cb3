import { type BytePath, foldersOf } from '../../git/bytePath';
import type { TreeChange } from '../../git/treeDiff';

/** What was changed, laid out for questions. Grows as sides are merged. */
export class Footprint {
  readonly paths = new Map<BytePath, TreeChange>();
  /** Folders of changed paths; all folders here without the top. */
  readonly folders = new Set<BytePath>();
  /** Folders of what is no longer there. */
  readonly losing = new Set<BytePath>();
  /** Folders of what was not there before. */
  readonly gaining = new Set<BytePath>();

  constructor(changes: Iterable<TreeChange> = []) {
    this.add(changes);
  }

  add(changes: Iterable<TreeChange>): void {
    for (const change of changes) {
      this.paths.set(change.path, change);
      for (const folder of foldersOf(change.path)) {
        this.folders.add(folder);
        if (change.next === null) this.losing.add(folder);
        if (change.old === null) this.gaining.add(folder);
      }
    }
  }
}

/**
 * `apart`: merging is certainly clean, and gives the result with the changes of the side laid over it.
 * `in place`: it may conflict; where it does not, no other path changes than those that the side changed.
 * `entangled`: anything else, and whatever is in doubt.
 */
export type Relation = 'apart' | 'in place' | 'entangled';

/**
 * How what a side changed stands to what a result changed, since the same commit, their only merge base. The result's
 * changes come in parts, each on top of those before.
 *
 * git's merge (merge-ort.c) asks more of a path than "which side changed it" only if
 * 1. both changed it (a rename changes its old and its new path), or
 * 2. one is a folder of the other (file against folder), or
 * 3. one side added it in a folder that is gone on the other, where it may have been renamed as a whole. That can come
 *    about from several sides, each of which moved only a part of the folder: so what counts is not what one of them
 *    left, but whether anything is known to be left. The top folder is always there.
 * Where both changed a file that was there and is there still, in both, its contents are merged where it lies: it was
 * not renamed, and nothing was renamed to it. What is the same on both sides is no exception to 1: one of them may
 * have renamed it.
 */
export function relate(side: Footprint, result: readonly Footprint[]): Relation {
  let relation: Relation = 'apart';
  for (const part of result) {
    for (const folder of side.folders) if (part.paths.has(folder)) return 'entangled';
    for (const [path, own] of side.paths) {
      if (part.folders.has(path)) return 'entangled';
      const other = part.paths.get(path);
      if (other === undefined) continue;
      if (!isThroughout(own) || !isThroughout(other)) return 'entangled';
      relation = 'in place';
    }
  }
  return addsIntoNothingGone(side, result) ? relation : 'entangled';
}

function isThroughout({ old, next }: TreeChange): boolean {
  return old !== null && next !== null;
}

/** Asked only where what both changed is there in both; what one of them changed is on the other as it was before. */
function addsIntoNothingGone(side: Footprint, result: readonly Footprint[]): boolean {
  const gainedBySide = [...side.gaining].filter((folder) => result.some((part) => part.losing.has(folder)));
  const gainedByResult = [...side.losing].filter((folder) => result.some((part) => part.gaining.has(folder)));
  if (gainedBySide.length + gainedByResult.length === 0) return true;
  const whole = together(result);
  const left = (now: Iterable<TreeChange>, before: Iterable<TreeChange>) =>
    new Set([
      ...[...now].filter(({ next }) => next !== null).flatMap(({ path }) => foldersOf(path)),
      ...[...before].filter(({ old }) => old !== null).flatMap(({ path }) => foldersOf(path)),
    ]);
  const inResult = left(whole, side.paths.values());
  const inSide = left(side.paths.values(), whole);
  return gainedBySide.every((folder) => inResult.has(folder)) && gainedByResult.every((folder) => inSide.has(folder));
}

/** One change a path: from what was before the first part to what is after the last. */
function together(parts: readonly Footprint[]): TreeChange[] {
  const all = new Map<BytePath, TreeChange>();
  for (const part of parts) {
    for (const [path, { old, next }] of part.paths) {
      const first = all.get(path);
      all.set(path, { path, old: first === undefined ? old : first.old, next });
    }
  }
  return [...all.values()];
}
