import path from 'node:path';

/**
 * A path as git gives it: relative to the worktree, with `/`, one character a byte (latin1). Names of files are bytes
 * to git and to most systems, so a name that is not UTF-8 must come through unharmed.
 */
export type BytePath = string;

/** What git printed with `-z`, taken apart: every field ends with NUL. */
export function splitPaths(z: Buffer): BytePath[] {
  const fields = z.toString('latin1').split('\0');
  fields.pop();
  return fields;
}

/** Input for git's `-z --stdin`. */
export function joinPaths(paths: readonly BytePath[]): Buffer {
  return Buffer.from(paths.map((name) => `${name}\0`).join(''), 'latin1');
}

/** For people and for JSON. */
export function shownPath(name: BytePath): string {
  return Buffer.from(name, 'latin1').toString('utf8');
}

export function bytePath(text: string): BytePath {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** For the functions of node:fs, which take bytes as they are. @param top absolute */
export function onDisk(top: string, name: BytePath): Buffer {
  return Buffer.concat([Buffer.from(top + path.sep), Buffer.from(name, 'latin1')]);
}

/** The folder of a path, `''` for the top. */
export function parentOf(name: BytePath): BytePath {
  const slash = name.lastIndexOf('/');
  return slash < 0 ? '' : name.slice(0, slash);
}

/** The folders a path lies in, the outermost first, without the top: `a/b/c` is in `a` and `a/b`. */
export function foldersOf(name: BytePath): BytePath[] {
  const parts = name.replace(/\/$/, '').split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
