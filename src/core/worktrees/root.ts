import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { isFile } from '../git/layoutFiles';
import type { RepositoryLayout } from '../git/repository';
import { WorktreeError } from './errors';
import { realRoot } from './make/place';
import { isInside } from './paths';

export interface WorktreeRoot {
  /** Real path; need not exist yet. */
  readonly root: string;
  /** Whether it lies in the main worktree: then it is kept out of git by `info/exclude`. */
  readonly inside: boolean;
  /** One sentence for a human when the place is not the usual one. */
  readonly note: string | null;
}

/** What is asked of the machine; tests give other answers. */
export interface MachineFacts {
  /** An id of the mount that an existing folder lies on. */
  readonly device: (folder: string) => Promise<number>;
  readonly writable: (folder: string) => Promise<boolean>;
  readonly inContainer: () => Promise<boolean>;
}

const thisMachine: MachineFacts = {
  device: async (folder) => (await stat(folder)).dev,
  writable: (folder) =>
    access(folder, constants.W_OK).then(
      () => true,
      // Not ours to write: the answer, not a failure.
      () => false,
    ),
  inContainer: isContainer,
};

const setting = 'switchyard.worktreeRoot';

/**
 * The folder that worktrees are made in. Setting `switchyard.worktreeRoot`; by default `../<repo>-worktrees/` when that
 * is on the repository's mount; in a container, where only the repository itself may outlive the container,
 * `<repo>/.worktrees/`. Creates nothing.
 * @throws WorktreeError root-refused
 */
export async function resolveWorktreeRoot(
  layout: RepositoryLayout,
  settings: { readonly worktreeRoot: string | null },
  machine: MachineFacts = thisMachine,
): Promise<WorktreeRoot> {
  const named = await namedRoot(layout, settings.worktreeRoot?.trim() ?? '', machine);
  const root = await realRoot(layout, named.root);
  if (root === named.root) return named;
  return { ...named, root, note: `Worktrees are made in ${root}, where ${named.root} leads.` };
}

async function namedRoot(layout: RepositoryLayout, wanted: string, machine: MachineFacts): Promise<WorktreeRoot> {
  // A bare repository has no checkout: its own folder stands for it.
  const home = layout.mainWorktree ?? layout.commonDir;
  if (wanted !== '') return configuredRoot(layout, home, wanted);
  const { folder, name } = defaultPlace(layout, home);
  const beside = path.join(folder, `${name}-worktrees`);
  if (await isUsable(machine, folder, home)) return { root: beside, inside: false, note: null };
  if (layout.mainWorktree !== null && (await machine.inContainer())) {
    const root = path.join(layout.mainWorktree, '.worktrees');
    const note = `Worktrees are made in ${root}, which git ignores, because ${folder} is not on the repository's mount of this container; ${setting} names another place.`;
    return { root, inside: true, note };
  }
  throw new WorktreeError(
    'root-refused',
    `Worktrees cannot be made in ${beside}: ${folder} is not writable, or not on the same disk as ${home}; set ${setting} to a folder for them.`,
  );
}

function configuredRoot(layout: RepositoryLayout, home: string, wanted: string): WorktreeRoot {
  const expanded = /^~(?=$|[\\/])/.test(wanted) ? path.join(homedir(), wanted.slice(1)) : wanted;
  const root = path.resolve(home, expanded);
  const gitDirs = [layout.commonDir, path.join(home, '.git')];
  if (isInside(home, root) || gitDirs.some((dir) => isInside(root, dir))) {
    throw new WorktreeError(
      'root-refused',
      `Worktrees cannot be made in ${root}, which is or holds the repository itself; set ${setting} to another folder.`,
    );
  }
  const inside = layout.mainWorktree !== null && isInside(root, layout.mainWorktree);
  const note = inside ? `Worktrees are made in ${root}, inside the repository; it is kept out of git.` : null;
  return { root, inside, note };
}

/** Beside the repository; a submodule's beside the outermost superproject, where they would be untracked files else. */
function defaultPlace(layout: RepositoryLayout, home: string): { folder: string; name: string } {
  if (layout.kind === 'submodule') {
    const parts = layout.commonDir.split(path.sep);
    const index = parts.findIndex((part, i) => part === 'modules' && parts[i - 1] === '.git');
    if (index > 1) {
      const superproject = parts.slice(0, index - 1).join(path.sep);
      return { folder: path.dirname(superproject), name: `${path.basename(superproject)}-${layout.name}` };
    }
  }
  return { folder: path.dirname(home), name: layout.name };
}

async function isUsable(machine: MachineFacts, folder: string, home: string): Promise<boolean> {
  const [there, here, writable] = await Promise.all([
    machine.device(folder),
    machine.device(home),
    machine.writable(folder),
  ]);
  return there === here && writable;
}

/** The marks that container engines leave, and those of development containers and clusters. */
async function isContainer(): Promise<boolean> {
  const { REMOTE_CONTAINERS, CODESPACES, KUBERNETES_SERVICE_HOST } = process.env;
  if ([REMOTE_CONTAINERS, CODESPACES, KUBERNETES_SERVICE_HOST].some((value) => value !== undefined)) return true;
  if ((await isFile('/.dockerenv')) || (await isFile('/run/.containerenv'))) return true;
  // No such file outside Linux: no container of a kind we know.
  const groups = await readFile('/proc/1/cgroup', 'utf8').catch(() => '');
  return /docker|kubepods|containerd|libpod|lxc/.test(groups);
}
