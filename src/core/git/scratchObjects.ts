import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Git } from './git';

/** An object store of our own in front of the repository's: what only an attempt needs never reaches the user's. */
export interface ScratchObjects {
  /** Absolute folder; whoever made it removes it. */
  readonly dir: string;
  /** Environment for git: writes go to the scratch, reads to both. */
  readonly env: Readonly<Record<string, string>>;
}

/** @param dir absolute; made when needed. @param commonDir the repository whose objects are read */
export async function openScratchObjects(commonDir: string, dir: string): Promise<ScratchObjects> {
  await mkdir(dir, { recursive: true });
  const objects = path.join(commonDir, 'objects');
  return { dir, env: { GIT_OBJECT_DIRECTORY: dir, GIT_ALTERNATE_OBJECT_DIRECTORIES: quotedPath(objects) } };
}

/**
 * Copies objects that only the scratch has into the repository's own store; those it has already cost nothing.
 * @param at folder and arguments for git. @param ids full ids
 * @throws GitError
 */
export async function keepObjects(
  git: Git,
  at: { readonly cwd: string; readonly args: readonly string[] },
  scratch: ScratchObjects,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const input = `${ids.join('\n')}\n`;
  const packed = await git.run([...at.args, 'pack-objects', '--stdout', '--local', '-q'], {
    cwd: at.cwd,
    env: scratch.env,
    input,
  });
  await git.run([...at.args, 'unpack-objects', '-q'], { cwd: at.cwd, read: false, input: packed.stdoutBytes });
}

/**
 * A folder for `GIT_ALTERNATE_OBJECT_DIRECTORIES` and for `objects/info/alternates`: one that begins with a quote is in C
 * style (git(1)), so it may hold separators.
 */
export function quotedPath(folder: string): string {
  const escaped = folder.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t');
  return `"${escaped}"`;
}
