import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import type { RecordFile, RecordRoot } from '../../agents/records';

/** What one folder held when it was listed. */
interface Listing {
  readonly mtimeMs: number;
  /** Its time of change was so recent that something may have changed since without changing it again. */
  readonly isFresh: boolean;
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

/** What a folder could not be read for. */
export type TellUnreadable = (folder: string, reason: string) => void;

/** Nobody nests records deeper; a folder that holds itself through a mount would go on for ever. */
const deepest = 32;
/** The coarsest clock of a file system in use (FAT). */
const clockMs = 2_000;

/** Finds the files below a root. A folder is listed again only when its time of change says that it has changed. */
export class FolderWalk {
  readonly #root: RecordRoot;
  readonly #tell: TellUnreadable;
  #listings = new Map<string, Listing>();

  constructor(root: RecordRoot, tell: TellUnreadable) {
    this.#root = root;
    this.#tell = tell;
  }

  /** All files that may hold records, in the order in which the system lists them. */
  files(): RecordFile[] {
    const files: RecordFile[] = [];
    const listings = new Map<string, Listing>();
    this.#visit(this.#root.dir, '', 0, { files, listings, visited: new Set() });
    this.#listings = listings;
    return files;
  }

  #visit(
    dir: string,
    relative: string,
    depth: number,
    to: { files: RecordFile[]; listings: Map<string, Listing>; visited: Set<string> },
  ): void {
    const stats = this.#look(dir);
    if (stats === null || !stats.isDirectory() || depth > deepest) return;
    const identity = identityOf(stats, dir);
    if (to.visited.has(identity)) return;
    to.visited.add(identity);
    const known = this.#listings.get(dir);
    const listing =
      known?.mtimeMs === stats.mtimeMs && !known.isFresh ? known : this.#list(dir, relative, stats.mtimeMs);
    if (listing === null) return;
    to.listings.set(dir, listing);
    for (const name of listing.files) {
      to.files.push({ path: join(dir, name), relative: below(relative, name), root: this.#root });
    }
    for (const name of listing.folders) this.#visit(join(dir, name), below(relative, name), depth + 1, to);
  }

  #look(dir: string): Stats | null {
    try {
      return statSync(dir, { throwIfNoEntry: false }) ?? null;
    } catch (error) {
      this.#tell(dir, `the folder cannot be looked at (${codeOf(error)})`);
      return null;
    }
  }

  #list(dir: string, relative: string, mtimeMs: number): Listing | null {
    let entries: Dirent[];
    const isFresh = Date.now() - mtimeMs < clockMs;
    try {
      entries = readdirSync(dir, { withFileTypes: true });
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') this.#tell(dir, `the folder cannot be read (${codeOf(error)})`);
      return null;
    }
    const [folders, files]: [string[], string[]] = [[], []];
    for (const entry of entries) {
      const name = below(relative, entry.name);
      const kind = kindOf(entry, dir);
      if (kind === 'folder' && this.#root.descends(name)) folders.push(entry.name);
      else if (kind === 'file' && this.#root.holds(name)) files.push(entry.name);
    }
    return { mtimeMs, isFresh, folders, files };
  }
}

/** Names a file or folder whatever path leads to it; a system that has no such names tells 0. */
export function identityOf(stats: Stats, file: string): string {
  return stats.ino === 0 ? file : `${stats.dev}:${stats.ino}`;
}

/** The system's code of an error of a file. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}

function kindOf(entry: Dirent, dir: string): 'folder' | 'file' | null {
  if (entry.isDirectory()) return 'folder';
  if (entry.isFile()) return 'file';
  if (entry.isFIFO() || entry.isSocket() || entry.isBlockDevice() || entry.isCharacterDevice()) return null;
  // A link, or a file system that does not tell with the name.
  try {
    const stats = statSync(join(dir, entry.name), { throwIfNoEntry: false });
    if (stats?.isDirectory()) return 'folder';
    return stats?.isFile() ? 'file' : null;
  } catch {
    return null;
  }
}

function join(dir: string, name: string): string {
  return dir.endsWith(path.sep) ? dir + name : dir + path.sep + name;
}

function below(relative: string, name: string): string {
  return relative === '' ? name : `${relative}/${name}`;
}
