import { copyFile, mkdir, readdir, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { readTrimmed } from '../../git/layoutFiles';
import { type Ref, readRefs } from '../../git/refs';
import { placeOf, type RepositoryLayout } from '../../git/repository';
import { listWorktrees } from '../../git/worktreeList';
import { errorCode, kindAt } from '../paths';
import type { BranchAt, TrashDeps } from './journal';
import { ignoreMissing, trashParts } from './trash';

type Deps = Pick<TrashDeps, 'git' | 'layout' | 'log'>;

/** The commit of a local branch; null when there is none. @throws GitError */
export async function branchTip({ git, layout }: Pick<Deps, 'git' | 'layout'>, name: string): Promise<string | null> {
  return (await readBranch({ git, layout }, name))?.commit ?? null;
}

async function readBranch({ git, layout }: Pick<Deps, 'git' | 'layout'>, name: string): Promise<Ref | null> {
  const full = `refs/heads/${name}`;
  return (await readRefs(git, placeOf(layout), [full])).find((ref) => ref.name === full) ?? null;
}

/**
 * Deletes a branch that still points where the caller looked, after its reflog was kept in the trash. A branch that
 * moved or is in use somewhere stays. Can be killed and run again.
 * @returns whether it is gone
 * @throws GitError
 */
export async function deleteBranch(deps: Deps, branch: BranchAt, trash: string): Promise<boolean> {
  const { layout, log } = deps;
  const found = await readBranch(deps, branch.name);
  if (found === null) return true;
  const why = await whyKeep(deps, branch, found);
  if (why !== null) {
    log.warn(`The branch ${branch.name} is kept: ${why}.`);
    return false;
  }
  const kept = path.join(trash, trashParts.reflog);
  try {
    await copyFile(reflogOf(layout, branch.name), `${kept}.new`);
    await rename(`${kept}.new`, kept);
  } catch (error) {
    // Repositories without reflogs, or with all of them in one table (reftable).
    ignoreMissing(error);
  }
  return changeRef(deps, ['-d', `refs/heads/${branch.name}`, branch.tip]);
}

async function whyKeep(deps: Deps, branch: BranchAt, found: Ref): Promise<string | null> {
  if (found.commit !== branch.tip) return `it has moved to ${found.commit}`;
  if (found.symref !== '') return `it is another name of ${found.symref}`;
  const user = await userOf(deps, branch.name);
  return user === null ? null : `${user} needs it`;
}

/** Makes a branch anew; one that is there already at the same commit will do. @returns whether it stands */
export async function makeBranch(deps: Deps, branch: BranchAt): Promise<boolean> {
  const none = '0'.repeat(branch.tip.length);
  const args = ['-m', 'switchyard: restored', `refs/heads/${branch.name}`, branch.tip, none];
  if (await changeRef(deps, args)) return true;
  return (await branchTip(deps, branch.name)) === branch.tip;
}

/** Takes back what `makeBranch` made, unless somebody uses it by now. */
export async function unmakeBranch(deps: Deps, branch: BranchAt): Promise<void> {
  if ((await branchTip(deps, branch.name)) !== branch.tip || (await userOf(deps, branch.name)) !== null) return;
  await changeRef(deps, ['-d', `refs/heads/${branch.name}`, branch.tip]);
}

/** Puts the reflog of a branch that was made anew back in place. Can be killed and run again. */
export async function restoreReflog({ layout }: Deps, name: string, trash: string): Promise<void> {
  const kept = path.join(trash, trashParts.reflog);
  const file = reflogOf(layout, name);
  // None was kept, or it is back already.
  if ((await kindAt(kept)) === 'nothing') return;
  await mkdir(path.dirname(file), { recursive: true });
  await copyFile(kept, `${file}.restored`);
  await rename(`${file}.restored`, file);
  await unlink(kept);
}

/** Deletes the ref of an archive, if it still is what we made. @throws GitError */
export async function dropArchiveRef(deps: Deps, ref: string, commit: string | null): Promise<void> {
  const at = placeOf(deps.layout);
  const found = (await readRefs(deps.git, at, [ref])).find((each) => each.name === ref);
  if (found === undefined || (commit !== null && found.commit !== commit)) return;
  await changeRef(deps, ['-d', ref, found.commit]);
}

/** The values given are old ones, so git itself refuses when somebody was faster. */
async function changeRef({ git, layout, log }: Deps, args: string[]): Promise<boolean> {
  const at = placeOf(layout);
  const command = [...at.args, 'update-ref', '--no-deref', ...args];
  const { exitCode, stderr } = await git.run(command, { cwd: at.cwd, read: false, okExitCodes: [0, 1, 128] });
  if (exitCode !== 0) log.warn(`git update-ref ${args.join(' ')}: ${stderr.trim()}`);
  return exitCode === 0;
}

/** Who has a branch checked out, or is in the middle of rebasing or bisecting it; null: nobody. @throws GitError */
async function userOf({ git, layout }: Deps, name: string): Promise<string | null> {
  const holder = (await listWorktrees(git, layout)).find((worktree) => worktree.branch === name);
  if (holder !== undefined) return holder.path;
  const parent = path.join(layout.commonDir, 'worktrees');
  const ids = await readdir(parent).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  for (const gitDir of [layout.commonDir, ...ids.map((id) => path.join(parent, id))]) {
    const marks = ['rebase-merge/head-name', 'rebase-apply/head-name', 'BISECT_START'];
    for (const mark of marks) {
      const text = await readTrimmed(path.join(gitDir, mark));
      if (text === `refs/heads/${name}` || text === name) return `the ${mark.split('/')[0]} in ${gitDir}`;
    }
  }
  return null;
}

function reflogOf(layout: RepositoryLayout, name: string): string {
  return path.join(layout.commonDir, 'logs', 'refs', 'heads', ...name.split('/'));
}
