import { constants, copyFile, lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type BytePath, foldersOf, joinPaths, onDisk, shownPath, splitPaths } from '../../git/bytePath';
import type { Git } from '../../git/git';
import { WorktreeError } from '../errors';
import { errorCode, isAbsent } from '../paths';
import { withScratch } from './scratch';

/**
 * Which of the paths the rules of one worktree ignore, tracked or not, and whether or not they exist there. git is asked
 * in a folder that holds only that worktree's `.gitignore` files: in the worktree itself it would refuse the question
 * when one of the paths leads through a symbolic link or a submodule there.
 * @param top the worktree whose rules are asked. @param gitDir its git directory, for `info/exclude` and configuration
 * @throws GitError; WorktreeError git-failed when a `.gitignore` cannot be read
 */
export async function ignoredBy(
  deps: { readonly git: Git; readonly scratchDir: string },
  o: { readonly top: string; readonly gitDir: string; readonly signal?: AbortSignal | undefined },
  paths: readonly BytePath[],
): Promise<Set<BytePath>> {
  if (paths.length === 0) return new Set();
  return withScratch(deps, async (rules) => {
    for (const folder of new Set(['', ...paths.flatMap(foldersOf)])) await copyRules(o.top, rules, folder);
    const args = [`--git-dir=${o.gitDir}`, `--work-tree=${rules}`, 'check-ignore', '--no-index', '-z', '--stdin'];
    // `./`: a name that begins with `:` would be taken for pathspec magic.
    const input = joinPaths(paths.map((file) => `./${file}`));
    const { stdoutBytes } = await deps.git.run(args, { cwd: rules, input, okExitCodes: [0, 1], signal: o.signal });
    return new Set(splitPaths(stdoutBytes).map((file) => file.slice(2)));
  });
}

/** Brings one folder's `.gitignore` along, where git would read it: git follows no link to it, nor to its folder. */
async function copyRules(top: string, rules: string, folder: BytePath): Promise<void> {
  const file = folder === '' ? '.gitignore' : `${folder}/.gitignore`;
  try {
    const found = await lstat(onDisk(top, file));
    if (!found.isFile()) return;
    for (const above of foldersOf(file)) if ((await lstat(onDisk(top, above))).isSymbolicLink()) return;
    if (folder !== '') await mkdir(onDisk(rules, folder), { recursive: true });
    await copyFile(onDisk(top, file), onDisk(rules, file), constants.COPYFILE_FICLONE);
  } catch (error) {
    if (isAbsent(error)) return;
    const code = errorCode(error);
    throw new WorktreeError(
      'git-failed',
      `${path.join(top, shownPath(file))} cannot be read (${code}), so what git ignores is not known; make it readable.`,
      error,
    );
  }
}
