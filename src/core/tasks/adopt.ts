import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { AdoptJson } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import { agentByName } from '../agents/registry';
import { resolveBase } from '../git/base';
import { realpathOrNull } from '../git/layoutFiles';
import { pullRequestNumber, resolvePullRequest } from '../git/pullRequest';
import { branchExists, resolveCommit } from '../git/refs';
import { placeOf } from '../git/repository';
import { type GitWorktree, listWorktrees } from '../git/worktreeList';
import { createTask, inboxPlan } from '../plan/createFiles';
import { findTask, readRecords, type TaskContext, withTaskLock } from './context';
import { prepare, titleOf } from './dispatch';
import { freezeBrief } from './freezeBrief';
import { lastAgent } from './lastAgent';
import { refName } from './refs';
import { presentPaths } from './snapshot';
import { TaskError } from './taskError';

export interface AdoptOptions {
  /** Default: the inbox. */
  readonly plan?: string | undefined;
  /** Default: the last one used. */
  readonly agent?: string | undefined;
  /** Folder that a relative path starts from; default: the main worktree. */
  readonly cwd?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a task of work that was begun elsewhere: a worktree (its path), a branch, or a pull request (`#12`). Nothing of
 * it is changed; a branch or pull request gets a worktree. Adopted work is never cleaned unless asked for by name.
 * @throws TaskError `bad-adoption`; AgentError `unknown-agent`; PlanError
 */
export async function adopt(context: TaskContext, what: string, o: AdoptOptions = {}): Promise<AdoptJson> {
  const agent = agentByName(o.agent ?? (await lastAgent(context)).agent, context.host.settings()).name;
  // Two that adopt the same at once would make two tasks of it.
  return context.store.locks.withLock('adopt', () => adoptLocked(context, what, { ...o, agent }), { waitMs: 600_000 });
}

async function adoptLocked(
  context: TaskContext,
  what: string,
  o: AdoptOptions & { readonly agent: string },
): Promise<AdoptJson> {
  const number = pullRequestNumber(what);
  if (number !== null) return adoptPullRequest(context, number, o);
  const worktrees = await listWorktrees(context.git, context.layout);
  const worktree = await worktreeOf(context, what, worktrees, o.cwd);
  if (worktree !== null) {
    await refuseWorktree(context, worktree);
    return adoptWorktree(context, worktree, o);
  }
  if (await branchExists(context.git, placeOf(context.layout).cwd, what)) return adoptBranch(context, what, what, o);
  throw new TaskError(
    'bad-adoption',
    `${JSON.stringify(what)} is no worktree or branch of this repository, nor a pull request like "#12".`,
  );
}

/** Gives the branch a worktree; a task file that came of it for nothing is taken back. */
async function adoptBranch(
  context: TaskContext,
  branch: string,
  title: string,
  o: AdoptOptions & { readonly agent: string },
): Promise<AdoptJson> {
  await refuseOwned(context, (worktree) => worktree.branch === branch);
  const { ref, file } = await writeTask(context, title, { branch, from: branch }, o);
  const text = await readFile(file, 'utf8');
  try {
    const made = await prepare(context, ref, { purpose: 'spawn', agent: o.agent, signal: o.signal });
    return { ...ref, branch: made.branch, worktree: made.worktree };
  } catch (error) {
    // Only what we wrote just now: somebody may have opened it meanwhile.
    if ((await readFile(file, 'utf8').catch(() => null)) === text) {
      await rm(file, { force: true });
      await context.store.events.appendTask(ref, { kind: 'forgotten' });
    }
    throw error;
  }
}

/** Its head becomes the branch `pr-12`; one that is there and is that head is gone on with. */
async function adoptPullRequest(
  context: TaskContext,
  number: number,
  o: AdoptOptions & { readonly agent: string },
): Promise<AdoptJson> {
  const { git, layout } = context;
  const at = placeOf(layout);
  const { commit } = await resolvePullRequest(git, layout, number, { signal: o.signal });
  const branch = `pr-${number}`;
  const there = await resolveCommit(git, at.cwd, `refs/heads/${branch}`);
  if (there !== null && there !== commit) {
    throw new TaskError(
      'bad-adoption',
      `There is a branch ${branch}, which is not the head of the pull request #${number}: adopt that branch, or rename it.`,
    );
  }
  if (there === null) {
    const args = ['update-ref', '-m', `switchyard: pull request #${number}`, `refs/heads/${branch}`, commit];
    await git.run([...at.args, ...args, '0'.repeat(commit.length)], { cwd: at.cwd, read: false });
  }
  return adoptBranch(context, branch, `Pull request #${number}`, o);
}

/** The worktree that a path names, or that a branch is checked out in. */
async function worktreeOf(
  context: TaskContext,
  what: string,
  worktrees: readonly GitWorktree[],
  cwd: string | undefined,
): Promise<GitWorktree | null> {
  const from = cwd ?? context.layout.mainWorktree ?? context.layout.commonDir;
  const real = await realpathOrNull(path.resolve(from, what));
  const byPath = worktrees.find((each) => each.path === real);
  return byPath ?? worktrees.find(({ branch }) => branch === what) ?? null;
}

async function refuseWorktree(context: TaskContext, worktree: GitWorktree): Promise<void> {
  if (worktree.main || worktree.bare) {
    throw new TaskError(
      'bad-adoption',
      `${worktree.path} is the main worktree, which is nobody's task: give the path or the branch of another.`,
    );
  }
  if (!(await presentPaths([worktree])).has(worktree.path)) {
    throw new TaskError('bad-adoption', `The worktree ${worktree.path} is gone: put its folder back first.`);
  }
  await refuseOwned(
    context,
    ({ path: at, branch }) => at === worktree.path || (branch !== '' && branch === worktree.branch),
  );
}

/** @throws TaskError `bad-adoption` naming the task that has it */
async function refuseOwned(
  context: TaskContext,
  isIt: (worktree: { readonly path: string; readonly branch: string }) => boolean,
): Promise<void> {
  for (const { ref, record } of (await readRecords(context)).values()) {
    if (record.worktree === null || !isIt(record.worktree)) continue;
    throw new TaskError(
      'bad-adoption',
      `${record.worktree.path} (${record.worktree.branch}) is the worktree of ${refName(ref)} already.`,
    );
  }
}

async function adoptWorktree(
  context: TaskContext,
  worktree: GitWorktree,
  o: AdoptOptions & { readonly agent: string },
): Promise<AdoptJson> {
  const { branch: on } = worktree;
  const fields = on === null ? {} : { branch: on };
  const { ref } = await writeTask(context, on ?? path.basename(worktree.path), fields, o);
  return withTaskLock(context, ref, async () => {
    const { plan, task } = await findTask(context, ref);
    const { git, layout, host, store } = context;
    const base = await resolveBase(git, layout, plan.fields.base ?? null, { fetch: false, signal: o.signal });
    const branch = worktree.branch ?? '';
    const head = worktree.head ?? base.commit;
    // Numbers of migrations are given out in one dispatch at a time.
    const taking = async () => {
      const frozen = await freezeBrief(context, { plan, task, base, branch, worktree: worktree.path });
      await store.events.appendTask(ref, {
        kind: 'dispatched',
        agent: o.agent,
        model: host.settings().defaultModel,
        permissions: task.fields.permissions ?? host.settings().defaultPermissions,
        ...frozen,
        base: base.name,
        baseHead: await mergeBaseOf(context, base.commit, head),
        branch,
        rivals: null,
        title: titleOf(task),
        spawned: true,
        adopted: true,
      });
    };
    await store.locks.withLock('dispatch', taking, { waitMs: 600_000 });
    await store.events.appendTask(ref, { kind: 'worktree-made', worktree: worktree.path, branch, head });
    return { ...ref, branch: worktree.branch, worktree: worktree.path };
  });
}

/** Where the work left the base; without shared history the base itself. */
async function mergeBaseOf({ git, layout }: TaskContext, base: string, head: string): Promise<string> {
  const at = placeOf(layout);
  const args = [...at.args, 'merge-base', base, head];
  const { exitCode, stdout } = await git.run(args, { cwd: at.cwd, okExitCodes: [0, 1] });
  return exitCode === 0 ? stdout.trim() : base;
}

async function writeTask(
  context: TaskContext,
  title: string,
  fields: { readonly branch?: string; readonly from?: string },
  o: AdoptOptions & { readonly agent: string },
): Promise<{ ref: TaskRef; file: string }> {
  const plan = o.plan ?? inboxPlan;
  // A task of that name that was deleted still has its events.
  const taken = (await context.store.events.tasks()).filter((ref) => ref.plan === plan).map(({ task }) => task);
  return createTask(context.layout, plan, {
    title,
    instructions: instructionsFor(title),
    agent: o.agent,
    ...fields,
    taken: new Set(taken),
    git: context.git,
  });
}

function instructionsFor(title: string): string {
  return `Go on with the work on ${title}. It was begun elsewhere: read its commits and its uncommitted changes first, then finish it.`;
}
