import { lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import { errorCode } from '../paths';
import { display, type Entry } from './ignored';

/**
 * Whether the folders that an entry lies in are real folders of the worktree: a branch may have a link committed there,
 * and what is written through it lands anywhere.
 * @param create makes those that are missing
 * @returns what is in the way, one clause; null: nothing
 */
export async function parentsInTheWay(worktree: string, entry: Entry, o: { create: boolean }): Promise<string | null> {
  const parts = entry.path.split('/').slice(0, -1);
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const name = parts.slice(0, depth).join('/');
    const folder = path.join(worktree, name);
    if (o.create) await mkdir(folder).catch(unless('EEXIST'));
    const found = await lstat(folder).catch(unless('ENOENT'));
    if (found === null) return null;
    if (found.isSymbolicLink()) return `${name} is a symbolic link in the worktree, which is not followed`;
    if (!found.isDirectory()) return `${name} is no folder in the worktree`;
    if ((await lstat(path.join(folder, '.git')).catch(unless('ENOENT'))) !== null) {
      return `${name} is a repository of its own in the worktree`;
    }
  }
  return null;
}

/** Whether anything lies at the entry's path, links not followed. */
export async function isTaken(worktree: string, entry: Entry): Promise<boolean> {
  return (await lstat(path.join(worktree, entry.path)).catch(unless('ENOENT'))) !== null;
}

/**
 * Why entries must not come into the worktree by its own rules: its branch tracks them, or does not ignore them, so
 * that the next `git add -A` would commit what was ignored on purpose. Entries without a reason are in no group.
 * @returns reasons by path
 * @throws GitError
 */
export async function refusedByGit(
  git: Git,
  worktree: string,
  entries: readonly Entry[],
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  if (entries.length === 0) return new Map();
  try {
    return await askGit(git, worktree, entries, signal);
  } catch (error) {
    if (!GitError.is(error) || error.exitCode !== 128) throw error;
    // One path that git refuses to judge (it lies in a submodule) ends the whole answer.
    const refused = new Map<string, string>();
    for (const entry of entries) {
      const one = await askGit(git, worktree, [entry], signal).catch((each: unknown) => {
        if (!GitError.is(each) || each.exitCode !== 128) throw each;
        return new Map([[entry.path, 'it lies in a submodule of the worktree, or git cannot tell']]);
      });
      for (const [name, why] of one) refused.set(name, why);
    }
    return refused;
  }
}

/** Without `--no-index` git names only what is both ignored and not tracked, for a folder: nothing in it is tracked. */
async function askGit(git: Git, worktree: string, entries: readonly Entry[], signal: AbortSignal | undefined) {
  const input = entries.map((entry) => `${display(entry)}\0`).join('');
  const args = ['check-ignore', '-z', '--stdin'];
  const { stdout } = await git.run(args, { cwd: worktree, input, okExitCodes: [0, 1], signal });
  const ignored = new Set(stdout.split('\0'));
  const refused = entries.filter((entry) => !ignored.has(display(entry)));
  const reasons = new Map<string, string>();
  for (const entry of refused) reasons.set(entry.path, await whyNotIgnored(git, worktree, entry, signal));
  return reasons;
}

async function whyNotIgnored(git: Git, cwd: string, entry: Entry, signal: AbortSignal | undefined): Promise<string> {
  const { stdout } = await git.run(['ls-files', '-z', '--', `:(top,literal)${entry.path}`], { cwd, signal });
  if (stdout === '') return 'the branch does not ignore it, so it could be committed there by mistake';
  return entry.folder ? 'the branch tracks files in it' : 'the branch tracks it';
}

/** null for an error with this code; any other is thrown on. */
function unless(code: string): (error: unknown) => null {
  return (error) => {
    if (errorCode(error) !== code) throw error;
    return null;
  };
}
