import { setTimeout as sleep } from 'node:timers/promises';
import { type Disposable, toDisposable } from '../disposable';
import type { Lease, SeenHolder } from '../store/leases';
import { worktreeKey } from '../store/names';
import type { Store } from '../store/store';

/** Windows show folders without holding them; a folder of more windows than this is not counted further. */
const maxWindows = 50;
const stepMs = 100;

/** A window of the editor that shows a worktree, or a folder in it. */
export interface ShownWindow {
  /** The process of its extensions; another one after a reload. */
  readonly pid: number;
  /** What it has open (a folder, or a workspace file); null: not told. */
  readonly window: string | null;
}

interface StoreOnly {
  readonly store: Store;
}

function prefixOf(worktree: string): string {
  return `window~${worktreeKey(worktree)}~`;
}

/**
 * Held by whoever wants the windows of a worktree closed, as long as it wants that: a request whose process died asks
 * nothing any more, and nothing of it has to be cleaned up.
 */
function closeName(worktree: string): string {
  return `${prefixOf(worktree)}close`;
}

/**
 * The live windows that show a worktree, this process's own among them.
 * @param worktree its path; need not be there any more
 */
export async function windowsOn({ store }: StoreOnly, worktree: string): Promise<readonly ShownWindow[]> {
  const prefix = prefixOf(worktree);
  const isWindow = ({ file, alive }: SeenHolder) =>
    alive && file.name.startsWith(prefix) && file.name !== closeName(worktree);
  return (await store.leases.list()).filter(isWindow).map(({ file: { pid, window } }) => ({ pid, window }));
}

/**
 * Tells everyone, as long as it is not disposed, that this window shows a worktree, and closes the window when it is
 * asked to. The store must be watched. A window that is announced while the worktree's windows are to be closed is
 * asked, too.
 * @param o.close asks the window to close; it may ask its user first, or stay. Called once a request
 */
export function announceWindow(
  { store }: StoreOnly,
  o: { worktree: string; window: string | null; version: string; close: () => Promise<void> },
): Disposable {
  const name = closeName(o.worktree);
  let lease: Lease | null = null;
  let disposed = false;
  let answered: string | null = null;
  const failed = (error: unknown) =>
    store.log.warn(`Windows of ${o.worktree}: ${error instanceof Error ? error.message : String(error)}`);

  async function look(): Promise<void> {
    const request = await store.leases.read(name);
    // A request of this very window is about the others.
    if (disposed || request === null || !request.alive || request.file.pid === process.pid) return;
    const { pid, at } = request.file;
    const key = `${pid} ${at}`;
    if (answered === key) return;
    answered = key;
    await o.close();
  }

  async function announce(): Promise<void> {
    lease = await takePlace(store, o);
    if (disposed) await lease?.release();
    else await look();
  }

  const change = store.onDidChange((event) => {
    if (event.area === 'leases' && (event.name === null || event.name === name)) look().catch(failed);
  });
  announce().catch(failed);
  return toDisposable(() => {
    disposed = true;
    change.dispose();
    lease?.release().catch(failed);
  });
}

/** The first free place among those of the worktree's windows: places of dead windows are taken again. */
async function takePlace(
  store: Store,
  o: { worktree: string; window: string | null; version: string },
): Promise<Lease | null> {
  for (let place = 1; place <= maxWindows; place += 1) {
    const name = `${prefixOf(o.worktree)}${place}`;
    const taken = await store.leases.acquire(name, { window: o.window, version: o.version });
    if (!('held' in taken)) return taken;
  }
  return null;
}

/**
 * Asks every other window that shows a worktree to close, and waits. A window with unsaved files stays, or asks its
 * user; so does one of this very process, for it could not tell what came of it.
 * @returns `none`: there was none; `closed`: all are gone; `still-open`: one stayed for `timeoutMs`
 */
export async function askToClose(
  context: StoreOnly & { readonly host: { readonly version: string; readonly window: string | null } },
  worktree: string,
  o: { timeoutMs: number; signal?: AbortSignal },
): Promise<'closed' | 'still-open' | 'none'> {
  const { store, host } = context;
  const before = await windowsOn(context, worktree);
  if (before.length === 0) return 'none';
  if (before.some(({ pid }) => pid === process.pid)) return 'still-open';
  const deadline = Date.now() + o.timeoutMs;
  // Held by another: the windows are asked already, and what they do is waited for all the same.
  const request = await store.leases.acquire(closeName(worktree), { window: host.window, version: host.version });
  try {
    while ((await windowsOn(context, worktree)).length > 0) {
      if (Date.now() > deadline) return 'still-open';
      await sleep(stepMs, undefined, o.signal === undefined ? {} : { signal: o.signal });
    }
    return 'closed';
  } finally {
    if (!('held' in request)) await request.release();
  }
}
