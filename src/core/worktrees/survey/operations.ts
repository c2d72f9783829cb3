import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Loss } from '../../../contract/json';
import { errorCode } from '../paths';

/**
 * What git has begun in a worktree and not ended, from the files it leaves in the worktree's own git directory
 * (git-rebase(1), git-merge(1), git-bisect(1); wt-status.c).
 * @throws when the directory cannot be read
 */
export async function operationLosses(adminDir: string): Promise<Loss[]> {
  const names = new Set(await readdir(adminDir));
  const losses: Loss[] = [];
  const add = (operation: string, why: string) => losses.push({ kind: 'operation', path: operation, why });
  const read = (...parts: string[]) => readLine(path.join(adminDir, ...parts));
  if (names.has('rebase-merge')) {
    add('rebase', await rebaseWords(read, 'rebase-merge', 'msgnum', 'end'));
  } else if (names.has('rebase-apply')) {
    const applying = (await readdir(path.join(adminDir, 'rebase-apply'))).includes('applying');
    if (applying) add('am', 'applying patches has stopped in the middle');
    else add('rebase', await rebaseWords(read, 'rebase-apply', 'next', 'last'));
  }
  if (names.has('MERGE_HEAD')) add('merge', `a merge of ${short(await read('MERGE_HEAD'))} is not committed`);
  // A rebase leaves these too while it stops at one commit.
  const rebasing = names.has('rebase-merge') || names.has('rebase-apply');
  for (const [mark, operation] of [
    ['CHERRY_PICK_HEAD', 'cherry-pick'],
    ['REVERT_HEAD', 'revert'],
  ] as const) {
    if (names.has(mark) && !rebasing) add(operation, `a ${operation} of ${short(await read(mark))} is not committed`);
  }
  const picking = names.has('CHERRY_PICK_HEAD') || names.has('REVERT_HEAD');
  if (names.has('sequencer') && !picking) add('sequencer', 'a cherry-pick or revert of several commits has stopped');
  if (names.has('BISECT_LOG')) add('bisect', 'a bisect is under way');
  if (names.has('MERGE_AUTOSTASH')) add('autostash', 'git has put changes aside until the merge ends');
  return losses;
}

async function rebaseWords(
  read: (...parts: string[]) => Promise<string>,
  folder: string,
  nextName: string,
  lastName: string,
): Promise<string> {
  const branch = (await read(folder, 'head-name')).replace(/^refs\/heads\//, '');
  const [next, last, autostash] = await Promise.all([
    read(folder, nextName),
    read(folder, lastName),
    read(folder, 'autostash'),
  ]);
  const what = branch === '' || branch === 'detached HEAD' ? 'a rebase' : `the rebase of ${branch}`;
  const where = next === '' || last === '' ? 'has stopped' : `has stopped at step ${next} of ${last}`;
  return `${what} ${where}${autostash === '' ? '' : ', and git has put changes aside until it ends'}`;
}

function short(ids: string): string {
  return ids.slice(0, 10);
}

async function readLine(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).split('\n')[0]?.trim() ?? '';
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
