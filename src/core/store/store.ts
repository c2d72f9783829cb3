import { constants } from 'node:fs';
import { access, chmod, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Actor } from '../../contract/events';
import type { Disposable } from '../disposable';
import { Emitter, type Event } from '../event';
import type { Log } from '../ports';
import { type StoreContext, storeFolders } from './context';
import { createDocuments, type Documents } from './documents';
import { type Damage, errorCode, errorText, isMissing, StoreError } from './errors';
import { createEventLogs, type EventLogs } from './events';
import { makeFolder } from './files';
import { createHints, type Hints } from './hints';
import { createJournals, type Journals } from './journals';
import { createLaunches, type Launches } from './launches';
import { createLeases, type Leases } from './leases';
import { createLocks, type Locks } from './locks';
import { createTexts, type Texts } from './texts';
import { type StoreChange, StoreWatcher } from './watcher';

/** What windows, runners, hooks and agents of one repository share: `<git common dir>/switchyard`. */
export interface Store {
  /** Absolute. */
  readonly dir: string;
  readonly events: EventLogs;
  readonly leases: Leases;
  readonly launches: Launches;
  readonly texts: Texts;
  readonly documents: Documents;
  readonly locks: Locks;
  readonly journals: Journals;
  readonly hints: Hints;
  /** Clock of everything that the store writes. */
  readonly now: () => Date;
  readonly log: Log;
  /** Only while it is watched. */
  readonly onDidChange: Event<StoreChange>;
  /** Everything that was set aside, each once. */
  readonly damage: Event<Damage>;
  /**
   * Watches until all who began it let go; keeps the process alive. What is read after this call and changes later is
   * told: within 300 ms as a rule, after 5 s at the latest.
   */
  watch(): Disposable;
  /** Looks for changes now (when a window gets focus). */
  scanNow(): Promise<void>;
  dispose(): void;
}

/**
 * Opens a store, making its folders (0700) where they are missing; its parent must be there.
 * @throws StoreError `no-parent`, `not-a-folder`, `unwritable`
 */
export async function openStore(dir: string, o: { log: Log; actor: Actor; now?: () => Date }): Promise<Store> {
  const path = resolve(dir);
  await makeFolders(path);
  const damage = new Emitter<Damage>((error) => o.log.error(`A listener failed: ${errorText(error)}`));
  const watcher = new StoreWatcher(path, o.log);
  const reported = new Set<string>();
  const context: StoreContext = {
    dir: path,
    log: o.log,
    actor: o.actor,
    now: o.now ?? (() => new Date()),
    report(item) {
      const key = `${item.file}:${item.line}:${item.reason}`;
      if (reported.has(key)) return;
      reported.add(key);
      const place = item.line === null ? item.file : `${item.file}:${item.line}`;
      o.log.warn(`Set aside (${item.reason}): ${place}: ${item.message}`);
      damage.fire(item);
    },
    touched: (area, fileName) => watcher.touched(area, fileName),
  };
  return {
    dir: path,
    events: createEventLogs(context),
    leases: createLeases(context),
    launches: createLaunches(context),
    texts: createTexts(context),
    documents: createDocuments(context),
    locks: createLocks(context),
    journals: createJournals(context),
    hints: createHints(context),
    now: context.now,
    log: o.log,
    onDidChange: watcher.onDidChange,
    damage: damage.event,
    watch: () => watcher.start(),
    scanNow: () => watcher.scan(),
    dispose() {
      watcher.dispose();
      damage.dispose();
    },
  };
}

async function makeFolders(dir: string): Promise<void> {
  try {
    if (!(await makeFolder(dir))) await checkFolder(dir);
    const there = new Map((await readdir(dir, { withFileTypes: true })).map((entry) => [entry.name, entry]));
    // All of them before anything is watched: what is written into a folder that was just made is often not told.
    for (const folder of storeFolders) {
      const entry = there.get(folder);
      if (entry === undefined) await makeFolder(join(dir, folder));
      else if (entry.isFile()) throw notAFolder(join(dir, folder));
    }
  } catch (error) {
    if (StoreError.is(error)) throw error;
    const o = { file: dir, cause: error };
    const parent = dirname(dir);
    if (errorCode(error) === 'ENOENT') {
      throw new StoreError('no-parent', `${parent} is not there; check that the repository still exists.`, o);
    }
    if (isMissing(error)) throw notAFolder(parent);
    throw new StoreError('unwritable', `${dir} cannot be written (${errorText(error)}); check its permissions.`, o);
  }
}

async function checkFolder(dir: string): Promise<void> {
  const facts = await stat(dir);
  if (!facts.isDirectory()) throw notAFolder(dir);
  await access(dir, constants.W_OK);
  if (process.platform === 'win32' || (facts.mode & 0o077) === 0) return;
  try {
    await chmod(dir, 0o700);
  } catch {
    // Another user's folder: what it holds is readable for others then, but everything works.
  }
}

function notAFolder(path: string): StoreError {
  return new StoreError('not-a-folder', `${path} is no folder; move it out of the way.`, { file: path });
}
