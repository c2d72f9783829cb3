import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LeaseFile } from '../../contract/files';
import type { StoreContext } from './context';
import { errorText, isMissing, StoreError } from './errors';
import { createExclusive, removeIfThere, replaceQuickly } from './files';
import { foreignStaleMs, leaseIdentity, lookAtLease, takeOver } from './leaseFile';
import { checkFileName, isFileName } from './names';
import { hostId, ownStartTime } from './processes';

const renewMs = 5_000;

/** Something that one live process holds at a time; it renews itself every 5 s until released. */
export interface Lease {
  readonly file: LeaseFile;
  /** Aborts when the lease is another's, which only happens to a holder that could not renew for long. */
  readonly lost: AbortSignal;
  /** @throws StoreError `lease-lost` */
  update(patch: Partial<Pick<LeaseFile, 'session' | 'agent' | 'agentPid'>>): Promise<void>;
  /** Calling it twice is harmless. */
  release(): Promise<void>;
}

export interface LeaseOptions {
  readonly session?: string | null;
  readonly agent?: string | null;
  readonly window?: string | null;
  readonly version: string;
}

export interface SeenHolder {
  readonly file: LeaseFile;
  readonly alive: boolean;
}

/** `leases/<name>`. A holder on this machine lives as long as its process; one elsewhere as long as it renews. */
export interface Leases {
  /**
   * Takes the lease when it is free or its holder is dead; says who holds it otherwise.
   * @throws StoreError `bad-name`, `failed`
   */
  acquire(name: string, o: LeaseOptions): Promise<Lease | { readonly held: LeaseFile }>;
  /** Null when nobody holds it or the file is damaged (which is reported). */
  read(name: string): Promise<SeenHolder | null>;
  list(): Promise<SeenHolder[]>;
}

export function createLeases(context: StoreContext): Leases {
  const dir = join(context.dir, 'leases');

  async function read(name: string): Promise<SeenHolder | null> {
    const seen = await lookAtLease(context, join(dir, checkFileName(name)), name);
    return seen.kind === 'lease' ? { file: seen.file, alive: seen.alive } : null;
  }

  return {
    read,
    async acquire(name, o) {
      const path = join(dir, checkFileName(name));
      for (;;) {
        const seen = await lookAtLease(context, path, name);
        if (seen.kind === 'lease' && seen.alive) return { held: seen.file };
        const file = await newLease(context, name, o);
        const content = toText(file);
        if (seen.kind === 'absent') {
          if (await createExclusive(path, content, join(context.dir, 'locks'))) return hold(context, path, file);
        } else if (seen.kind === 'lease' || seen.ageMs > foreignStaleMs) {
          if (await takeOver(context, { path, name, identity: seen.identity, content })) {
            return hold(context, path, file);
          }
        } else if (seen.identity.startsWith('unreadable:')) {
          throw new StoreError('failed', `${path} cannot be read; check its permissions.`, { file: path });
        }
        // Someone else is taking it, or a live holder is about to mend its damaged file (it does within 5 s).
        await sleep(seen.kind === 'damaged' ? 200 : 10 + Math.random() * 20);
      }
    },
    async list() {
      let names: string[];
      try {
        names = await readdir(dir);
      } catch (error) {
        if (isMissing(error)) return [];
        throw new StoreError('failed', `The leases cannot be listed: ${errorText(error)}.`, {
          file: dir,
          cause: error,
        });
      }
      const leases = await Promise.all(names.filter(isFileName).map(read));
      return leases.filter((lease) => lease !== null);
    },
  };
}

async function newLease(context: StoreContext, name: string, o: LeaseOptions): Promise<LeaseFile> {
  const at = context.now().toISOString();
  return {
    v: 1,
    name,
    pid: process.pid,
    pidStarted: await ownStartTime(),
    host: hostId(),
    session: o.session ?? null,
    agent: o.agent ?? null,
    agentPid: null,
    window: o.window ?? null,
    version: o.version,
    at,
    renewedAt: at,
  };
}

function toText(file: LeaseFile): string {
  return `${JSON.stringify(file)}\n`;
}

function hold(context: StoreContext, path: string, first: LeaseFile): Lease {
  let file = first;
  let released = false;
  const lost = new AbortController();
  const identity = leaseIdentity(first);
  const touched = () => context.touched('leases', first.name);
  touched();

  /** Writes the file if it is still ours. One at a time, so that no renewal outlives the release. */
  async function write(patch: Partial<LeaseFile>): Promise<void> {
    if (released || lost.signal.aborted) return;
    const next: LeaseFile = { ...file, ...patch, renewedAt: context.now().toISOString() };
    const seen = await lookAtLease(context, path, first.name);
    if (seen.kind === 'lease' && seen.identity !== identity) return lose();
    if (seen.kind === 'absent') {
      // Someone deleted the store; whoever makes the file first has it.
      if (!(await createExclusive(path, toText(next), join(context.dir, 'locks')))) return lose();
    } else {
      await replaceQuickly(path, toText(next), join(context.dir, 'locks'));
    }
    file = next;
  }

  function lose(): void {
    clearInterval(timer);
    context.log.warn(`The lease ${first.name} was taken by another process.`);
    lost.abort(new StoreError('lease-lost', `The lease ${first.name} is held by another process now.`, { file: path }));
    touched();
  }

  let turn: Promise<unknown> = Promise.resolve();
  function inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = turn.then(action);
    turn = result.catch(() => undefined); // the caller has the error; the next one takes its turn all the same
    return result;
  }

  const timer = setInterval(() => {
    inTurn(() => write({})).catch((error) => {
      context.log.warn(`The lease ${first.name} could not be renewed: ${errorText(error)}`);
    });
  }, renewMs);
  timer.unref();

  return {
    get file() {
      return file;
    },
    lost: lost.signal,
    async update(patch) {
      await inTurn(() => write(patch));
      lost.signal.throwIfAborted();
      touched();
    },
    async release() {
      clearInterval(timer);
      await inTurn(async () => {
        if (released) return;
        released = true;
        const seen = await lookAtLease(context, path, first.name);
        if (seen.kind === 'lease' && seen.identity === identity) await removeIfThere(path);
      });
      touched();
    },
  };
}
