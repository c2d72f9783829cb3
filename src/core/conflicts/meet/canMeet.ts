import type { Changes } from './changes';

/**
 * Whether merging two sides could be anything but clean, from what each changed since their only merge base. May say
 * yes too often, never no too often; `a` and `b` may each be a part of what a side changed, if every part of one is
 * held against every part of the other (what a side changed by way of other commits is within the sum of the parts).
 *
 * git's merge (merge-ort.c) asks something of a path only where one of these holds:
 * 1. Both sides changed it. The same new content is fine if the path was there before. If it was not, it may be the
 *    target of a rename; if it is gone on both, one may have renamed it and the other renamed it elsewhere or deleted
 *    it.
 * 2. A changed path is a folder of a changed path of the other side: file against folder, submodule against folder.
 * 3. One side added a path in a folder that is no folder any more on the other: the folder may have been renamed, and
 *    the added path follows it or conflicts. git takes a folder as renamed only
 *    when nothing of it is left, and never the top folder (`check_dir_renamed` stops below it). What a side renames
 *    into such a folder counts as added, and so does what the first rename of two moves into a folder renamed next.
 * A file that one side renames and the other did not touch merges to what the first has (rule 1 has its old path).
 * Limits of rename detection, `merge.renames` and `merge.directoryRenames` can only take renames away that are
 * reckoned with here. Attributes and merge drivers matter only where contents are merged, and contents are merged
 * only at a path (old or new) that both changed: rule 1. So sides with different attributes can be told apart too.
 */
export function canMeet(a: Changes, b: Changes): boolean {
  return (
    samePath(a, b) ||
    intersects(a.paths, b.folders) ||
    intersects(a.folders, b.paths) ||
    followsFolder(a, b) ||
    followsFolder(b, a)
  );
}

function samePath(a: Changes, b: Changes): boolean {
  for (let i = 0, j = 0; i < a.paths.length && j < b.paths.length; ) {
    const x = a.paths[i] ?? 0;
    const y = b.paths[j] ?? 0;
    if (x === y) {
      const result = a.results[i] ?? 0;
      const there = result > 0 && a.added[i] === 0 && b.added[j] === 0;
      if (!there || result !== b.results[j]) return true;
      i += 1;
      j += 1;
    } else if (x < y) i += 1;
    else j += 1;
  }
  return false;
}

/**
 * Whether they meet in what was taken away, so that it depends on files that a snapshot leaves out: they
 * may be where it was moved to.
 */
export function meetInMoves(a: Changes, b: Changes): boolean {
  return followsFolder(a, b) || followsFolder(b, a) || sameDeletion(a, b);
}

function sameDeletion(a: Changes, b: Changes): boolean {
  const deleted = (changes: Changes) => changes.paths.filter((_, index) => changes.results[index] === 0);
  return intersects(deleted(a), deleted(b));
}

/** Whether what `added` adds may have to follow a folder that `moved` took away. */
function followsFolder(moved: Changes, added: Changes): boolean {
  return intersects(moved.gone, added.addedIn);
}

/** Both ascend. */
function intersects(a: Int32Array, b: Int32Array): boolean {
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const x = a[i] ?? 0;
    const y = b[j] ?? 0;
    if (x === y) return true;
    if (x < y) i += 1;
    else j += 1;
  }
  return false;
}
