import { type BytePath, splitPaths } from '../../git/bytePath';
import type { Git } from '../../git/git';
import type { GitPlace } from '../../git/treeDiff';

/**
 * Where contents lie in a commit: git lists a file that one side renamed under its new name on both sides. One process.
 * @param ids of blobs. @returns paths by id; what lies nowhere, or in several places, is left out
 * @throws GitError
 */
export async function pathsOfBlobs(
  git: Git,
  at: GitPlace,
  commit: string,
  ids: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<Map<string, BytePath>> {
  const paths = new Map<string, BytePath>();
  if (ids.size === 0) return paths;
  const args = [...at.args, 'ls-tree', '-r', '-z', '--full-tree', commit];
  const { stdoutBytes } = await git.run(args, { cwd: at.cwd, env: { ...at.env }, signal });
  const several = new Set<string>();
  for (const line of splitPaths(stdoutBytes)) {
    // git-ls-tree(1): `<mode> <type> <id>` TAB path.
    const tab = line.indexOf('\t');
    const id = line.slice(line.lastIndexOf(' ', tab) + 1, tab);
    if (!ids.has(id)) continue;
    if (paths.has(id)) several.add(id);
    paths.set(id, line.slice(tab + 1));
  }
  for (const id of several) paths.delete(id);
  return paths;
}
