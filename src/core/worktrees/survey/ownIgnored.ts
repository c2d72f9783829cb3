import { lstat } from 'node:fs/promises';
import pLimit from 'p-limit';
import type { Loss } from '../../../contract/json';
import { type BytePath, onDisk, shownPath } from '../../git/bytePath';
import { isFolder } from '../../git/layoutFiles';
import { folderSize } from '../size';
import type { Dirt } from '../state/dirt';
import { isAmong } from '../state/keep';
import type { CleanDeps } from '../state/reading';
import type { CleanTarget } from '../state/target';
import { isRebuildableName, rebuildableFolder } from './rebuildable';
import { compareFiles } from './sameFile';
import { type Walked, walk } from './walk';

export interface OwnIgnored {
  readonly ignored: readonly Loss[];
  readonly rebuildable: readonly Loss[];
  /** Repositories that lie in ignored folders. */
  readonly repositories: readonly BytePath[];
}

/** A folder with more files is named as a whole, not compared. */
const tooMany = 20_000;

/**
 * The ignored files that are the worktree's own: not there in the main worktree, or different. Copies that nobody
 * changed are no loss; folders that a command makes again are named by themselves, with their size.
 * No git process; a program of the system for each size.
 */
export async function readOwnIgnored(
  { layout }: CleanDeps,
  target: CleanTarget,
  dirt: Dirt,
  signal?: AbortSignal,
): Promise<OwnIgnored> {
  const main = layout.mainWorktree;
  const wasCopied = isAmong(target.copied);
  const rebuildable = new Set<BytePath>();
  const links: BytePath[] = [];
  const folders: BytePath[] = [];
  const files: BytePath[] = [];
  for (const file of dirt.ignored) {
    const made = rebuildableFolder(file);
    if (made !== null && !dirt.tracksIn(made)) rebuildable.add(made);
    else if (file.endsWith('/')) folders.push(file);
    else if (isRebuildableName(file) && (await isLink(onDisk(target.worktree, file)))) links.push(file);
    else files.push(file);
  }
  const losses: Loss[] = [];
  const repositories: BytePath[] = [];
  for (const folder of folders) {
    const found = await walk(target.worktree, folder.slice(0, -1), signal);
    repositories.push(...found.repositories);
    for (const { path, why } of found.unreadable)
      losses.push(loss('ignored', `${path}/`, `it cannot be read (${why})`));
    if (found.files.length === 0) continue;
    if (main === null || !(await isThereToo(main, folder))) {
      losses.push(await sized(target, loss('ignored', folder, 'it is not in the main worktree'), signal));
    } else if (found.files.length > tooMany) {
      const why = `its ${found.files.length} files were not compared with the main worktree's`;
      losses.push(await sized(target, loss('ignored', folder, why), signal));
    } else {
      files.push(...found.files);
    }
  }
  const inPool = pLimit(16);
  const compared = await Promise.all(
    files.map((file) => inPool(() => compare(target.worktree, main, file, wasCopied(file)))),
  );
  losses.push(...compared.filter((found) => found !== null));
  const made = await Promise.all(
    [...rebuildable].map(async (folder) => {
      const found = await walk(target.worktree, folder.slice(0, -1), signal);
      repositories.push(...found.repositories);
      losses.push(...unreadable(found));
      return sized(target, loss('rebuildable', folder, 'a command makes it again'), signal);
    }),
  );
  return { ignored: losses.sort(byPath), rebuildable: [...made, ...links.map(linked)].sort(byPath), repositories };
}

function unreadable(found: Walked): Loss[] {
  return found.unreadable.map(({ path, why }) => loss('ignored', `${path}/`, `it cannot be read (${why})`));
}

async function compare(worktree: string, main: string | null, file: BytePath, copied: boolean): Promise<Loss | null> {
  if (main === null) return loss('ignored', file, 'git ignores it');
  const likeness = await compareFiles(onDisk(worktree, file), onDisk(main, file), copied);
  if (likeness === 'same') return null;
  if (likeness === 'absent') return loss('ignored', file, 'it is not in the main worktree');
  if (likeness === 'different') return loss('ignored', file, "it is not the main worktree's");
  return loss('ignored', file, `it cannot be compared with the main worktree's (${likeness.unreadable})`);
}

/** The folder it leads to stays where it is. */
function linked(file: BytePath): Loss {
  return loss('rebuildable', file, 'a link; what it leads to stays');
}

async function isLink(file: Buffer): Promise<boolean> {
  // Gone while we looked: then nothing is lost.
  return lstat(file).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

function isThereToo(main: string, folder: BytePath): Promise<boolean> {
  return isFolder(onDisk(main, folder.slice(0, -1)).toString());
}

async function sized(target: CleanTarget, found: Loss, signal: AbortSignal | undefined): Promise<Loss> {
  const bytes = await folderSize(`${target.worktree}/${found.path}`, { signal });
  return bytes === null ? found : { ...found, bytes };
}

function loss(kind: Loss['kind'], file: BytePath, why: string): Loss {
  return { kind, path: shownPath(file), why };
}

function byPath(a: Loss, b: Loss): number {
  return a.path < b.path ? -1 : 1;
}
