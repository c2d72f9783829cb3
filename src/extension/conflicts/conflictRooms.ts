import type { LookDeps } from '../../core/conflicts/sides/lookInto';
import type { Log } from '../../core/ports';
import type { RepositorySession } from '../sessions/repositorySession';

export interface ConflictRoom extends LookDeps {
  readonly log: Log;
}

const rooms = new WeakMap<RepositorySession, Promise<ConflictRoom>>();

/** What looking into the cells of a repository needs, opened at the first use. */
export function roomOf(session: RepositorySession): Promise<ConflictRoom> {
  const known = rooms.get(session);
  if (known !== undefined) return known;
  const opened = open(session).catch((error: unknown) => {
    rooms.delete(session);
    throw error;
  });
  rooms.set(session, opened);
  return opened;
}

async function open({ repository }: RepositorySession): Promise<ConflictRoom> {
  const { openScratch } = await import('../core');
  const { git, layout, host } = repository;
  return { git, layout, log: host.log, scratch: await openScratch({ layout, log: host.log }) };
}

/** Removes what proofs that were killed left behind, of any window. */
export async function sweepProofs({ repository: { layout, host } }: RepositorySession): Promise<void> {
  const { sweepProofFolders } = await import('../core');
  await sweepProofFolders(layout, host.log);
}
