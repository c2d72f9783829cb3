import { type BytePath, parentOf, shownPath } from '../../git/bytePath';
import type { Git } from '../../git/git';
import { parseTree, readObjects } from '../../git/objects';
import { diffCommits, type GitPlace, type TreeChange, type TreeEntry } from '../../git/treeDiff';
import { type FileFacts, noFacts } from './facts';
import type { ChangedFile, FileVersion, FolderFacts, SideFacts, Unjudged } from './parts';
import { UnreadableFile } from './reader';
import { isRead, readFacts } from './readers';

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

/** Facts by content, and by what the path says of it. Kept between calls. */
export class FactCache {
  readonly #facts = new Map<string, FileFacts | string>();
  /** By both contents, old and new. */
  readonly lines = new Map<string, ChangedFile['lines']>();

  /** A text: why it could not be read. */
  get(path: string, blob: string): FileFacts | string | undefined {
    return this.#facts.get(keyOf(path, blob));
  }

  keep(path: string, blob: string, facts: FileFacts | string): void {
    this.#facts.set(keyOf(path, blob), facts);
  }

  get size(): number {
    return this.#facts.size;
  }
}

/** Some readers ask for folders and whole names (`db/migrate/`, `package.json`), so the whole path is part of the key. */
function keyOf(path: string, blob: string): string {
  return `${blob} ${path}`;
}

/** Larger files are not read, in bytes. */
const mostBytes = 1024 * 1024;
/** So many neighbours of a new file are looked at to know how its folder names things. */
const neighbours = 8;

/**
 * What sides changed, with the facts of every file that a judge may ask about. At most four git processes for all; what
 * is known by its content is not read again.
 * @throws GitError
 */
export async function readSides(
  git: Git,
  at: GitPlace,
  wanted: readonly Contribution[],
  cache: FactCache,
  signal?: AbortSignal,
): Promise<ReadSide[]> {
  const diffs = await diffCommits(
    git,
    at,
    wanted.map(({ from, to }) => [from, to] as const),
    signal,
  );
  const folders = await readFolders(git, at, wanted, diffs, signal);
  const versions = new Map<string, Version>();
  const want = (path: BytePath, entry: TreeEntry | null) => {
    if (entry === null || !isFile(entry)) return;
    const shown = shownPath(path);
    if (isRead(shown)) versions.set(keyOf(shown, entry.id), { path: shown, blob: entry.id });
  };
  for (const changes of diffs) for (const { path, old, next } of changes) for (const e of [old, next]) want(path, e);
  for (const [index, changes] of diffs.entries())
    for (const { path, entry } of neighboursOf(changes, folders[index] ?? new Map())) want(path, entry);
  await readVersions(git, at, { versions: [...versions.values()], edits: diffs.flat().filter(isEdit), cache }, signal);
  return wanted.map(({ ref }, index) => sideOf(ref, diffs[index] ?? [], folders[index] ?? new Map(), cache));
}

interface Version {
  readonly path: string;
  readonly blob: string;
}

type Folders = ReadonlyMap<BytePath, ReadonlyMap<BytePath, TreeEntry>>;

function isFile({ mode }: TreeEntry): boolean {
  return mode === '100644' || mode === '100755';
}

/** The folders in which something is added, as they were. */
async function readFolders(
  git: Git,
  at: GitPlace,
  wanted: readonly Contribution[],
  diffs: readonly (readonly TreeChange[])[],
  signal: AbortSignal | undefined,
): Promise<Folders[]> {
  const names = wanted.flatMap(({ from }, index) => {
    const added = (diffs[index] ?? []).filter(({ old }) => old === null);
    return [...new Set(added.map(({ path }) => parentOf(path)))].map((folder) => ({ index, folder, from }));
  });
  const distinct = [...new Set(names.map(({ from, folder }) => `${from}:${folder}`))];
  const objects = await readObjects(git, at, distinct, signal);
  const byName = new Map(distinct.map((name, index) => [name, objects[index] ?? null]));
  return wanted.map((_, index) => {
    const own = names.filter((name) => name.index === index);
    return new Map(
      own.map(({ folder, from }) => {
        const object = byName.get(`${from}:${folder}`);
        const content = object?.type === 'tree' ? object.content : Buffer.alloc(0);
        return [folder, parseTree(content, from.length / 2)];
      }),
    );
  });
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

/** Reads what is not known yet into the cache. */
async function readVersions(
  git: Git,
  at: GitPlace,
  o: { readonly versions: readonly Version[]; readonly edits: readonly TreeChange[]; readonly cache: FactCache },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { cache } = o;
  const open = o.versions.filter(({ path, blob }) => cache.get(path, blob) === undefined);
  const edits = o.edits.filter((edit) => !cache.lines.has(editKey(edit)));
  const blobs = [
    ...open.map(({ blob }) => blob),
    ...edits.flatMap(({ old, next }) => [old?.id ?? [], next?.id ?? []].flat()),
  ];
  const sizes = await sizesOf(git, at, [...new Set(blobs)], signal);
  const small = [...sizes].filter(([, bytes]) => bytes <= mostBytes).map(([blob]) => blob);
  const objects = await readObjects(git, at, small, signal);
  const contents = new Map(small.map((blob, index) => [blob, objects[index]?.content ?? null]));
  for (const { path, blob } of open) {
    const content = contents.get(blob);
    if (content == null) cache.keep(path, blob, sizes.has(blob) ? 'larger than 1 MB' : 'its content is not here');
    else cache.keep(path, blob, await factsOrWhy(path, content));
  }
  for (const edit of edits) {
    const [old, next] = [edit.old, edit.next].map((entry) => (entry === null ? null : contents.get(entry.id)));
    cache.lines.set(editKey(edit), old === undefined || next == null ? null : linesBetween(old, next));
  }
}

function editKey({ old, next }: TreeChange): string {
  return `${old?.id} ${next?.id}`;
}

async function sizesOf(git: Git, at: GitPlace, blobs: readonly string[], signal: AbortSignal | undefined) {
  const sizes = new Map<string, number>();
  if (blobs.length === 0) return sizes;
  const args = [...at.args, 'cat-file', '--batch-check=%(objectname) %(objectsize)'];
  const input = blobs.map((blob) => `${blob}\n`).join('');
  const { stdout } = await git.run(args, { cwd: at.cwd, env: { ...at.env }, input, signal });
  for (const line of stdout.split('\n')) {
    const [id = '', size = ''] = line.split(' ');
    if (/^\d+$/.test(size)) sizes.set(id, Number(size));
  }
  return sizes;
}

async function factsOrWhy(path: string, content: Buffer): Promise<FileFacts | string> {
  try {
    return await readFacts(path, content);
  } catch (error) {
    if (error instanceof UnreadableFile) return error.message;
    throw error;
  }
}

function sideOf(ref: string, changes: readonly TreeChange[], folders: Folders, cache: FactCache): ReadSide {
  const unjudged = new Map<string, string>();
  const version = (path: BytePath, entry: TreeEntry | null): FileVersion | null => {
    if (entry === null) return null;
    const shown = shownPath(path);
    const known = isFile(entry) ? cache.get(shown, entry.id) : undefined;
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
    const from = old === null && next !== null ? gone.get(next.id) : undefined;
    return {
      path: shownPath(path),
      old: version(path, old),
      next: version(path, next),
      movedFrom: from === undefined ? null : shownPath(from),
      lines: (isEdit(change) && cache.lines.get(editKey(change))) || null,
    };
  });
  const facts = {
    ref,
    files: files.sort((x, y) => (x.path < y.path ? -1 : 1)),
    folders: folderFacts(changes, folders, cache),
  };
  return {
    facts,
    unjudged: [...unjudged].map(([path, why]) => ({ path, why })).sort((x, y) => (x.path < y.path ? -1 : 1)),
  };
}

function folderFacts(changes: readonly TreeChange[], folders: Folders, cache: FactCache): Map<string, FolderFacts> {
  const near = neighboursOf(changes, folders);
  return new Map(
    [...folders].map(([folder, entries]) => {
      const names = [...entries].map(([name, { mode }]) => shownPath(name) + (mode === '40000' ? '/' : ''));
      const files = near.flatMap(({ path, entry }) => {
        const known = parentOf(path) === folder ? cache.get(shownPath(path), entry.id) : undefined;
        return known === undefined || typeof known === 'string' ? [] : [[nameOf(path), known] as const];
      });
      return [shownPath(folder), { names, files: new Map(files) }];
    }),
  );
}

function nameOf(path: BytePath): string {
  return shownPath(path.slice(path.lastIndexOf('/') + 1));
}

/** From the first to the last line of `next` that differs. */
function linesBetween(old: Buffer | null, next: Buffer): ChangedFile['lines'] {
  // As git tells what is no text.
  if (next.subarray(0, 8000).includes(0)) return null;
  const now = next.toString('latin1').split('\n');
  if (old === null) return { first: 1, last: Math.max(1, now.length - 1) };
  const before = old.toString('latin1').split('\n');
  let start = 0;
  while (start < now.length && start < before.length && now[start] === before[start]) start += 1;
  let end = 0;
  const most = Math.min(now.length, before.length) - start;
  while (end < most && now.at(-1 - end) === before.at(-1 - end)) end += 1;
  return { first: Math.min(start + 1, now.length), last: Math.max(start + 1, now.length - end) };
}
