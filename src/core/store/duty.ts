import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Disposable } from '../disposable';
import { Emitter } from '../event';
import { errorText } from './errors';
import { createInPlace, parseJson, readIfThere, removeIfThere, replaceQuickly } from './files';
import type { Lease } from './leases';
import { hostId, isSameProcess, ownStartTime } from './processes';
import { holderSchema } from './schemas';
import type { Store } from './store';
import { claimPrefix, tidy } from './tidy';

const tickMs = 2_000;
const wishMs = 10_000;
const leaseName = 'duty';

export interface DutyOptions {
  /** Identity of the window, shown to others. */
  readonly window: string | null;
  readonly version: string;
  /** True while this window has the focus. */
  readonly prefer?: () => boolean;
}

/**
 * The one process of many that does what is done once per repository (scans, the matrix, the digest). It is the holder
 * of the lease `duty`; when it dies another takes over within seconds, and a window that gets the focus asks for it
 * by a file, upon which a holder without focus lets go.
 */
export class Duty implements Disposable {
  readonly #store: Store;
  readonly #options: DutyOptions;
  readonly #onDidChange = new Emitter<boolean>();
  /** True: this process holds it from now on; false: it must stop at once. */
  readonly onDidChange = this.#onDidChange.event;
  #lease: Lease | null = null;
  #timer: NodeJS.Timeout | null = null;
  #change: Disposable | null = null;
  #turn: Promise<void> | null = null;
  #disposed = false;

  constructor(store: Store, options: DutyOptions) {
    this.#store = store;
    this.#options = options;
  }

  get held(): boolean {
    return this.#lease !== null;
  }

  start(): void {
    if (this.#timer !== null || this.#disposed) return;
    this.#timer = setInterval(() => this.check(), tickMs);
    this.#timer.unref();
    this.#change = this.#store.onDidChange((change) => {
      if (change.area === 'leases' && change.name === leaseName && !this.held) this.check();
    });
    this.check();
  }

  /** Looks at once instead of at the next tick: call it when the window's focus changes. */
  check(): void {
    if (this.#disposed) return;
    this.#turn ??= this.#step()
      .catch((error) => this.#store.log.warn(`The duty could not be looked at: ${errorText(error)}`))
      .finally(() => {
        this.#turn = null;
      });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#change?.dispose();
    this.#letGo().catch((error) => this.#store.log.warn(`The duty was not released: ${errorText(error)}`));
    this.#onDidChange.dispose();
  }

  /** Resolves when what was begun is done; after `dispose`, when the lease is released. */
  async settled(): Promise<void> {
    await this.#turn;
    await this.#released;
  }

  #released: Promise<void> = Promise.resolve();

  async #step(): Promise<void> {
    const wanted = this.#options.prefer?.() ?? false;
    const wish = await this.#otherWish();
    if (this.#lease !== null) {
      if (wish && !wanted) await this.#letGo();
      return;
    }
    // Whoever asked comes first.
    if (wish && !wanted) return;
    const result = await this.#store.leases.acquire(leaseName, this.#options);
    if ('held' in result) {
      if (wanted) await this.#wish();
      return;
    }
    if (this.#disposed) {
      await result.release();
      return;
    }
    this.#take(result);
    await removeIfThere(this.#wishFile);
    await tidy(this.#store);
  }

  #take(lease: Lease): void {
    this.#lease = lease;
    lease.lost.addEventListener('abort', () => {
      if (this.#lease !== lease) return;
      this.#lease = null;
      this.#onDidChange.fire(false);
    });
    this.#onDidChange.fire(true);
  }

  async #letGo(): Promise<void> {
    const lease = this.#lease;
    if (lease === null) return;
    // Told first, so that the work has stopped before another can begin it.
    this.#lease = null;
    this.#onDidChange.fire(false);
    this.#released = lease.release();
    await this.#released;
  }

  get #wishFile(): string {
    return join(this.#store.dir, 'locks', 'duty-wish');
  }

  async #wish(): Promise<void> {
    const at = this.#store.now().toISOString();
    const wish = { pid: process.pid, pidStarted: await ownStartTime(), host: hostId(), at };
    await replaceQuickly(this.#wishFile, JSON.stringify(wish), join(this.#store.dir, 'locks'));
  }

  /** True when another live process asked for the duty a short while ago. */
  async #otherWish(): Promise<boolean> {
    const content = await readIfThere(this.#wishFile);
    if (content === null) return false;
    const parsed = parseJson(content, holderSchema);
    if (!parsed.ok) return false; // a wish that cannot be read is none; the next one replaces it
    const { pid, pidStarted, host, at } = parsed.value;
    const age = this.#store.now().getTime() - Date.parse(at);
    if (!(age < wishMs) || (pid === process.pid && host === hostId())) return false;
    return host !== hostId() || (await isSameProcess(pid, pidStarted));
  }
}

/**
 * True in exactly one of all processes that ask for the same key, ever: for notifications.
 * @throws StoreError `failed`
 */
export async function claimOnce(store: Store, key: string): Promise<boolean> {
  const name = createHash('sha256').update(key).digest('hex');
  return await createInPlace(join(store.dir, 'cache', `${claimPrefix}${name}`), `${process.pid}\n`);
}
