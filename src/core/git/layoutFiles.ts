import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

/** `<common>/switchyard`: where the machine's state of a repository lives. */
export function storeDirOf(commonDir: string): string {
  return path.join(commonDir, 'switchyard');
}

/** The real path of the git directory that `<folder>/.git` is or points to; null when there is none. */
export async function gitDirOf(folder: string): Promise<string | null> {
  const dotGit = path.join(folder, '.git');
  if (await isFolder(dotGit)) {
    const gitDir = await realpathOrNull(dotGit);
    return gitDir !== null && (await isGitDir(gitDir)) ? gitDir : null;
  }
  const text = await readTrimmed(dotGit);
  const target = text === null ? undefined : /^gitdir: (.+)$/s.exec(text)?.[1];
  return target === undefined ? null : realpathOrNull(path.resolve(folder, target));
}

/** git's own test in short: a HEAD, objects and refs. A folder that only happens to be called `.git` has none. */
export async function isGitDir(dir: string): Promise<boolean> {
  if ((await readTrimmed(path.join(dir, 'HEAD'))) === null) return false;
  return (await isFolder(path.join(dir, 'objects'))) && (await isFolder(path.join(dir, 'refs')));
}

/** A small text file without its last line end; null when it is not there or cannot be read. */
export async function readTrimmed(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).replace(/[\r\n]+$/, '');
  } catch {
    // Absent, a folder, or not ours to read: for a layout all mean "says nothing".
    return null;
  }
}

export async function realpathOrNull(file: string): Promise<string | null> {
  try {
    return await realpath(file);
  } catch {
    // A dangling pointer: the answer is that it points nowhere.
    return null;
  }
}

export async function isFolder(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory();
  } catch {
    // Absent or unreadable: nothing can be in it for us.
    return false;
  }
}

export async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    // As above.
    return false;
  }
}
