import { type BytePath, foldersOf, parentOf } from './bytePath';
import type { Git } from './git';
import { writeLooseObject } from './looseObject';
import { parseTree, readObjects } from './objects';
import type { GitPlace, TreeChange, TreeEntry } from './treeDiff';

/** What a folder holds, by name. */
type Entries = Map<BytePath, TreeEntry>;

/**
 * The tree that `tree` becomes by changes of single files: their `next` is laid over it, whatever was there. One git
 * process to read the folders on the way; what is new is written to `objects`. Folders left empty go.
 * @param objects absolute object directory
 * @returns full id
 * @throws GitError
 */
export async function editTree(
  git: Git,
  at: GitPlace & { readonly objects: string },
  tree: string,
  changes: readonly TreeChange[],
  signal?: AbortSignal,
): Promise<string> {
  if (changes.length === 0) return tree;
  const folders = [...new Set(['', ...changes.flatMap(({ path }) => foldersOf(path))])];
  const contents = await readFolders(git, at, tree, folders, signal);
  // Removals first: a file makes room for a folder of its name.
  for (const { path, next } of [...changes].sort((x, y) => Number(x.next !== null) - Number(y.next !== null))) {
    const entries = contents.get(parentOf(path));
    if (next === null) entries?.delete(nameOf(path));
    else entries?.set(nameOf(path), next);
  }
  return write(at.objects, contents, tree);
}

function nameOf(path: BytePath): BytePath {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Folders that are not there are empty. */
async function readFolders(
  git: Git,
  at: GitPlace,
  tree: string,
  folders: readonly BytePath[],
  signal: AbortSignal | undefined,
): Promise<Map<BytePath, Entries>> {
  const names = folders.map((folder) => `${tree}:${folder}`);
  const found = await readObjects(git, at, names, signal);
  // A file where the folder shall be: its removal is among the changes.
  const contents = found.map((object) => (object?.type === 'tree' ? object.content : Buffer.alloc(0)));
  return new Map(folders.map((folder, n) => [folder, parseTree(contents[n] ?? Buffer.alloc(0), tree.length / 2)]));
}

const folderMode = '40000';

async function write(objects: string, contents: ReadonlyMap<BytePath, Entries>, like: string): Promise<string> {
  // The innermost first: a folder's id stands in the one around it.
  const depth = (folder: BytePath) => (folder === '' ? 0 : folder.split('/').length);
  const folders = [...contents.keys()].sort((x, y) => depth(y) - depth(x));
  let id = like;
  for (const folder of folders) {
    const entries = contents.get(folder) ?? new Map<BytePath, TreeEntry>();
    const around = folder === '' ? undefined : contents.get(parentOf(folder));
    if (entries.size > 0 || folder === '') {
      id = await writeLooseObject(objects, 'tree', treeContent(entries), like);
      around?.set(nameOf(folder), { mode: folderMode, id });
    } else if (around?.get(nameOf(folder))?.mode === folderMode) {
      around.delete(nameOf(folder));
    }
  }
  return id;
}

/** git sorts a folder as if its name ended in a slash (read-cache.c, `base_name_compare`). */
function treeContent(entries: Entries): Buffer {
  const key = ([name, { mode }]: readonly [BytePath, TreeEntry]) => (mode === folderMode ? `${name}/` : name);
  const sorted = [...entries].sort((x, y) => (key(x) < key(y) ? -1 : 1));
  return Buffer.concat(
    sorted.map(([name, { mode, id }]) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`, 'latin1'), Buffer.from(id, 'hex')]),
    ),
  );
}
