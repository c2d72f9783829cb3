import { chmod, lstat, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ArchiveRecord, LeftOut } from '../../../contract/events';
import { type BytePath, joinPaths, onDisk } from '../../git/bytePath';
import { type ArchiveContent, readArchive } from '../archive/manifest';
import { WorktreeError } from '../errors';
import { kindAt } from '../paths';
import { plainIndex } from '../state/indexCopy';
import type { RestoreJournal, TrashDeps } from './journal';
import { makeTrash, trashFolders, trashParts } from './trash';

/** Where a worktree is made anew: a folder in the trash that is the restore's own. */
export async function rebuiltFolder(deps: TrashDeps, record: ArchiveRecord, worktree: string): Promise<string> {
  const [folder] = await trashFolders(deps, worktree);
  return path.join(folder ?? path.dirname(record.trash), `${record.id}.ref`);
}

/**
 * Makes a worktree and its administrative folder anew from an archive's ref, beside the trash that was lost: git knows
 * nothing of them before they are moved into their places, so a kill leaves a folder of our own and nothing else.
 * @throws WorktreeError nothing-to-restore, cannot-move; GitError
 */
export async function rebuildFromRef(deps: TrashDeps, data: RestoreJournal, signal?: AbortSignal): Promise<void> {
  const content = await readArchive(deps.git, deps.layout, data.record.ref);
  // Left by an attempt that was killed.
  await rm(data.trash, { recursive: true, force: true });
  await makeTrash(path.dirname(data.trash), path.basename(data.trash));
  const made = await makeAdmin(data.trash, content);
  const run = runIn(deps, made, signal);
  // Everything first, because what was untracked may lie outside the patterns of a sparse checkout.
  await run(['-c', 'core.sparseCheckout=false', 'read-tree', '--reset', '-u', content.worktreeTree]);
  await run(['-c', 'core.sparseCheckout=false', 'read-tree', '-m', content.indexTree]);
  if (content.sparse !== null) {
    await run(['-c', 'core.sparseCheckout=true', 'read-tree', '-m', '-u', content.indexTree]);
  }
  await fillIndex(run, content, made.worktree);
  // They are in the index, from which the files were made, and in nobody's folder yet.
  for (const file of content.absent) await rm(onDisk(made.worktree, file), { force: true });
  await restoreModes(made.worktree, content.modes);
  await run(['update-index', '-q', '--refresh'], { okExitCodes: [0, 1] });
  if (!content.hasIndex) await rm(path.join(made.admin, 'index'), { force: true });
}

/** What a worktree lacks that came from a ref. @throws WorktreeError nothing-to-restore; GitError */
export async function notInRef(deps: TrashDeps, record: ArchiveRecord): Promise<LeftOut[]> {
  const { leftOut } = await readArchive(deps.git, deps.layout, record.ref);
  const rest =
    (await kindAt(record.trash)) === 'nothing'
      ? []
      : [{ path: record.trash, why: 'what is left of the trash stays there' }];
  const lost = `the trash is lost: HEAD's reflog, unfinished operations and what was in submodules are not brought back; the commits they knew are parents of ${record.ref}`;
  return [...leftOut, { path: '.git', why: lost }, ...rest];
}

interface Made {
  readonly worktree: string;
  readonly admin: string;
}

/** What `git worktree add` writes (gitrepository-layout(5), "worktrees"), where git does not look for it. */
async function makeAdmin(trash: string, content: ArchiveContent): Promise<Made> {
  const worktree = path.join(trash, trashParts.worktree);
  const admin = path.join(trash, trashParts.admin);
  const head = content.branch === null ? content.head : `ref: refs/heads/${content.branch}`;
  if (head === null)
    throw new WorktreeError('nothing-to-restore', `The archive ${content.commit} names neither branch nor commit.`);
  await mkdir(worktree);
  await mkdir(path.join(admin, 'info'), { recursive: true });
  await writeFile(path.join(admin, 'commondir'), '../..\n');
  await writeFile(path.join(admin, 'HEAD'), `${head}\n`);
  if (content.sparse !== null) {
    await writeFile(path.join(admin, 'info', 'sparse-checkout'), content.sparse);
    await writeFile(path.join(admin, 'config.worktree'), '[core]\n\tsparseCheckout = true\n');
  }
  return { worktree, admin };
}

type Run = (args: string[], o?: { input?: Buffer; okExitCodes?: readonly number[] }) => Promise<unknown>;

function runIn({ git, layout }: TrashDeps, made: Made, signal: AbortSignal | undefined): Run {
  const env = { GIT_DIR: made.admin, GIT_COMMON_DIR: layout.commonDir, GIT_WORK_TREE: made.worktree };
  return (args, o = {}) =>
    git.run([...plainIndex, ...args], { cwd: made.worktree, env, read: false, signal, timeoutMs: longMs, ...o });
}

const longMs = 600_000;

/** Conflicts and marks of single entries. */
async function fillIndex(run: Run, content: ArchiveContent, worktree: string): Promise<void> {
  if (content.stages.length > 0) {
    const lines = content.stages.map((entry) => `${entry.mode} ${entry.id} ${entry.stage}\t${entry.path}`);
    await run(['update-index', '-z', '--index-info'], { input: joinPaths(lines) });
  }
  const intended: BytePath[] = [];
  for (const file of content.intentToAdd) if (await isThere(worktree, file)) intended.push(file);
  if (intended.length > 0) {
    const args = ['--literal-pathspecs', 'add', '--intent-to-add', '--force', '--pathspec-file-nul'];
    await run([...args, '--pathspec-from-file=-'], { input: joinPaths(intended) });
  }
  const marks = [
    ['--assume-unchanged', content.assumeUnchanged],
    ['--skip-worktree', content.skipWorktree],
  ] as const;
  for (const [option, files] of marks) {
    if (files.length > 0) await run(['update-index', option, '-z', '--stdin'], { input: joinPaths(files) });
  }
}

async function restoreModes(worktree: string, modes: ArchiveContent['modes']): Promise<void> {
  if (process.platform === 'win32') return;
  for (const [file, mode] of modes) {
    const found = await lstat(onDisk(worktree, file)).catch(() => null); // outside a sparse checkout
    if (found?.isFile()) await chmod(onDisk(worktree, file), mode);
  }
}

async function isThere(worktree: string, file: BytePath): Promise<boolean> {
  return lstat(onDisk(worktree, file)).then(
    () => true,
    // Deleted, though git was told that it would come.
    () => false,
  );
}
