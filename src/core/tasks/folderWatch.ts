import { type FSWatcher, watch } from 'node:fs';
import { type Disposable, DisposableBase } from '../disposable';

/**
 * Watches folders, each flat: a recursive watch on many worktrees uses up the system's watches. What it tells is a
 * hint; a folder that cannot be watched is seen by the slow scans.
 */
export class FolderWatch extends DisposableBase {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #onChange: (folder: string, name: string | null) => void;

  constructor(onChange: (folder: string, name: string | null) => void) {
    super();
    this.#onChange = onChange;
    this._register({ dispose: () => this.set([]) });
  }

  /** Watches exactly these from now on. */
  set(folders: Iterable<string>): void {
    const wanted = new Set(this.disposed ? [] : folders);
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of wanted) if (!this.#watchers.has(folder)) this.#add(folder);
  }

  #add(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => this.#onChange(folder, name));
      watcher.on('error', () => {
        // The folder is gone, or the system gave up: the next `set` tries again.
        watcher.close();
        if (this.#watchers.get(folder) === watcher) this.#watchers.delete(folder);
        this.#onChange(folder, null);
      });
      this.#watchers.set(folder, watcher);
    } catch {
      // Not there, or no watches left: the scans see its changes, later.
    }
  }
}

/** Runs an action a moment after the last call for a key, and never twice at once for it. */
export class Debounced implements Disposable {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #action: (key: string) => Promise<void>;
  readonly #ms: number;
  #disposed = false;

  /** @param action must not throw */
  constructor(ms: number, action: (key: string) => Promise<void>) {
    this.#ms = ms;
    this.#action = action;
  }

  call(key: string): void {
    if (this.#disposed || this.#timers.has(key)) return;
    if (this.#running.has(key)) {
      this.#again.add(key);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      this.#run(key);
    }, this.#ms);
    this.#timers.set(key, timer);
  }

  /** Resolves when nothing is planned or running. */
  async settled(): Promise<void> {
    while (this.#timers.size > 0 || this.#running.size > 0) {
      if (this.#running.size > 0) await Promise.all(this.#running.values());
      else await new Promise((resolve) => setTimeout(resolve, this.#ms));
    }
  }

  #run(key: string): void {
    const run = this.#action(key).finally(() => {
      this.#running.delete(key);
      if (this.#again.delete(key)) this.call(key);
    });
    this.#running.set(key, run);
  }

  dispose(): void {
    this.#disposed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#again.clear();
  }
}
