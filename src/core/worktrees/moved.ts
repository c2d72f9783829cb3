import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Git } from '../git/git';
import { isFolder, readTrimmed, realpathOrNull } from '../git/layoutFiles';
import { placeOf, type RepositoryLayout } from '../git/repository';
import { type GitWorktree, listWorktrees } from '../git/worktreeList';
import type { Log } from '../ports';

interface MovedDeps {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly log: Log;
}

/** More entries than this are not looked through for a worktree that is gone. */
const mostEntries = 2_000;

/**
 * Mends git's pointers after the repository, its worktrees, or both were moved by hand (`git worktree repair`). Costs
 * no git process when nothing was moved.
 *
 * A copied repository lists the worktrees of its original, whose pointers lead back to that one: repairing there would
 * take them away from it. So pointers are mended only where every one that leads elsewhere leads nowhere.
 * @param listed what git lists now
 * @param root the folder that worktrees are made in
 * @returns paths of the worktrees whose pointers were mended
 */
export async function repairMoved(
  deps: MovedDeps,
  listed: readonly GitWorktree[],
  root: string | null,
): Promise<string[]> {
  const linked = listed.flatMap(({ main, adminDir, path: at, locked }) =>
    main || adminDir === null ? [] : [{ at, adminDir, locked }],
  );
  const states = await Promise.all(linked.map(async (each) => ({ ...each, state: await pointerOf(each) })));
  const foreign = states.find(({ state }) => state === 'foreign');
  if (foreign !== undefined) {
    deps.log.debug(`${foreign.at} belongs to another repository now; nothing is repaired.`);
    return [];
  }
  const dangling = states.filter(({ state }) => state === 'dangling').map(({ at }) => at);
  const gone = states.filter(({ state }) => state === 'gone');
  const found = gone.length === 0 ? [] : await findMoved(deps.layout, gone, root);
  if (dangling.length + found.length === 0) return [];
  const at = placeOf(deps.layout);
  await deps.git.run([...at.args, 'worktree', 'repair', '--', ...found], { cwd: at.cwd, read: false });
  const now = new Set((await listWorktrees(deps.git, deps.layout)).map((worktree) => worktree.path));
  const mended = [...dangling, ...found].filter((each) => now.has(each));
  for (const each of mended) deps.log.info(`Repaired the worktree ${each}, which was moved.`);
  return mended;
}

type Pointer = 'fine' | 'dangling' | 'foreign' | 'gone';

/** Where the `.git` file of a worktree leads: back to its own folder here, nowhere, or to another repository. */
async function pointerOf({ at, adminDir }: { at: string; adminDir: string }): Promise<Pointer> {
  const target = await gitFileTarget(at);
  // No folder, or one without a git file: whatever it is, it is not this worktree.
  if (target === null) return 'gone';
  const real = await realpathOrNull(target);
  if (real === null) return 'dangling';
  return real === (await realpathOrNull(adminDir)) ? 'fine' : 'foreign';
}

/** gitrepository-layout(5): `gitdir: <path>`, which may be relative to the worktree. */
async function gitFileTarget(worktree: string): Promise<string | null> {
  const text = await readTrimmed(path.join(worktree, '.git'));
  const target = /^gitdir: (.+)$/s.exec(text ?? '')?.[1];
  return target === undefined ? null : path.resolve(worktree, target);
}

/** The folders that are these worktrees under another path: in the worktree root, or beside where they were. */
async function findMoved(
  layout: RepositoryLayout,
  gone: readonly { at: string; adminDir: string }[],
  root: string | null,
): Promise<string[]> {
  const byAdmin = new Map<string, string[]>();
  const nameOf = new Map(gone.map(({ at, adminDir }) => [adminDir, path.basename(at)]));
  for (const folder of new Set([...(root === null ? [] : [root]), ...gone.map(({ at }) => path.dirname(at))])) {
    for (const name of await foldersIn(folder)) {
      const candidate = await realpathOrNull(path.join(folder, name));
      const target = candidate === null ? null : await gitFileTarget(candidate);
      if (candidate === null || target === null) continue;
      const { adminDir, sure } = await adminDirOf(layout, target);
      // The id alone may be that of some other repository that is gone: then the folder's name has to agree.
      if (adminDir === null || (!sure && nameOf.get(adminDir) !== name)) continue;
      byAdmin.set(adminDir, [...new Set([...(byAdmin.get(adminDir) ?? []), candidate])]);
    }
  }
  return gone.flatMap(({ adminDir }) => {
    const candidates = byAdmin.get(adminDir) ?? [];
    // Two folders that both say so: one is a copy, and which one only a human knows.
    return candidates.length === 1 ? candidates : [];
  });
}

/** The folder of ours that a git file means: it leads there, or led there before the repository moved. */
async function adminDirOf(
  layout: RepositoryLayout,
  target: string,
): Promise<{ readonly adminDir: string | null; readonly sure: boolean }> {
  const own = path.join(layout.commonDir, 'worktrees', path.basename(target));
  const real = await realpathOrNull(target);
  if (real !== null) return { adminDir: real === (await realpathOrNull(own)) ? own : null, sure: true };
  // `<common>/worktrees/<id>`: another shape is no linked worktree's (a submodule has one of its own).
  const isLinked = path.basename(path.dirname(target)) === 'worktrees' && (await isFolder(own));
  return { adminDir: isLinked ? own : null, sure: false };
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []); // Gone as well.
  return entries
    .slice(0, mostEntries)
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}
