import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { memoryFolder } from '../../support/repositories';

/** A folder in memory, gone afterwards with whatever names its files have. */
export async function inMemory<T>(fn: (dir: string) => Promise<T>): Promise<T> {
  const dir = realpathSync(mkdtempSync(path.join(memoryFolder(), 'switchyard-fuzz-')));
  try {
    return await fn(dir);
  } finally {
    execFileSync('rm', ['-rf', dir]);
  }
}
