import { appendFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RepositoryLayout } from '../../git/repository';
import { errorCode, isInside } from '../paths';

/**
 * Keeps a worktree that lies inside the main one out of git's sight there, by one line in `info/exclude`: `git add -A`
 * would take it for a submodule. Does nothing for a worktree elsewhere, or when the line is there already.
 */
export async function excludeInsideMain(layout: RepositoryLayout, worktree: string): Promise<void> {
  const main = layout.mainWorktree;
  if (main === null || !isInside(worktree, main)) return;
  const root = path.dirname(worktree);
  const relative = path
    .relative(main, root === main ? worktree : root)
    .split(path.sep)
    .join('/');
  const pattern = `/${relative.replace(/[\\*?[]/g, '\\$&')}/`;
  const file = path.join(layout.commonDir, 'info', 'exclude');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    // A template without it: made below.
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  });
  if (text.split(/\r?\n/).includes(pattern)) return;
  await mkdir(path.dirname(file), { recursive: true });
  await appendFile(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}${pattern}\n`);
}
