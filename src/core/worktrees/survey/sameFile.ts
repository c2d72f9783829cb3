import { createReadStream, type Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { errorCode, isAbsent } from '../paths';

/** Beyond this many bytes contents are not compared: of two large files with other times nobody says they are the same. */
const tooLarge = 64 * 1024 * 1024;

export type Likeness = 'same' | 'absent' | 'different' | { readonly unreadable: string };

/**
 * Compares a file with the one it may have been copied from; links by where they point.
 * @param copied whether it was copied: then equal time and size mean that nobody wrote to it since
 */
export async function compareFiles(file: Buffer, original: Buffer, copied: boolean): Promise<Likeness> {
  try {
    const here = await lstat(file);
    const there = await lstatOrNull(original);
    if (there === null) return 'absent';
    if (here.isSymbolicLink() && there.isSymbolicLink()) {
      return (await readlink(file)) === (await readlink(original)) ? 'same' : 'different';
    }
    if (!here.isFile() || !there.isFile() || here.size !== there.size) return 'different';
    if (copied && isSameTime(here, there)) return 'same';
    if (here.size > tooLarge) return 'different';
    return (await haveSameBytes(file, original)) ? 'same' : 'different';
  } catch (error) {
    // Deleted while we looked: then it is no loss.
    if (isAbsent(error)) return 'same';
    return { unreadable: errorCode(error) ?? String(error) };
  }
}

async function lstatOrNull(file: Buffer): Promise<Stats | null> {
  try {
    return await lstat(file);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Copies may be exact to the microsecond only. */
function isSameTime(a: Stats, b: Stats): boolean {
  return Math.abs(a.mtimeMs - b.mtimeMs) < 0.001;
}

async function haveSameBytes(a: Buffer, b: Buffer): Promise<boolean> {
  const others = createReadStream(b)[Symbol.asyncIterator]();
  try {
    for await (const chunk of createReadStream(a)) {
      // Both streams read regular files of one size in pieces of one size.
      const other = await others.next();
      if (other.done === true || !chunk.equals(other.value)) return false;
    }
    return (await others.next()).done === true;
  } finally {
    await others.return?.();
  }
}
