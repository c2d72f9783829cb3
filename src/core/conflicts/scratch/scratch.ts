import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { RepositoryLayout } from '../../git/repository';
import { openScratchObjects } from '../../git/scratchObjects';
import type { Log } from '../../ports';
import { errorText, isMissing, StoreError } from '../../store/errors';
import type { Scratch, ScratchPlace } from '../parts';
import { closeGeneration, type Held, hasGenerations, holdCurrent, isDue, measure, sweep } from './generations';
import { diskBase, freeBytes, isOrphan, memoryBase, type ScratchBase, systemMemory } from './place';

/** All in bytes, but for the last. */
export interface ScratchLimits {
  /** A generation larger than this is followed by a new one. */
  readonly memory: number;
  readonly disk: number;
  /** Memory is used for a new generation only where this much is free, and left when less than the second is. */
  readonly freeToBegin: number;
  readonly freeToGoOn: number;
  /** How often all processes together look at sizes and leftovers. */
  readonly tendMs: number;
}

const mebi = 1024 * 1024;
export const defaultScratchLimits: ScratchLimits = {
  memory: 256 * mebi,
  disk: 1024 * mebi,
  freeToBegin: 512 * mebi,
  freeToGoOn: 96 * mebi,
  tendMs: 5 * 60_000,
};

export interface ScratchDeps {
  readonly layout: RepositoryLayout;
  readonly log: Log;
  readonly limits?: Partial<ScratchLimits> | undefined;
  /** The system's folder for files in memory; null: everything on the disk. Default: what the system has. */
  readonly memory?: string | null | undefined;
}

/**
 * Opens the repository's scratch store; the processes of one user share it. Nothing in it is worth keeping: it may be
 * deleted at any time, and is made anew at the next use.
 */
export async function openScratch(deps: ScratchDeps): Promise<Scratch> {
  return new KeptScratch(deps);
}

class KeptScratch implements Scratch {
  readonly #layout: RepositoryLayout;
  readonly #log: Log;
  readonly #limits: ScratchLimits;
  readonly #memory: string | null;

  constructor(deps: ScratchDeps) {
    this.#layout = deps.layout;
    this.#log = deps.log;
    this.#limits = { ...defaultScratchLimits, ...deps.limits };
    this.#memory = deps.memory === undefined ? systemMemory : deps.memory;
  }

  async use<T>(fn: (at: ScratchPlace) => Promise<T>): Promise<T> {
    const { base, held } = await this.#begin();
    // Beside the work: a look at sizes must not make it wait.
    const tended = this.#tend(base, held.dir);
    try {
      const { env } = await openScratchObjects(this.#layout.commonDir, path.join(held.dir, 'objects'));
      return await fn({ dir: held.dir, generation: held.generation, env });
    } finally {
      await tended;
      await held.release();
    }
  }

  async #begin(): Promise<{ base: ScratchBase; held: Held }> {
    for (let attempt = 1; ; attempt++) {
      try {
        const base = await this.#chooseBase();
        return { base, held: await holdCurrent(base.dir) };
      } catch (error) {
        // Somebody deletes folders while we make them.
        if (isMissing(error) && attempt < 5) continue;
        const message = `No scratch store could be made for ${this.#layout.commonDir} (${errorText(error)}); check that it is there and the disk's space.`;
        throw new StoreError('failed', message, { file: this.#layout.storeDir, cause: error });
      }
    }
  }

  async #chooseBase(): Promise<ScratchBase> {
    const memory = this.#memory === null ? null : await memoryBase(this.#memory, this.#layout);
    if (memory !== null) {
      const free = await freeBytes(memory);
      const begun = await hasGenerations(memory);
      if (free >= (begun ? this.#limits.freeToGoOn : this.#limits.freeToBegin)) return { dir: memory, kind: 'memory' };
      // Ours is what can be given back.
      if (begun) await this.#quietly(() => sweep(memory, { all: true }));
    }
    return { dir: await diskBase(this.#layout), kind: 'disk' };
  }

  async #tend(base: ScratchBase, dir: string): Promise<void> {
    const { tendMs, memory, disk } = this.#limits;
    await this.#quietly(async () => {
      if (!(await isDue(path.join(dir, 'measured'), tendMs))) return;
      const bytes = await measure(dir);
      this.#log.debug(`The scratch store ${dir} holds ${Math.round(bytes / mebi)} MiB.`);
      if (bytes > (base.kind === 'memory' ? memory : disk)) await closeGeneration(dir);
      await sweep(base.dir, { all: false });
    });
    if (base.kind === 'disk') return;
    const own = path.dirname(base.dir);
    await this.#quietly(async () => {
      if (await isDue(path.join(own, '.swept'), tendMs)) await sweepDeleted(own);
    });
  }

  /** Housekeeping may fail (somebody else did it, the store was deleted): it can wait for the next time. */
  async #quietly(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#log.debug(`The scratch store could not be tended: ${errorText(error)}`);
    }
  }
}

/** Gives back the memory of repositories that are gone. @param own the folder of all repositories' */
async function sweepDeleted(own: string): Promise<void> {
  for (const name of await readdir(own)) {
    const base = path.join(own, name);
    if (!(await isOrphan(base))) continue;
    await sweep(base, { all: true });
    if (!(await hasGenerations(base))) await rm(base, { recursive: true, force: true });
  }
}
