import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { RepositoryLayout } from '../../git/repository';

/** Where git is told of other parents, or another content, than a commit has: gitrepository-layout(5), git-replace(1). */
const places = ['shallow', 'info/grafts', 'refs/replace'];

/**
 * What verdicts rest on besides the two states and what the merger reads (`Merger.rules`): what git shows as the parents
 * of commits. Changes when that may have.
 */
export async function rulesStamp(layout: RepositoryLayout): Promise<string> {
  const stamps = await Promise.all(places.map((place) => stampOf(path.join(layout.commonDir, place))));
  return stamps.join(' ');
}

async function stampOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(file);
    return `${ino}:${size}:${mtimeMs}`;
  } catch {
    // Absent, or not ours to read and then not git's either.
    return '-';
  }
}
