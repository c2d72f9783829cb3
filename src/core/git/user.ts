import type { Git } from './git';
import { placeOf, type RepositoryLayout } from './repository';

/** Who works here as the configuration says it: `user.name`, else `user.email`; null: git knows nobody. @throws GitError */
export async function gitUser(git: Git, layout: RepositoryLayout): Promise<string | null> {
  const { cwd, args } = placeOf(layout);
  for (const key of ['user.name', 'user.email']) {
    // 1: not configured.
    const { stdout } = await git.run([...args, 'config', '--get', key], { cwd, okExitCodes: [0, 1] });
    if (stdout.trim() !== '') return stdout.trim();
  }
  return null;
}
