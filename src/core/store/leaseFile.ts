import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LeaseFile } from '../../contract/files';
import type { StoreContext } from './context';
import { errorText, isMissing } from './errors';
import { createExclusive, parseJson, readIfThere, removeIfThere } from './files';
import { sha256 } from './names';
import { hostId, isSameProcess, ownStartTime } from './processes';
import { holderSchema, leaseSchema } from './schemas';

/** A holder on another machine (or in a container) that did not renew for this long is taken for dead. */
export const foreignStaleMs = 20_000;

/** Markers of take-overs, in `locks/`. */
export const takePrefix = 'take-';

/** What stands under a lease's name. `identity` never comes again: it names this one holding, renewed or not. */
export type SeenLease =
  | { kind: 'absent' }
  | { kind: 'lease'; file: LeaseFile; identity: string; alive: boolean }
  | { kind: 'damaged'; identity: string; ageMs: number };

export async function lookAtLease(context: StoreContext, path: string, name: string): Promise<SeenLease> {
  try {
    const content = await readIfThere(path);
    if (content === null) return { kind: 'absent' };
    const parsed = parseJson(content, leaseSchema);
    if (parsed.ok && parsed.value.name === name) {
      const file = parsed.value;
      return {
        kind: 'lease',
        file,
        identity: leaseIdentity(file),
        alive: await isAlive(file, file.renewedAt, context),
      };
    }
    const message = parsed.ok ? `The lease is one of ${JSON.stringify(parsed.value.name)}.` : parsed.message;
    context.report({ file: path, line: null, reason: parsed.ok ? 'wrong-shape' : parsed.reason, message });
    const facts = await stat(path);
    const identity = `damaged:${sha256(content)}:${facts.ino}:${facts.mtimeMs}`;
    return { kind: 'damaged', identity, ageMs: context.now().getTime() - facts.mtimeMs };
  } catch (error) {
    if (isMissing(error)) return { kind: 'absent' };
    context.report({ file: path, line: null, reason: 'unreadable', message: errorText(error) });
    // Nobody can tell who holds it; never old enough to be taken.
    return { kind: 'damaged', identity: `unreadable:${path}`, ageMs: 0 };
  }
}

/** Renewing changes neither; two holdings never agree in all of them. */
export function leaseIdentity(file: LeaseFile): string {
  return JSON.stringify([file.pid, file.pidStarted, file.host, file.at]);
}

interface Holder {
  readonly pid: number;
  readonly pidStarted: string | null;
  readonly host: string;
}

async function isAlive(holder: Holder, lastSign: string, context: StoreContext): Promise<boolean> {
  if (holder.host === hostId()) {
    const own = holder.pid === process.pid && holder.pidStarted === (await ownStartTime());
    return own || (await isSameProcess(holder.pid, holder.pidStarted));
  }
  const age = context.now().getTime() - Date.parse(lastSign);
  // A clock that runs ahead makes the age negative: alive, for a second holder is worse than one that waits.
  return Number.isNaN(age) ? false : age < foreignStaleMs;
}

/**
 * Removes a dead lease and puts `content` in its place; false when someone else was first.
 *
 * Many may see the same dead lease, and each would remove it; one that is late would remove its successor. So the
 * right to remove this one holding is itself given once: by a marker named after the holding. Whoever has the marker
 * looks again before it removes. If the marker's owner died, too, the next right is named after both, and so on; so no
 * marker is ever taken from anyone, and none matters any more once the lease is another.
 */
export async function takeOver(
  context: StoreContext,
  o: { path: string; name: string; identity: string; content: string },
): Promise<boolean> {
  const locks = join(context.dir, 'locks');
  const own = { pid: process.pid, pidStarted: await ownStartTime(), host: hostId(), at: context.now().toISOString() };
  const chain: string[] = [];
  let key = sha256(`${o.name}\n${o.identity}`);
  for (;;) {
    const marker = join(locks, `${takePrefix}${key.slice(0, 40)}`);
    if (await createExclusive(marker, JSON.stringify(own), locks)) {
      chain.push(marker);
      break;
    }
    const content = await readIfThere(marker);
    if (content === null) return false;
    if (!(await isMarkerDead(context, marker, content))) return false;
    chain.push(marker);
    key = sha256(`${key}\n${content.toString('hex')}`);
  }
  try {
    const seen = await lookAtLease(context, o.path, o.name);
    if (seen.kind === 'absent' || seen.identity !== o.identity) return false;
    if (seen.kind === 'lease' && seen.alive) return false;
    await removeIfThere(o.path);
    return await createExclusive(o.path, o.content, locks);
  } finally {
    for (const marker of chain.reverse()) await removeIfThere(marker);
  }
}

async function isMarkerDead(context: StoreContext, marker: string, content: Buffer): Promise<boolean> {
  const parsed = parseJson(content, holderSchema);
  if (parsed.ok) return !(await isAlive(parsed.value, parsed.value.at, context));
  try {
    return context.now().getTime() - (await stat(marker)).mtimeMs > foreignStaleMs;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
