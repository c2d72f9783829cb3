import { type BytePath, parentOf, shownPath } from '../../git/bytePath';
import type { Git } from '../../git/git';
import { parseTree, readObjects } from '../../git/objects';
import { diffCommits, type GitPlace, type TreeChange, type TreeEntry } from '../../git/treeDiff';
import { type FactCache, keyOf } from './factCache';
import { noFacts } from './facts';
import type { ChangedFile, FileVersion, FolderFacts, SideFacts, Unjudged } from './parts';
import { isRead } from './readers';
import { type KnownVersions, readVersions, type Version } from './readVersions';

/** What one side changed since a commit. */
export interface Contribution {
  readonly ref: string;
  /** Full ids. */
  readonly from: string;
  readonly to: string;
}

export interface ReadSide {
  readonly facts: Omit<SideFacts, 'rules'>;
  /** Files of which nothing is known, sorted by path. */
  readonly unjudged: readonly Unjudged[];
}

/** Sides that change more files are not judged: an upgrade of everything is nobody's hazard, and takes minutes. */
const mostFiles = 20_000;
/** So many neighbours of a new file are looked at to know how its folder names things. */
const neighbours = 8;

/**
 * What sides changed, with the facts of every file that a judge may ask about. Four git processes for all, and one more
 * for every 8 MB; two for a few contents. What is known by its content is not read again.
 * @returns in order; null: it changes too many files
 * @throws GitError
 */
export async function readSides(
  git: Git,
  at: GitPlace,
  wanted: readonly Contribution[],
  cache: FactCache,
  signal?: AbortSignal,
): Promise<(ReadSide | null)[]> {
  const found = await diffCommits(
    git,
    at,
    wanted.map(({ from, to }) => [from, to] as const),
    signal,
  );
  const diffs = found.map((changes) => (changes.length > mostFiles ? [] : changes));
  const folders = await readFolders(git, at, { wanted, diffs, cache }, signal);
  const versions = new Map<string, Version>();
  const want = (path: BytePath, entry: TreeEntry | null, whole = false) => {
    if (entry === null || !isFile(entry)) return;
    const shown = shownPath(path);
    const key = keyOf(shown, entry.id);
    if (isRead(shown))
      versions.set(key, { path: shown, blob: entry.id, whole: whole || versions.get(key)?.whole === true });
  };
  for (const changes of diffs) {
    // What was moved is known again by all the names in it.
    const moves = changes.some(({ next }) => next === null);
    for (const { path, old, next } of changes)
      for (const e of [old, next]) want(path, e, moves && (old === null || next === null));
  }
  for (const [index, changes] of diffs.entries())
    for (const { path, entry } of neighboursOf(changes, folders[index] ?? new Map())) want(path, entry);
  const o = { versions: [...versions.values()], edits: diffs.flat().filter(isEdit), cache };
  const known = await readVersions(git, at, o, signal);
  return wanted.map(({ ref }, index) => {
    if ((found[index] ?? []).length > mostFiles) return null;
    return sideOf(ref, diffs[index] ?? [], { folders: folders[index] ?? new Map(), known, cache });
  });
}

type Folders = ReadonlyMap<BytePath, ReadonlyMap<BytePath, TreeEntry>>;

function isFile({ mode }: TreeEntry): boolean {
  return mode === '100644' || mode === '100755';
}

/** The folders in which something is added, as they were. */
async function readFolders(
  git: Git,
  at: GitPlace,
  o: { readonly wanted: readonly Contribution[]; readonly diffs: readonly TreeChange[][]; readonly cache: FactCache },
  signal: AbortSignal | undefined,
): Promise<Folders[]> {
  const names = o.wanted.map(({ from }, index) => {
    const added = (o.diffs[index] ?? []).filter(({ old }) => old === null);
    return [...new Set(added.map(({ path }) => parentOf(path)))].map((folder) => ({
      folder,
      name: `${from}:${folder}`,
    }));
  });
  const found = new Map<string, ReadonlyMap<BytePath, TreeEntry>>();
  const open = new Set<string>();
  for (const { name } of names.flat()) {
    const kept = o.cache.folder(name);
    if (kept === undefined) open.add(name);
    else found.set(name, kept);
  }
  const objects = await readObjects(git, at, [...open], signal);
  for (const [index, name] of [...open].entries()) {
    const object = objects[index];
    // A folder that is there was read for the difference: what is missing was not there.
    const content = object?.type === 'tree' ? object.content : Buffer.alloc(0);
    const entries = parseTree(content, name.indexOf(':') / 2);
    found.set(name, entries);
    o.cache.keepFolder(name, entries);
  }
  return names.map((own) => new Map(own.map(({ folder, name }) => [folder, found.get(name) ?? new Map()])));
}

/** Files beside those that a side adds, of the same kind. */
function neighboursOf(changes: readonly TreeChange[], folders: Folders): { path: BytePath; entry: TreeEntry }[] {
  const endings = new Map<BytePath, Set<string>>();
  for (const { path, old } of changes) {
    if (old !== null) continue;
    const folder = parentOf(path);
    endings.set(folder, (endings.get(folder) ?? new Set()).add(endingOf(path)));
  }
  return [...endings].flatMap(([folder, wanted]) => {
    const files = [...(folders.get(folder) ?? [])].filter(
      ([name, entry]) => isFile(entry) && wanted.has(endingOf(name)),
    );
    const prefix = folder === '' ? '' : `${folder}/`;
    return files.slice(0, neighbours).map(([name, entry]) => ({ path: prefix + name, entry }));
  });
}

function endingOf(path: string): string {
  return /\.[^./]*$/.exec(path)?.[0] ?? '';
}

/** Files of which it is told where they changed: all that are edited, and of those that are added what is read anyway. */
function isEdit({ path, old, next }: TreeChange): boolean {
  if (next === null || !isFile(next)) return false;
  return old === null ? isRead(shownPath(path)) : isFile(old) && old.id !== next.id;
}

/** What sides are put together from. */
interface Sources {
  readonly folders: Folders;
  readonly known: KnownVersions;
  readonly cache: FactCache;
}

function sideOf(ref: string, changes: readonly TreeChange[], from: Sources): ReadSide {
  const unjudged = new Map<string, string>();
  const version = (path: BytePath, entry: TreeEntry | null): FileVersion | null => {
    if (entry === null) return null;
    const shown = shownPath(path);
    const known = isFile(entry) ? from.known.get(keyOf(shown, entry.id)) : undefined;
    if (typeof known === 'string') unjudged.set(shown, known);
    return {
      blob: entry.id,
      mode: entry.mode,
      facts: known === undefined || typeof known === 'string' ? noFacts : known,
    };
  };
  const gone = new Map(
    changes.flatMap(({ path, old, next }) => (next === null && old ? [[old.id, path] as const] : [])),
  );
  const files = changes.map((change): ChangedFile => {
    const { path, old, next } = change;
    const before = old === null && next !== null ? gone.get(next.id) : undefined;
    return {
      path: shownPath(path),
      old: version(path, old),
      next: version(path, next),
      movedFrom: before === undefined ? null : shownPath(before),
      lines: (isEdit(change) && from.cache.linesOf(change)) || null,
    };
  });
  const facts = {
    ref,
    files: files.sort((x, y) => (x.path < y.path ? -1 : 1)),
    folders: folderFacts(changes, from),
  };
  return {
    facts,
    unjudged: [...unjudged].map(([path, why]) => ({ path, why })).sort((x, y) => (x.path < y.path ? -1 : 1)),
  };
}

function folderFacts(changes: readonly TreeChange[], { folders, known }: Sources): Map<string, FolderFacts> {
  const near = neighboursOf(changes, folders);
  return new Map(
    [...folders].map(([folder, entries]) => {
      const names = [...entries].map(([name, { mode }]) => shownPath(name) + (mode === '40000' ? '/' : ''));
      const files = near.flatMap(({ path, entry }) => {
        const facts = parentOf(path) === folder ? known.get(keyOf(shownPath(path), entry.id)) : undefined;
        return facts === undefined || typeof facts === 'string' ? [] : [[nameOf(path), facts] as const];
      });
      return [shownPath(folder), { names, files: new Map(files) }];
    }),
  );
}

function nameOf(path: BytePath): string {
  return shownPath(path.slice(path.lastIndexOf('/') + 1));
}
