import path from 'node:path';
import type { TaskRef } from '../../contract/plan';
import type { Git } from '../git/git';
import { branchNameProblem } from '../git/refNames';
import { readRefs } from '../git/refs';
import { placeOf, type RepositoryLayout } from '../git/repository';
import { readAdminDirs } from '../git/worktreeList';
import { WorktreeError } from './errors';
import { kindAt } from './paths';

export interface WorktreeNames {
  readonly branch: string;
  /** Name of the folder in the root. */
  readonly folder: string;
  /** Absolute path of the folder. */
  readonly worktree: string;
}

export interface NameOptions {
  /** Setting `switchyard.branchTemplate`: `{task}` and `{plan}` are replaced. */
  readonly template: string;
  /** The task's own `branch`, taken as it is; null: by the template. */
  readonly wanted: string | null;
  /** The wanted branch is there already and is to be checked out: only a folder is chosen. */
  readonly existingBranch?: boolean | undefined;
  /** Absolute folder that worktrees are made in. */
  readonly root: string;
}

/**
 * Free names for a task: branch by the template and folder `{task}`; when either is taken `{plan}-{task}` for both,
 * then `-2` … One git process. Nothing is reserved: the maker may still find a name taken.
 * @throws WorktreeError bad-name; branch-taken when the wanted branch exists
 */
export async function chooseNames(
  git: Git,
  layout: RepositoryLayout,
  ref: TaskRef,
  o: NameOptions,
): Promise<WorktreeNames> {
  for (const id of [ref.plan, ref.task]) refuseUnplainId(id);
  const at = placeOf(layout);
  const [heads, admins] = await Promise.all([readRefs(git, at, ['refs/heads']), readAdminDirs(layout.commonDir)]);
  const branches = new Branches(heads.map((head) => head.name.slice('refs/heads/'.length)));
  // A folder that is gone is still registered until git prunes it, and git refuses to use it again.
  const registered = new Set([...admins.keys()].map((worktree) => worktree.toLowerCase()));
  const folderTaken = async (folder: string) => {
    const worktree = path.join(o.root, folder);
    return registered.has(worktree.toLowerCase()) || (await kindAt(worktree)) !== 'nothing';
  };
  const named = (branch: string, folder: string) => ({ branch, folder, worktree: path.join(o.root, folder) });

  if (o.wanted !== null) {
    refuseBadBranch(o.wanted, 'the branch of the task');
    const obstacle = o.existingBranch === true ? null : branches.obstacleTo(o.wanted);
    if (obstacle !== null) throw branchTaken(o.wanted, obstacle);
    for (const folder of candidates(ref)) if (!(await folderTaken(folder))) return named(o.wanted, folder);
  }
  for (const folder of candidates(ref)) {
    const branch = branches.aside(fromTemplate(o.template, ref.plan, folder));
    refuseBadBranch(branch, 'the setting switchyard.branchTemplate');
    if (branches.obstacleTo(branch) === null && !(await folderTaken(folder))) return named(branch, folder);
  }
  throw new WorktreeError('exists', `No free name was found for ${ref.plan}/${ref.task} in ${o.root}; clean up there.`);
}

/** `task`, `plan-task`, `plan-task-2` …; an end, so that a setting gone wrong cannot hang us. */
function* candidates(ref: TaskRef): Generator<string> {
  const long = `${ref.plan}-${ref.task}`;
  yield ref.task;
  yield long;
  for (let n = 2; n < 1000; n += 1) yield `${long}-${n}`;
}

function fromTemplate(template: string, plan: string, task: string): string {
  if (!template.includes('{task}')) {
    throw new WorktreeError(
      'bad-name',
      `The setting switchyard.branchTemplate is ${JSON.stringify(template)} and lacks {task}; add it, or all tasks would want one branch.`,
    );
  }
  return template.replaceAll('{plan}', () => plan).replaceAll('{task}', () => task);
}

/** Ids come from file names that others may have written: a folder is made of them, so they must be plain names. */
function refuseUnplainId(id: string): void {
  const plain = /^[a-z0-9][a-z0-9._-]*$/i.test(id) && !id.includes('..') && !/\.(lock)?$/.test(id);
  if (!plain) {
    throw new WorktreeError(
      'bad-name',
      `${JSON.stringify(id)} cannot name a folder and a branch; use letters, digits, ".", "_" and "-".`,
    );
  }
}

export function refuseBadBranch(branch: string, source: string): void {
  const problem = branchNameProblem(branch);
  if (problem === null) return;
  throw new WorktreeError(
    'bad-name',
    `${JSON.stringify(branch)} cannot be a branch because ${problem}; correct ${source}.`,
  );
}

export function branchTaken(branch: string, obstacle: string): WorktreeError {
  const why = obstacle === branch ? 'it exists already' : `there is a branch ${obstacle}`;
  return new WorktreeError(
    'branch-taken',
    `The branch ${branch} cannot be made because ${why}; give the task another branch, or rename that one.`,
  );
}

/** The local branches, asked without case: on many disks two refs that differ only in case are one file. */
class Branches {
  readonly #byLower: Map<string, string>;
  /** Each folder that a branch lies in, with one such branch. */
  readonly #folders = new Map<string, string>();

  constructor(names: readonly string[]) {
    this.#byLower = new Map(names.map((name) => [name.toLowerCase(), name]));
    for (const name of names) for (const folder of foldersOf(name)) this.#folders.set(folder.toLowerCase(), name);
  }

  /** An existing branch that stands in the way of this name: itself, a parent, or one below it. */
  obstacleTo(branch: string): string | null {
    const parents = foldersOf(branch).map((folder) => this.#byLower.get(folder.toLowerCase()));
    const lower = branch.toLowerCase();
    return this.#byLower.get(lower) ?? parents.find((name) => name !== undefined) ?? this.#folders.get(lower) ?? null;
  }

  /** With a branch called `agent` nothing can be called `agent/x`: the slash after it becomes a dash. */
  aside(branch: string): string {
    let name = branch;
    for (const folder of foldersOf(branch)) {
      if (!this.#byLower.has(name.slice(0, folder.length).toLowerCase())) continue;
      name = `${name.slice(0, folder.length)}-${name.slice(folder.length + 1)}`;
    }
    return name;
  }
}

/** `a/b/c` → `a`, `a/b`. */
function foldersOf(branch: string): string[] {
  const parts = branch.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}
