import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { runGit } from '../../support/repositories';

/** Everything that a clean-up and a restore together must leave as it was. */
export interface WorktreeState {
  /** Path → mode and content of everything in the worktree, links as they are, `.git` apart. */
  readonly files: Readonly<Record<string, string>>;
  readonly dotGit: string;
  /** Path → content of git's own files of the worktree. */
  readonly admin: Readonly<Record<string, string>>;
  /** Entries with stage, flags and kept times. */
  readonly index: string;
  readonly head: string;
  readonly status: string;
}

export async function stateOf(worktree: string): Promise<WorktreeState> {
  const adminDir = path.resolve(worktree, await runGit(worktree, 'rev-parse', '--git-dir'));
  // Asked without locks: a status that writes a fresher index would be a difference of our own making.
  const ask = (...args: string[]) => runGit(worktree, '--no-optional-locks', ...args);
  const [all, admin, index, head, status] = await Promise.all([
    filesOf(worktree),
    filesOf(adminDir),
    ask('ls-files', '-z', '--stage', '-v', '--debug'),
    readFile(path.join(adminDir, 'HEAD'), 'utf8'),
    ask('status', '--porcelain=v2', '--branch', '--ignored', '-z', '--untracked-files=all'),
  ]);
  const { '.git': dotGit = '', ...files } = all;
  return { files, dotGit, admin, index, head, status };
}

/** Every file, folder and link below a folder by its path, bytes of names kept. */
export async function filesOf(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = async (dir: Buffer, prefix: string): Promise<void> => {
    for (const entry of await readdir(dir, { withFileTypes: true, encoding: 'buffer' })) {
      const file = Buffer.concat([dir, Buffer.from(path.sep), entry.name]);
      const name = `${prefix}${entry.name.toString('latin1')}`;
      const mode = (await lstat(file)).mode.toString(8);
      if (entry.isDirectory()) {
        found[`${name}/`] = mode;
        await walk(file, `${name}/`);
      } else if (entry.isSymbolicLink()) {
        found[name] = `${mode} → ${await readlink(file, 'latin1')}`;
      } else {
        found[name] = `${mode} ${createHash('sha1')
          .update(await readFile(file))
          .digest('hex')}`;
      }
    }
  };
  await walk(Buffer.from(folder), '');
  return found;
}
