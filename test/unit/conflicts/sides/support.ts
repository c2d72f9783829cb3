import type { Scratch, ScratchPlace } from '../../../../src/core/conflicts/parts';
import { openScratch } from '../../../../src/core/conflicts/scratch/scratch';
import type { Git } from '../../../../src/core/git/git';
import { findRepository, type RepositoryLayout } from '../../../../src/core/git/repository';
import { silentLog } from '../../../../src/core/ports';
import { commitAll, makeRepository, openGit, runGit } from '../../support/repositories';

export interface Room {
  readonly root: string;
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly scratch: Scratch;
  readonly at: ScratchPlace;
}

/** A repository with what looking into its cells needs. */
export async function openRoom(root: string): Promise<Room> {
  const git = openGit();
  const layout = await findRepository(git, root);
  // On the disk: what lies in the repository's store goes with the test's folder.
  const scratch = await openScratch({ layout, log: silentLog, memory: null });
  return { root, git, layout, scratch, at: await scratch.use(async (at) => at) };
}

/** Both sides of a pair, each made by a function in the checked-out branch; the repository is left on `main`. */
export async function makePair(
  dir: string,
  o: {
    readonly base?: (root: string) => Promise<void>;
    readonly a: (root: string) => Promise<void>;
    readonly b: (root: string) => Promise<void>;
  },
): Promise<Room & { readonly base: string; readonly a: string; readonly b: string }> {
  const root = await makeRepository(dir);
  await o.base?.(root);
  const base = await commitAll(root, 'base');
  const side = async (name: string, change: (root: string) => Promise<void>) => {
    await runGit(root, 'checkout', '-q', '-b', name, base);
    await change(root);
    return commitAll(root, name);
  };
  const a = await side('agent/a', o.a);
  const b = await side('agent/b', o.b);
  await runGit(root, 'checkout', '-q', 'main');
  return { ...(await openRoom(root)), base, a, b };
}

/** Numbered lines, with some of them replaced. */
export function lines(count: number, replaced: Readonly<Record<number, string>> = {}): string {
  return Array.from({ length: count }, (_, i) => `${replaced[i + 1] ?? `line ${i + 1}`}\n`).join('');
}
