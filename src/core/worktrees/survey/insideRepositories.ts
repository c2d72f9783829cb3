import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Loss } from '../../../contract/json';
import { type BytePath, shownPath } from '../../git/bytePath';
import type { Git } from '../../git/git';
import { isFolder, isGitDir } from '../../git/layoutFiles';
import { placeOf } from '../../git/repository';
import { isInside } from '../paths';
import type { Dirt } from '../state/dirt';
import type { CleanDeps } from '../state/reading';
import type { CleanTarget } from '../state/target';

/** Of more than so many the state is not asked: they are named. */
const asked = 20;

/** Repositories inside the worktree that are no submodules, with what is in them. At most two git processes for each. */
export async function repositoryLosses(
  { git, layout }: CleanDeps,
  target: CleanTarget,
  repositories: readonly BytePath[],
  signal?: AbortSignal,
): Promise<Loss[]> {
  const sorted = [...repositories].sort();
  return Promise.all(
    sorted.map(async (file, index) => {
      const folder = path.join(target.worktree, shownPath(file));
      const why =
        index < asked ? await stateOf(git, layout.commonDir, folder, signal) : 'it is a repository of its own';
      return { kind: 'repository', path: `${shownPath(file)}/`, why };
    }),
  );
}

async function stateOf(git: Git, commonDir: string, folder: string, signal?: AbortSignal): Promise<string> {
  const pointer = /^gitdir: (.+)$/s.exec((await readText(path.join(folder, '.git'))).trimEnd())?.[1];
  if (pointer !== undefined && isInside(path.resolve(folder, pointer), path.join(commonDir, 'worktrees'))) {
    return 'it is another worktree of this repository; move it elsewhere first';
  }
  // Without the ceiling a damaged one would be taken for the worktree around it.
  const o = { cwd: folder, env: { GIT_CEILING_DIRECTORIES: path.dirname(folder) }, signal };
  try {
    const [status, commits] = await Promise.all([
      git.run(['-c', 'core.fsmonitor=false', 'status', '--porcelain', '-z', '--no-renames'], o),
      git.run(['rev-list', '--count', '--all', '--reflog', '--not', '--remotes'], o),
    ]);
    const files = status.stdout.split('\0').length - 1;
    const parts = [counted(files, 'changed file'), `${counted(Number(commits.stdout), 'commit')} on no remote`];
    return `it is a repository of its own, with ${parts.join(' and ')}`;
  } catch (error) {
    signal?.throwIfAborted();
    // It is named in any case; what is in it is a detail.
    return `it is a repository of its own, which git cannot read (${error instanceof Error ? error.message : error})`;
  }
}

/** Changes inside submodules, and commits that only their repositories in this worktree have. */
export async function submoduleLosses(
  deps: CleanDeps,
  target: CleanTarget,
  dirt: Dirt,
  base: string | null,
  signal?: AbortSignal,
): Promise<Loss[]> {
  const losses: Loss[] = dirt.changes
    .filter((change) => change.submodule?.files === true)
    .map((change) => ({
      kind: 'submodule',
      path: shownPath(change.path),
      why: 'files in it are changed or untracked',
    }));
  const repositories = await submoduleRepositories(target, dirt);
  if (repositories.length === 0) return losses;
  const known = base === null ? [] : await gitlinksOf(deps, base, dirt.submodules);
  for (const { name, gitDir } of repositories) {
    const args = ['rev-list', '--ignore-missing', '--count', '--all', '--reflog', '--not', '--remotes', ...known];
    // A failure is no "nothing": it ends the survey.
    const { stdout } = await deps.git.run([`--git-dir=${gitDir}`, ...args], { cwd: gitDir, signal });
    const count = Number(stdout);
    if (count === 0) continue;
    const why = `${counted(count, 'commit')} in it ${count === 1 ? 'is' : 'are'} on no remote and not in the base`;
    losses.push({ kind: 'submodule', path: shownPath(name), why });
  }
  return losses;
}

interface SubmoduleRepository {
  readonly name: BytePath;
  readonly gitDir: string;
}

/** Those below the worktree's own git directory, nested ones too, and those that lie in the submodule's folder. */
async function submoduleRepositories(target: CleanTarget, dirt: Dirt): Promise<SubmoduleRepository[]> {
  const found: SubmoduleRepository[] = [];
  await collectModules(path.join(target.adminDir, 'modules'), '', found);
  for (const name of dirt.submodules) {
    const gitDir = path.join(target.worktree, shownPath(name), '.git');
    if ((await isFolder(gitDir)) && (await isGitDir(gitDir))) found.push({ name, gitDir });
  }
  return found;
}

/** `modules/<name>`, where a name may have slashes; a submodule's own are in its `modules` again. */
async function collectModules(folder: string, prefix: string, found: SubmoduleRepository[]): Promise<void> {
  if (!(await isFolder(folder))) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const gitDir = path.join(folder, entry.name);
    const name = `${prefix}${entry.name}`;
    if (await isGitDir(gitDir)) {
      found.push({ name: Buffer.from(name).toString('latin1'), gitDir });
      await collectModules(path.join(gitDir, 'modules'), `${name}/`, found);
    } else {
      await collectModules(gitDir, `${name}/`, found);
    }
  }
}

/** The commits of submodules that a commit of the superproject records. */
async function gitlinksOf({ git, layout }: CleanDeps, commit: string, paths: readonly BytePath[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const at = placeOf(layout);
  const args = ['--literal-pathspecs', 'ls-tree', '-z', '--full-tree', commit, '--', ...paths.map(shownPath)];
  const { stdout } = await git.run([...at.args, ...args], { cwd: at.cwd });
  return [...stdout.matchAll(/(?:^|\0)160000 commit ([0-9a-f]+)\t/g)].map(([, id = '']) => id);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

async function readText(file: string): Promise<string> {
  // A folder, or not ours to read: no pointer.
  return readFile(file, 'utf8').catch(() => '');
}
