import path from 'node:path';
import { errorCode } from '../paths';

/**
 * A path as git gives it: relative to the worktree, with `/`, one character per byte (latin1). Names of files are bytes
 * to git and to most systems, so a name that is not UTF-8 must come through unharmed.
 */
export type BytePath = string;

/** What git printed with `-z`, taken apart. */
export function splitPaths(z: Buffer): BytePath[] {
  const parts = z.toString('latin1').split('\0');
  // Everything ends with NUL, so the last part is empty.
  parts.pop();
  return parts;
}

/** Input for git's `-z --stdin`. */
export function joinPaths(paths: readonly BytePath[]): Buffer {
  return Buffer.from(paths.map((file) => `${file}\0`).join(''), 'latin1');
}

/** For people and for JSON. */
export function shown(file: BytePath): string {
  return Buffer.from(file, 'latin1').toString('utf8');
}

export function bytePath(text: string): BytePath {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** For the functions of node:fs, which take bytes as they are. @param top absolute */
export function onDisk(top: string, file: BytePath): Buffer {
  return Buffer.concat([Buffer.from(top + path.sep), Buffer.from(file, 'latin1')]);
}

/** The folders a path lies in, the outermost first, without the top: `a/b/c` is in `a` and `a/b`. */
export function foldersOf(file: BytePath): BytePath[] {
  const parts = file.replace(/\/$/, '').split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Whether an error says that there is no such path: absent, behind a file, or behind a link that leads to itself. */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '');
}
