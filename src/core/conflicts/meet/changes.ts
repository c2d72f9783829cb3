import type { BytePath } from '../../git/bytePath';
import type { Names } from './names';

/** What differs between two trees, in numbers of `Names`; all lists ascend. */
export interface Changes {
  readonly paths: Int32Array;
  /** For each path what lies there afterwards; 0: nothing, -1: nobody knows. */
  readonly results: Int32Array;
  /** For each path: 1 where nothing lay there before. */
  readonly added: Uint8Array;
  /** Every folder that a changed path lies in, without the top. */
  readonly folders: Int32Array;
  /** Every folder that an added path lies in, without the top. */
  readonly addedIn: Int32Array;
  /** Folders that are no folders any more. */
  readonly gone: Int32Array;
  /** Some `.gitattributes` is among the paths. */
  readonly attributes: boolean;
}

interface Entry {
  readonly path: number;
  readonly result: number;
  readonly added: boolean;
}

export function changesOf(names: Names, entries: Entry[], gone: readonly number[]): Changes {
  entries.sort((x, y) => x.path - y.path);
  const added = entries.filter((entry) => entry.added);
  return {
    paths: Int32Array.from(entries, (entry) => entry.path),
    results: Int32Array.from(entries, (entry) => entry.result),
    added: Uint8Array.from(entries, (entry) => Number(entry.added)),
    folders: foldersAbove(names, entries),
    addedIn: foldersAbove(names, added),
    gone: Int32Array.from(gone).sort(),
    attributes: entries.some(({ path }) => /(^|\/)\.gitattributes$/.test(names.nameOf(path))),
  };
}

/** Files that are there but whose content is not known: additions that equal nothing. A folder ends in `/`. */
export function unknownFiles(names: Names, paths: readonly BytePath[]): Changes {
  const entries = paths.map((path) => ({ path: names.path(path.replace(/\/$/, '')), result: -1, added: true }));
  return changesOf(names, entries, []);
}

function foldersAbove(names: Names, entries: readonly Entry[]): Int32Array {
  const found = new Set<number>();
  for (const { path } of entries) {
    for (let folder = names.parentOf(path); folder > 0 && !found.has(folder); folder = names.parentOf(folder)) {
      found.add(folder);
    }
  }
  return Int32Array.from(found).sort();
}

const tree = '040000';
const nothing = '000000';

/**
 * Parses `git diff-tree --stdin --always -r -t -z --raw --no-abbrev` with two commits a line: the first id NUL, then
 * for each change `:<mode> <mode> <id> <id> <status>` NUL path NUL (git-diff(1), "Raw output format"). With `-t`
 * folders are told as well: one that is deleted is gone.
 * @returns in the order of the lines; fewer where git stopped early, and then the last may be torn: it is left out
 * @param complete git ended well
 */
export function* parseChanges(names: Names, z: Buffer, complete: boolean): Generator<Changes | null> {
  let entries: Entry[] | null = null;
  let gone: number[] = [];
  for (let at = 0; at < z.length; ) {
    const end = z.indexOf(0, at);
    if (end < 0) break;
    if (z[at] !== 0x3a) {
      if (entries !== null) yield changesOf(names, entries, gone);
      entries = [];
      gone = [];
      at = end + 1;
      continue;
    }
    const pathEnd = z.indexOf(0, end + 1);
    if (pathEnd < 0) break;
    const head = z.toString('latin1', at + 1, end);
    const [oldMode = '', mode = '', , id = ''] = head.split(' ');
    if (oldMode === tree || mode === tree) {
      if (oldMode === tree && mode !== tree) gone.push(names.path(z.toString('latin1', end + 1, pathEnd)));
    } else {
      const result = mode === nothing ? 0 : names.entry(`${mode} ${id}`);
      entries?.push({ path: names.path(z.toString('latin1', end + 1, pathEnd)), result, added: oldMode === nothing });
    }
    at = pathEnd + 1;
    // Long differences would keep the thread: the reader may take a breath here.
    if ((entries?.length ?? 0) % 2000 === 1999) yield null;
  }
  if (entries !== null && complete) yield changesOf(names, entries, gone);
}
