import { readdir } from 'node:fs/promises';
import { type BytePath, onDisk } from '../../git/bytePath';
import { errorCode } from '../paths';

/** What a walk came upon, links not followed. */
export interface Walked {
  readonly files: readonly BytePath[];
  /** Repositories, not entered. */
  readonly repositories: readonly BytePath[];
  readonly unreadable: readonly { readonly path: BytePath; readonly why: string }[];
}

/** Folders read at once. */
const atOnce = 16;

/**
 * Everything below a folder, breadth first. 50,000 files take about 0.2 s.
 * @param folder relative to `top`, without a `/` at the end
 */
export async function walk(top: string, folder: BytePath, signal?: AbortSignal): Promise<Walked> {
  const found = {
    files: [] as BytePath[],
    repositories: [] as BytePath[],
    unreadable: [] as Walked['unreadable'][0][],
  };
  for (let level = [folder]; level.length > 0; ) {
    const next: BytePath[] = [];
    for (let at = 0; at < level.length; at += atOnce) {
      signal?.throwIfAborted();
      const slice = level.slice(at, at + atOnce);
      const below = await Promise.all(slice.map((each) => readFolder(top, each)));
      for (const [index, entries] of below.entries()) {
        const each = slice[index] ?? '';
        if (typeof entries === 'string') found.unreadable.push({ path: each, why: entries });
        // The folder that the walk began with may be one itself.
        else if (entries.some((entry) => entry.name === '.git')) found.repositories.push(each);
        else for (const entry of entries) (entry.isFolder ? next : found.files).push(`${each}/${entry.name}`);
      }
    }
    level = next;
  }
  return found;
}

/** The entries, or why they cannot be read. */
async function readFolder(top: string, folder: BytePath): Promise<{ name: BytePath; isFolder: boolean }[] | string> {
  try {
    const entries = await readdir(onDisk(top, folder), { withFileTypes: true, encoding: 'buffer' });
    return entries.map((entry) => ({ name: entry.name.toString('latin1'), isFolder: entry.isDirectory() }));
  } catch (error) {
    // It went while we looked.
    if (errorCode(error) === 'ENOENT') return [];
    return errorCode(error) ?? String(error);
  }
}
