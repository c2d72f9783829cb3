import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isFile, readTrimmed } from '../../git/layoutFiles';
import { isFullId } from '../../git/refNames';
import { operationIn } from '../../git/status';
import { isMissing } from '../../store/errors';

/**
 * The commit of a worktree's HEAD, read from files alone (gitrepository-layout(5)); null where they do not tell: no
 * commit yet, or refs that are kept in another form.
 */
export async function readHeadId(gitDir: string, commonDir: string): Promise<string | null> {
  const head = await readTrimmed(path.join(gitDir, 'HEAD'));
  if (head === null || isFullId(head)) return head;
  const ref = /^ref: *(refs\/.+)$/.exec(head)?.[1];
  if (ref === undefined) return null;
  // Only branches are shared; HEAD may stand on nothing else.
  if (!ref.startsWith('refs/heads/')) return null;
  const id = await readTrimmed(path.join(commonDir, ref));
  if (id !== null && isFullId(id)) return id;
  return readPacked(commonDir, ref);
}

async function readPacked(commonDir: string, ref: string): Promise<string | null> {
  try {
    const text = await readFile(path.join(commonDir, 'packed-refs'), 'utf8');
    const end = text.indexOf(` ${ref}\n`);
    if (end < 0) return null;
    const id = text.slice(text.lastIndexOf('\n', end) + 1, end);
    return isFullId(id) ? id : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** What git has begun here and not ended, for people; null: nothing that leaves the files in between two states. */
export async function readOperation(gitDir: string): Promise<string | null> {
  const operation = await operationIn(gitDir);
  if (operation !== null && operation !== 'bisect') return operation;
  // Between two of several picks there is no other mark.
  return (await isFile(path.join(gitDir, 'sequencer', 'todo'))) ? 'cherry-pick' : null;
}
