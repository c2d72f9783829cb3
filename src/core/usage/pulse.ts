import { statSync } from 'node:fs';
import type { RecordFile, RecordPlaces, RecordReader } from '../agents/records';
import { FolderWalk } from './scan/walk';

/** A record that a reader finds, with what changes beside it. */
interface Watched {
  readonly reader: RecordReader;
  readonly walk: FolderWalk;
}

/**
 * Tells whether any record has changed since it was asked last. Nothing is read: folders are listed again only when they
 * changed, and of files only size and time are looked at.
 */
export class RecordPulse {
  readonly #watched: readonly Watched[];
  #known: ReadonlyMap<string, string> | null = null;

  constructor(o: { readonly readers: readonly RecordReader[]; readonly places: RecordPlaces }) {
    // What cannot be looked at is told by whoever reads.
    this.#watched = o.readers.flatMap((reader) =>
      reader.roots(o.places).map((root) => ({ reader, walk: new FolderWalk(root, () => undefined) })),
    );
  }

  /** The first time it is true. What is gone is no news: nothing is taken away for it. */
  hasChanged(): boolean {
    const known = this.#known;
    const now = new Map<string, string>();
    let changed = known === null;
    for (const { reader, walk } of this.#watched) {
      for (const file of walk.files()) {
        for (const path of [file.path, ...besideOf(reader, file)]) {
          const print = printOf(path);
          if (print === null) continue;
          now.set(path, print);
          if (known?.get(path) !== print) changed = true;
        }
      }
    }
    this.#known = now;
    return changed;
  }
}

function besideOf(reader: RecordReader, file: RecordFile): readonly string[] {
  return reader.kind === 'whole' ? (reader.beside?.(file) ?? []) : [];
}

/** null: not there, or not ours to see. */
function printOf(file: string): string | null {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats === undefined ? null : `${stats.ino}:${stats.size}:${stats.mtimeMs}`;
  } catch {
    return null;
  }
}
