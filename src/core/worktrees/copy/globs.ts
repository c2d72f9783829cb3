import path from 'node:path';
import picomatch from 'picomatch';

/** A glob of files to bring along, read once. Paths are relative to the main worktree, with `/`. */
export interface CopyGlob {
  /** As it was written. */
  readonly text: string;
  /** The folder before the first wildcard; `''` when the first part has one. */
  readonly base: string;
  /** The one file or folder it names; null when it has wildcards. */
  readonly literal: string | null;
  /** The shortest beginning of the path that the glob names with all in it; null: it does not mean the path. */
  covering(file: string): string | null;
}

/**
 * Reads a glob. One that matches a folder means all in it, as in `.gitignore`: `node_modules` and `node_modules/**` are
 * the same.
 * @returns what is wrong with it, one clause, when it cannot be followed
 */
export function readGlob(text: string): CopyGlob | { readonly problem: string } {
  const problem = problemOf(text);
  if (problem !== null) return { problem };
  const folderGlob = text
    .replace(/^(?:\.\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/(?:\/\*\*(?:\/\*)?)+$/, '');
  const everything = folderGlob === '**' || folderGlob === '**/*';
  let matches: (file: string) => boolean;
  try {
    matches = everything ? () => true : picomatch(folderGlob, { dot: true, strictBrackets: true });
  } catch {
    // Brackets that do not close: whatever was meant, it is not guessed.
    return { problem: 'it is no valid glob' };
  }
  const { base, isGlob } = picomatch.scan(folderGlob);
  return {
    text,
    base: everything ? '' : base,
    literal: isGlob ? null : folderGlob,
    covering: (file) => prefixesOf(file).find((prefix) => matches(prefix)) ?? null,
  };
}

function problemOf(text: string): string | null {
  if (text.trim() === '' || text.includes('\0')) return 'it names nothing';
  if (/^!(?!\()/.test(text)) return 'it excludes; list what is meant instead';
  if (path.posix.isAbsolute(text) || path.win32.isAbsolute(text) || /^~(?:[\\/]|$)|^[a-z]:/i.test(text)) {
    return 'it is absolute, and only files of the main worktree are brought along';
  }
  if (text.split(/[\\/]/).includes('..')) return 'it leads out of the repository with ".."';
  return null;
}

/** `a/b/c` → `a`, `a/b`, `a/b/c`. */
function prefixesOf(file: string): string[] {
  const parts = file.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/**
 * The folders before the first wildcard of the anchored patterns of a gitignore file (gitignore(5)): a pattern with a
 * slash in it that is not the last character.
 */
export function anchoredBases(gitignore: string): string[] {
  const bases: string[] = [];
  for (const line of gitignore.split(/\r?\n/)) {
    if (line === '' || line.startsWith('#') || line.startsWith('!')) continue;
    const pattern = line.trimEnd().replace(/\/$/, '');
    if (!pattern.includes('/')) continue;
    const parts = pattern.replace(/^\//, '').split('/');
    const wild = parts.findIndex((part) => /[*?[\\]/.test(part));
    const base = (wild < 0 ? parts : parts.slice(0, wild)).join('/');
    if (base !== '') bases.push(base);
  }
  return bases;
}

/** Whether a pattern with this base is meant to reach into the folder, rather than to match at any depth. */
export function reachesInto(base: string, folder: string): boolean {
  return base !== '' && (isUnder(base, folder) || isUnder(folder, base));
}

/** Whether `inner` is `outer` or lies in it; both relative with `/`. */
export function isUnder(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}/`);
}
