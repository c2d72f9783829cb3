import type { BytePath } from '../../git/bytePath';
import type { TreeChange, TreeEntry } from '../../git/treeDiff';
import { Aging } from './aging';
import type { FileFacts } from './facts';
import type { ChangedFile } from './parts';

/** Versions of files whose facts are kept between calls: those of fifty sides of hundreds of files each. */
const keptVersions = 30_000;
/** Folders of commits that are kept between calls: a side that moves adds files where it did before. */
const keptFolders = 500;

/** Facts by content, and by what the path says of it. Kept between calls. */
export class FactCache {
  readonly #facts = new Aging<FileFacts | string>(keptVersions);
  readonly #lines = new Aging<{ readonly lines: ChangedFile['lines'] }>(keptVersions);
  readonly #folders = new Aging<ReadonlyMap<BytePath, TreeEntry>>(keptFolders);

  /**
   * A text: why it could not be read.
   * @param whole facts in which uses were not looked for are none
   */
  get(path: string, blob: string, whole: boolean): FileFacts | string | undefined {
    const facts = this.#facts.get(keyOf(path, blob));
    return whole && typeof facts === 'object' && facts.code?.words !== undefined ? undefined : facts;
  }

  keep(path: string, blob: string, facts: FileFacts | string): void {
    this.#facts.keep(keyOf(path, blob), facts);
  }

  /** Where two contents differ. */
  linesOf(edit: TreeChange): ChangedFile['lines'] | undefined {
    return this.#lines.get(editKey(edit))?.lines;
  }

  keepLines(edit: TreeChange, lines: ChangedFile['lines']): void {
    this.#lines.keep(editKey(edit), { lines });
  }

  /** What a commit has in a folder. @param name `<commit>:<path>` */
  folder(name: string): ReadonlyMap<BytePath, TreeEntry> | undefined {
    return this.#folders.get(name);
  }

  keepFolder(name: string, entries: ReadonlyMap<BytePath, TreeEntry>): void {
    this.#folders.keep(name, entries);
  }

  clear(): void {
    this.#facts.clear();
    this.#lines.clear();
    this.#folders.clear();
  }

  get size(): number {
    return this.#facts.size;
  }
}

/** Some readers ask for folders and whole names (`db/migrate/`, `package.json`), so the whole path is part of the key. */
export function keyOf(path: string, blob: string): string {
  return `${blob} ${path}`;
}

function editKey({ old, next }: TreeChange): string {
  return `${old?.id} ${next?.id}`;
}
