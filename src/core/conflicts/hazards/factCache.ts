import type { TreeChange } from '../../git/treeDiff';
import { Aging } from './aging';
import type { FileFacts } from './facts';
import type { ChangedFile } from './parts';

/** Versions of files whose facts are kept between calls: those of fifty sides of hundreds of files each. */
const keptVersions = 30_000;

/** Facts by content, and by what the path says of it. Kept between calls. */
export class FactCache {
  readonly #facts = new Aging<FileFacts | string>(keptVersions);
  readonly #lines = new Aging<{ readonly lines: ChangedFile['lines'] }>(keptVersions);

  /** A text: why it could not be read. */
  get(path: string, blob: string): FileFacts | string | undefined {
    return this.#facts.get(keyOf(path, blob));
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

  clear(): void {
    this.#facts.clear();
    this.#lines.clear();
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
