import { createHash } from 'node:crypto';
import { type BigIntStats, createReadStream } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import * as z from 'zod/mini';

export const printSchema = z.object({
  kind: z.enum(['file', 'link']),
  /** Of the content, or of where a link leads. */
  sha256: z.string(),
  size: z.string(),
  /** Nanoseconds; only compared for files that are moved, never for copies. */
  mtime: z.string(),
  /** Device and inode. */
  inode: z.string(),
  /** Permission bits. */
  mode: z.number(),
});

/** What a file was when it was looked at, so that any change since is seen. */
export type Print = z.infer<typeof printSchema>;

/** null: nothing there. `other`: neither file nor link. */
export async function printOf(file: string | Buffer): Promise<Print | 'other' | null> {
  try {
    const facts = await lstat(file, { bigint: true });
    const common = { ...seen(facts), mode: Number(facts.mode & 0o7777n) };
    if (facts.isSymbolicLink()) {
      const target = await readlink(file, { encoding: 'buffer' });
      return { kind: 'link', sha256: createHash('sha256').update(target).digest('hex'), ...common };
    }
    if (!facts.isFile()) return 'other';
    return { kind: 'file', sha256: await hashContent(file), ...common };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

function seen(facts: BigIntStats) {
  return { size: String(facts.size), mtime: String(facts.mtimeNs), inode: `${facts.dev}:${facts.ino}` };
}

/** Whether a file was written to since, by size and time alone: its content was compared before. */
export async function wasWritten(file: string | Buffer, before: Print): Promise<boolean> {
  const { size, mtime, inode } = seen(await lstat(file, { bigint: true }));
  return size !== before.size || mtime !== before.mtime || inode !== before.inode;
}

async function hashContent(file: string | Buffer): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** The same inode with the same content, not written to since. */
export function isUntouched(now: Print | 'other' | null, before: Print): boolean {
  if (!isSameContent(now, before) || now.mode !== before.mode) return false;
  return now.mtime === before.mtime && now.inode === before.inode;
}

/** The same content, executable or not as before, whichever file holds it. */
export function isSameContent(now: Print | 'other' | null, before: Print): now is Print {
  if (now === null || now === 'other' || now.kind !== before.kind || now.sha256 !== before.sha256) return false;
  return now.kind === 'link' || (now.mode & 0o111) === (before.mode & 0o111);
}
