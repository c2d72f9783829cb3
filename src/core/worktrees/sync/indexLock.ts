import { link, lstat, open, readFile, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorktreeError } from '../errors';

/**
 * git's own lock of a worktree's index, held so that no git command of anybody writes the index meanwhile. The lock is
 * a hard link to a file of ours (or, where there are none, holds its text), so that after a crash we know it as ours
 * and never take away somebody else's.
 */
export class IndexLock {
  readonly #lock: string;

  /** @param gitDir of the worktree. @param own our file, named after the operation */
  constructor(
    gitDir: string,
    private readonly own: string,
  ) {
    this.#lock = path.join(gitDir, 'index.lock');
  }

  /** @throws WorktreeError in-use when somebody else holds it for longer */
  async take(waitMs = 3_000): Promise<void> {
    const deadline = performance.now() + waitMs;
    await writeFile(this.own, `switchyard ${path.basename(path.dirname(this.own))}\n`, { mode: 0o600 });
    while (!(await this.#create())) {
      if (await this.isOurs()) return;
      if (performance.now() > deadline) {
        throw new WorktreeError(
          'in-use',
          `Another git process is at work in the worktree or died there (${this.#lock} exists); try again when it has ended.`,
        );
      }
      await sleep(50);
    }
  }

  async isOurs(): Promise<boolean> {
    try {
      const [lock, own] = await Promise.all([lstat(this.#lock), lstat(this.own)]);
      if (lock.ino === own.ino && lock.dev === own.dev) return true;
      return (await readFile(this.#lock)).equals(await readFile(this.own));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  async isFree(): Promise<boolean> {
    try {
      await lstat(this.#lock);
      return false;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
      throw error;
    }
  }

  /** Does nothing when it is not ours. */
  async release(): Promise<void> {
    if (await this.isOurs()) await unlink(this.#lock);
  }

  async #create(): Promise<boolean> {
    try {
      await link(this.own, this.#lock);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') return false;
      if (code === 'EXDEV' || code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') return this.#createText();
      throw error;
    }
  }

  async #createText(): Promise<boolean> {
    try {
      const file = await open(this.#lock, 'wx', 0o600);
      try {
        await file.writeFile(await readFile(this.own));
      } finally {
        await file.close();
      }
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }
}
