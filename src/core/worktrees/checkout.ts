import type { Settings } from '../ports';

/** Options before the command: Windows' own limit of 260 characters is short for worktrees of deep repositories. */
export function longPaths(): string[] {
  return process.platform === 'win32' ? ['-c', 'core.longpaths=true'] : [];
}

/** git-lfs-smudge(1): with the variable large files stay the pointers that the commit has. */
export function checkoutEnvironment(settings: Pick<Settings, 'skipLfs'>): Record<string, string> {
  return settings.skipLfs ? { GIT_LFS_SKIP_SMUDGE: '1' } : {};
}
