import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Disposable, toDisposable } from '../disposable';
import { Emitter } from '../event';
import type { Log } from '../ports';
import { type StoreArea, storeFolders, watchedAreas } from './context';
import { errorCode, errorText, isMissing } from './errors';
import { makeFolder } from './files';
import { isFileName } from './names';

export interface StoreChange {
  readonly area: StoreArea;
  /** The stream, task, launch, lease, worktree key or hash concerned; null: anything in the area. */
  readonly name: string | null;
}

const scanMs = 5_000;
const settleMs = 20;
/** A folder whose time is older than this at a scan did not change within the clock's grain of the scan before. */
const coarseMs = 3_000;

interface AreaState {
  watcher: FSWatcher | null;
  /** The folder that is watched; another one may come to stand under its name. */
  ino: number;
  mtimeMs: number;
  /** What each file looked like last; null before the first look. */
  files: Map<string, string> | null;
  /** File events that came before the first look, which would hide them. */
  early: Set<string> | null;
}

/**
 * Tells which files of the store changed. Events of the file system are hints that get lost; a scan every 5 s, by name,
 * size and time, is the truth.
 */
export class StoreWatcher implements Disposable {
  readonly #dir: string;
  readonly #log: Log;
  readonly #onDidChange = new Emitter<StoreChange>();
  readonly onDidChange = this.#onDidChange.event;
  readonly #areas = new Map<StoreArea, AreaState>();
  readonly #pending = new Map<string, NodeJS.Timeout>();
  #users = 0;
  /** Tells the chain of scans of one `start` from that of a later one. */
  #generation = 0;
  #timer: NodeJS.Timeout | null = null;
  #scanning: Promise<unknown> | null = null;
  #soon: NodeJS.Timeout | null = null;
  #warned = false;

  constructor(dir: string, log: Log) {
    this.#dir = dir;
    this.#log = log;
    for (const area of watchedAreas) {
      this.#areas.set(area, { watcher: null, ino: 0, mtimeMs: 0, files: null, early: null });
    }
  }

  /** Begins to watch (once, however often it is called) and keeps the process alive until all have let go. */
  start(): Disposable {
    this.#users += 1;
    if (this.#users === 1) {
      for (const [area, state] of this.#areas) {
        state.early = new Set();
        state.files = null;
        this.#watchArea(area, state);
      }
      this.#generation += 1;
      this.#plan(0, this.#generation);
    }
    return toDisposable(() => {
      this.#users -= 1;
      if (this.#users === 0) this.#stop();
    });
  }

  /** A file was written by this process. */
  touched(area: StoreArea, fileName: string): void {
    if (this.#users > 0) this.#look(area, fileName);
  }

  /** Compares everything now; the first scan only learns what is there. */
  async scan(): Promise<void> {
    // One that is under way may have passed what the caller means.
    const before = this.#scanning ?? Promise.resolve();
    const scanning = before.then(() => this.#scanAll());
    const settled = scanning.catch(() => undefined); // the caller has the error
    this.#scanning = settled;
    try {
      await scanning;
    } finally {
      if (this.#scanning === settled) this.#scanning = null;
    }
  }

  dispose(): void {
    this.#users = 0;
    this.#stop();
    this.#onDidChange.dispose();
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#soon !== null) clearTimeout(this.#soon);
    this.#timer = null;
    this.#soon = null;
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
    for (const state of this.#areas.values()) {
      state.watcher?.close();
      state.watcher = null;
      state.early = null;
    }
  }

  #plan(ms: number, generation: number): void {
    this.#timer = setTimeout(() => {
      this.scan()
        .catch((error) => this.#log.warn(`The store could not be scanned: ${errorText(error)}`))
        .finally(() => {
          if (this.#users > 0 && generation === this.#generation) this.#plan(scanMs, generation);
        });
    }, ms);
  }

  #scanSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = null;
      this.scan().catch((error) => this.#log.warn(`The store could not be scanned: ${errorText(error)}`));
    }, settleMs);
  }

  #watchArea(area: StoreArea, state: AreaState): void {
    state.watcher?.close();
    state.watcher = null;
    const folder = join(this.#dir, area);
    try {
      const watcher = watch(folder, (_event, fileName) => {
        // Without a name anything may have changed; with the folder's own, it was removed or moved.
        if (fileName === null || fileName === basename(folder)) this.#scanSoon();
        else this.#look(area, fileName);
      });
      watcher.on('error', (error) => {
        this.#log.debug(`Watching ${folder} ended: ${error.message}`);
        watcher.close();
        if (state.watcher === watcher) state.watcher = null;
      });
      state.watcher = watcher;
    } catch (error) {
      // No watches left, or the folder is gone: the scan sees everything, only later, and tries again.
      if (!this.#warned && !isMissing(error)) {
        this.#warned = true;
        this.#log.warn(`${folder} cannot be watched, so changes show up to 5 s late: ${errorText(error)}`);
      }
    }
  }

  /** Looks at one file a moment later: an event often comes in the middle of a write, and in numbers. */
  #look(area: StoreArea, fileName: string): void {
    const state = this.#areas.get(area);
    if (state === undefined || nameOf(area, fileName) === null) return;
    if (state.early !== null) {
      state.early.add(fileName);
      return;
    }
    const key = `${area}/${fileName}`;
    if (this.#pending.has(key)) return;
    const timer = setTimeout(() => {
      this.#pending.delete(key);
      this.#compare(area, state, fileName).catch((error) =>
        this.#log.debug(`${key} could not be looked at: ${errorText(error)}`),
      );
    }, settleMs);
    this.#pending.set(key, timer);
  }

  async #compare(area: StoreArea, state: AreaState, fileName: string): Promise<void> {
    this.#take(area, state, fileName, await this.#signature(area, fileName));
  }

  #take(area: StoreArea, state: AreaState, fileName: string, signature: string | null): void {
    if (state.files === null || (state.files.get(fileName) ?? null) === signature) return;
    if (signature === null) state.files.delete(fileName);
    else state.files.set(fileName, signature);
    this.#onDidChange.fire({ area, name: nameOf(area, fileName) });
  }

  async #signature(area: StoreArea, fileName: string): Promise<string | null> {
    const file = join(this.#dir, area, fileName);
    try {
      // Every holder renews every 5 s; that alone is no news.
      if (area === 'leases') return (await readFile(file, 'utf8')).replace(/"renewedAt":"[^"]*"/, '');
      if (area === 'texts') return 'there'; // named by content, so it never changes
      const facts = await stat(file);
      return `${facts.ino}:${facts.size}:${facts.mtimeMs}`;
    } catch (error) {
      if (isMissing(error)) return null;
      return `unreadable:${errorCode(error)}`;
    }
  }

  async #scanAll(): Promise<void> {
    if (this.#users > 0) await this.#mendFolders();
    for (const [area, state] of this.#areas) {
      try {
        await this.#scanArea(area, state);
      } catch (error) {
        this.#log.warn(`${join(this.#dir, area)} could not be scanned: ${errorText(error)}`);
      }
    }
  }

  /** The store may have been deleted under us; a deleted repository stays deleted. */
  async #mendFolders(): Promise<void> {
    try {
      await makeFolder(this.#dir);
      for (const folder of storeFolders) await makeFolder(join(this.#dir, folder));
    } catch (error) {
      this.#log.debug(`The store's folders could not be made: ${errorText(error)}`);
    }
  }

  async #scanArea(area: StoreArea, state: AreaState): Promise<void> {
    const folder = join(this.#dir, area);
    let names: string[] = [];
    try {
      const facts = await stat(folder);
      const replaced = facts.ino !== state.ino;
      if (this.#users > 0 && (state.watcher === null || (state.ino !== 0 && replaced))) this.#watchArea(area, state);
      // Files that are replaced or made change their folder's time; those of events grow where they are.
      const quiet = !replaced && facts.mtimeMs === state.mtimeMs && Date.now() - facts.mtimeMs > coarseMs;
      state.ino = facts.ino;
      if (quiet && area !== 'events' && state.files !== null) return;
      names = (await readdir(folder)).filter((name) => nameOf(area, name) !== null);
      // Only now: whatever comes after this time is seen by the next scan.
      state.mtimeMs = facts.mtimeMs;
    } catch (error) {
      if (!isMissing(error)) throw error;
      state.ino = 0;
    }
    const seen = new Map<string, string>();
    await Promise.all(
      names.map(async (name) => {
        const signature = await this.#signature(area, name);
        if (signature !== null) seen.set(name, signature);
      }),
    );
    this.#adopt(area, state, seen);
  }

  #adopt(area: StoreArea, state: AreaState, seen: Map<string, string>): void {
    const known = state.files;
    if (known !== null) {
      for (const fileName of new Set([...known.keys(), ...seen.keys()])) {
        this.#take(area, state, fileName, seen.get(fileName) ?? null);
      }
      return;
    }
    state.files = seen;
    const early = state.early ?? new Set();
    state.early = null;
    for (const fileName of early) this.#onDidChange.fire({ area, name: nameOf(area, fileName) });
  }
}

/** What a file of an area is about; null for files in the making and whatever else lies there. */
function nameOf(area: StoreArea, fileName: string): string | null {
  if (!isFileName(fileName)) return null;
  const without = (extension: string) => (fileName.endsWith(extension) ? fileName.slice(0, -extension.length) : null);
  switch (area) {
    case 'events':
      return without('.jsonl');
    case 'tasks':
    case 'status':
    case 'matrix':
    case 'usage':
      return without('.json');
    case 'launch':
      return without('.json') ?? without('.claimed');
    case 'texts':
      return /^[0-9a-f]{64}$/.test(fileName) ? fileName : null;
    case 'leases':
    case 'hints':
      return fileName;
  }
}
