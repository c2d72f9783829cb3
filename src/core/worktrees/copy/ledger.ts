import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../paths';

/**
 * What was copied into a worktree, in its own git directory: one path after the other, each ended by NUL, written just
 * before the copy gets its name. A copy that was cut off and is run again knows by it what it brought itself.
 */
export class CopyLedger {
  private constructor(
    readonly file: string,
    readonly paths: ReadonlySet<string>,
  ) {}

  static async read(gitDir: string): Promise<CopyLedger> {
    const file = path.join(gitDir, 'switchyard-copied');
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return '';
      throw error;
    });
    // What follows the last NUL was cut off in the middle.
    return new CopyLedger(file, new Set(text.split('\0').slice(0, -1)));
  }

  /** A NUL before it, too: a torn entry must not swallow this one. */
  async add(entry: string): Promise<void> {
    await appendFile(this.file, `\0${entry}\0`);
  }
}
