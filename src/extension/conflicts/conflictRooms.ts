import type { LookDeps } from '../../core/conflicts/sides/lookInto';
import type { Log } from '../../core/ports';
import type { RepositorySession } from '../sessions/repositorySession';

export interface ConflictRoom extends LookDeps {
  readonly log: Log;
}

/** What looking into the cells of a repository needs. */
export async function roomOf({ repository }: RepositorySession): Promise<ConflictRoom> {
  const { git, layout, host } = repository;
  const { scratch } = await repository.conflicts();
  return { git, layout, log: host.log, scratch };
}

/** Removes what proofs that were killed left behind, of any window. */
export async function sweepProofs({ repository: { layout, host } }: RepositorySession): Promise<void> {
  const { sweepProofFolders } = await import('../core');
  await sweepProofFolders(layout, host.log);
}
