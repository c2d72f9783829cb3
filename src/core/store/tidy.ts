import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from './errors';
import { removeIfThere, tempPrefix } from './files';
import { takePrefix } from './leaseFile';
import type { Store } from './store';

const dayMs = 24 * 3_600_000;
/** Markers of claimOnce, in `cache/`. */
export const claimPrefix = 'claim-';

/** What nobody asks for any more after some days. Events, texts and documents are never among it. */
const leftovers = [
  // A launch before its claim: a request that is gone cannot be claimed again.
  { folder: 'launch', isOld: (name: string) => name.endsWith('.json'), ms: 7 * dayMs },
  { folder: 'launch', isOld: (name: string) => name.endsWith('.claimed'), ms: 8 * dayMs },
  { folder: 'cache', isOld: (name: string) => name.startsWith(claimPrefix), ms: 30 * dayMs },
  { folder: 'locks', isOld: (name: string) => name.startsWith(tempPrefix) || name.startsWith(takePrefix), ms: dayMs },
];

/** Removes markers and requests that are long over; the duty holder calls it. Never throws: it can wait. */
export async function tidy(store: Store): Promise<void> {
  for (const { folder, isOld, ms } of leftovers) {
    const dir = join(store.dir, folder);
    try {
      for (const name of (await readdir(dir)).filter(isOld)) {
        const file = join(dir, name);
        if (store.now().getTime() - (await stat(file)).mtimeMs > ms) await removeIfThere(file);
      }
    } catch (error) {
      store.log.debug(`${dir} could not be tidied: ${errorText(error)}`);
    }
  }
}
