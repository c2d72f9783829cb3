import { createHash, randomBytes } from 'node:crypto';
import { access, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import { parseRawCommit, rawCommitText } from './rawCommit';
import { isFullId } from './refNames';

const compress = promisify(deflate);
const decompress = promisify(inflate);

/**
 * Writes an object as git does (gitformat-loose: `<kind> <size>` NUL content, deflated, in a file named by the hash of
 * that), without a process. One that is there already is left as it is.
 * @param objects absolute object directory, made when missing. @param like any full id of the same repository: its
 * length tells the hash (40: sha1, 64: sha256)
 * @returns full id
 */
export async function writeLooseObject(
  objects: string,
  kind: 'blob' | 'tree' | 'commit',
  content: Buffer,
  like: string,
): Promise<string> {
  const whole = Buffer.concat([Buffer.from(`${kind} ${content.length}\0`), content]);
  const id = createHash(like.length === 64 ? 'sha256' : 'sha1')
    .update(whole)
    .digest('hex');
  const file = looseFile(objects, id);
  if (await isThere(file)) return id;
  const packed = await compress(whole, { level: 1 });
  await mkdir(path.dirname(file), { recursive: true });
  // git's own name for files in the making: its clean-ups know them.
  const temp = path.join(objects, `tmp_obj_${randomBytes(8).toString('hex')}`);
  try {
    await writeFile(temp, packed, { flag: 'wx', mode: 0o444 });
    await rename(temp, file);
  } catch (error) {
    await unlink(temp).catch(() => undefined);
    // Windows does not replace a read-only file: then another process was first, with the same content.
    if (!(await isThere(file))) throw error;
  }
  return id;
}

/** Where an object lies that is in no pack. */
export function looseFile(objects: string, id: string): string {
  return path.join(objects, id.slice(0, 2), id.slice(2));
}

/**
 * Author and committer of commits that only we ever see. Always the same, so that the same state has the same id. Not
 * in the past: git looks for merge bases from the youngest commit on, and would walk the whole history of one side
 * before it came to an old tip of the other. 2^31 - 1 is the last second that every git can print.
 */
const author = 'switchyard <switchyard> 2147483647 +0000';

/** Writes a commit whose id depends on its tree, parents and message alone. */
export async function writeOwnCommit(
  objects: string,
  commit: { readonly tree: string; readonly parents: readonly string[]; readonly message: string },
): Promise<string> {
  const text = rawCommitText({ ...commit, author, encoding: null }, author);
  return writeLooseObject(objects, 'commit', text, commit.tree);
}

/**
 * The tree of a commit that is in no pack, as most are that were made a short while ago; null: it has to be asked for.
 * @param objects absolute object directory. @param commit full id
 */
export async function treeOfLooseCommit(objects: string, commit: string): Promise<string | null> {
  try {
    const whole = await decompress(await readFile(looseFile(objects, commit)));
    const end = whole.indexOf(0);
    if (!whole.subarray(0, end).toString('latin1').startsWith('commit ')) return null;
    const { tree } = parseRawCommit(whole.subarray(end + 1).toString('latin1'));
    return isFullId(tree) ? tree : null;
  } catch {
    // Packed, or damaged: git will say which.
    return null;
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    // Absent, or behind a folder that is: it is to be written either way.
    return false;
  }
}
