import type { BytePath } from '../../git/bytePath';
import type { InTheWay } from '../side';
import type { Changes } from './changes';
import type { Names } from './names';

/**
 * What lies in a worktree beside its snapshot, held against what a merge would write there: a file or folder, one
 * below it (an ignored folder holds nobody knows what), or a file in the place of a folder around it. A merge that takes
 * away or moves folders leaves ignored files where they are; an overlooked one it refuses to delete, too.
 */
export class Lying {
  readonly #names: Names;
  readonly #ignored: ReadonlySet<number>;
  readonly #overlooked: ReadonlySet<number>;
  /** Folders with something ignored in them. */
  readonly #above = new Set<number>();

  constructor(names: Names, { ignored, overlooked }: InTheWay) {
    const number = (path: BytePath) => names.path(path.replace(/\/$/, ''));
    this.#names = names;
    this.#ignored = new Set(ignored.map(number));
    this.#overlooked = new Set(overlooked.map(number));
    for (const path of this.#ignored) {
      for (let folder = names.parentOf(path); folder > 0 && !this.#above.has(folder); folder = names.parentOf(folder)) {
        this.#above.add(folder);
      }
    }
  }

  /** The first path that such changes write to, although something lies there; null: none. */
  under({ paths, results }: Changes): BytePath | null {
    for (let i = 0; i < paths.length; i += 1) {
      const path = paths[i] ?? 0;
      if (this.#overlooked.has(path) || (results[i] !== 0 && this.#isTaken(path))) return this.#names.nameOf(path);
    }
    return null;
  }

  #isTaken(path: number): boolean {
    if (this.#above.has(path)) return true;
    for (let each = path; each > 0; each = this.#names.parentOf(each)) if (this.#ignored.has(each)) return true;
    return false;
  }
}
