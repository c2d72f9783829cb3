import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { RepositoryLayout } from '../../git/repository';

/**
 * What else a merge depends on besides the two states: configuration, the repository's own attributes, and what git
 * shows as parents (grafts, a shallow history, replaced objects). Changes when one of those files does.
 */
export async function rulesStamp(layout: RepositoryLayout, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const home = env.HOME ?? homedir();
  const userConfig = env.XDG_CONFIG_HOME ?? path.join(home, '.config');
  const own = ['config', 'config.worktree', 'info/attributes', 'info/grafts', 'shallow', 'refs/replace'];
  const files = [
    ...own.map((name) => path.join(layout.commonDir, name)),
    env.GIT_CONFIG_GLOBAL ?? path.join(home, '.gitconfig'),
    path.join(userConfig, 'git', 'config'),
    path.join(userConfig, 'git', 'attributes'),
  ];
  const stamps = await Promise.all(files.map(stampOf));
  return stamps.join(' ');
}

async function stampOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(file);
    return `${ino}:${size}:${mtimeMs}`;
  } catch {
    // Absent or not ours to read: the same for git.
    return '-';
  }
}
