import { type BytePath, foldersOf, joinPaths, parentOf } from './bytePath';
import type { Git } from './git';
import { writeLooseObject } from './looseObject';
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
  const { stdoutBytes } = await git.run([...at.args, 'cat-file', '--batch', '-z'], {
    cwd: at.cwd,
    env: { ...at.env },
    input: joinPaths(names),
    signal,
  });
  const contents = new Map<BytePath, Entries>();
  let from = 0;
  names.forEach((name, index) => {
    const folder = folders[index] ?? '';
    // git-cat-file(1), "BATCH OUTPUT": `<name> missing` LF, or `<id> <type> <size>` LF content LF. A name may hold line
    // breaks, so an answer is known by the name that was asked for.
    const missing = `${name} missing\n`;
    if (stdoutBytes.toString('latin1', from, from + missing.length) === missing) {
      contents.set(folder, new Map());
      from += missing.length;
      return;
    }
    const end = stdoutBytes.indexOf(0x0a, from);
    const [, type, size = '0'] = stdoutBytes.toString('latin1', from, end).split(' ');
    const start = end + 1;
    from = start + Number(size) + 1;
    // A file where the folder shall be: its removal is among the changes.
    const content = type === 'tree' ? stdoutBytes.subarray(start, from - 1) : Buffer.alloc(0);
    contents.set(folder, parseTree(content, tree.length / 2));
  });
  return contents;
}

/** Parses a tree object (gitformat-pack(5), tree.c): `<mode> <name>` NUL, the id's bytes. */
function parseTree(content: Buffer, idBytes: number): Entries {
  const entries: Entries = new Map();
  for (let at = 0; at < content.length; ) {
    const end = content.indexOf(0, at);
    const [mode = ''] = content.toString('latin1', at, end).split(' ', 1);
    const id = content.subarray(end + 1, end + 1 + idBytes).toString('hex');
    entries.set(content.toString('latin1', at + mode.length + 1, end), { mode, id });
    at = end + 1 + idBytes;
  }
  return entries;
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
