import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';

/** Whether `inner` is `outer` or lies in it; both absolute. Decided on the text: neither needs to exist. */
export function isInside(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return relative === '' || (!path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..');
}

/** What lies at a path, links not followed. */
export async function kindAt(file: string): Promise<'nothing' | 'empty-folder' | 'folder' | 'other'> {
  try {
    const found = await lstat(file);
    if (!found.isDirectory()) return 'other';
    return (await readdir(file)).length === 0 ? 'empty-folder' : 'folder';
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return 'nothing';
    throw error;
  }
}

export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code;
}

/** Whether an error says that there is no such path: absent, behind a file, or behind a link that leads to itself. */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '');
}
