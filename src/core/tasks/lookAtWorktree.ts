import type { Integrated } from '../../contract/json';
import type { TaskRef } from '../../contract/plan';
import { isIntegrated } from '../git/integrated';
import { branchPatterns, defaultBranch, readRefs, trackingAmong } from '../git/refs';
import { placeOf } from '../git/repository';
import { type GitWorktree, listWorktrees } from '../git/worktreeList';
import { isInside } from '../worktrees/paths';
import { processesIn } from '../worktrees/processes/processes';
import type { CleanTarget, Survey, WorkingProcess } from '../worktrees/state/target';
import { surveyWorktree } from '../worktrees/survey/survey';
import type { TaskContext } from './context';
import type { TaskRecord } from './fold';
import { refName, streamName } from './refs';
import { withScratch } from './scratch';
import { presentPaths } from './snapshot';
import { type ShownWindow, windowsOn } from './windows';

/** The branch that is checked out in a worktree that is to be cleaned. */
export interface CleanBranch {
  readonly name: string;
  readonly tip: string;
  readonly integrated: Integrated;
  /** Integrated and made for this task: it goes with the worktree. */
  readonly deletable: boolean;
  /** Work starts from it: it is never deleted. */
  readonly isBase: boolean;
}

/** Everything that decides about cleaning a worktree, as it is now. */
export interface Looked {
  readonly target: CleanTarget;
  readonly survey: Survey;
  /** null: HEAD is detached, or there is no commit yet. */
  readonly branch: CleanBranch | null;
  /** Left there by the task itself: ended with consent. */
  readonly own: readonly WorkingProcess[];
  readonly windows: readonly ShownWindow[];
  /** Why it cannot be cleaned whatever is consented to; null: it can. */
  readonly refused: string | null;
}

/**
 * Looks at a task's worktree; changes nothing.
 * @returns a sentence when there is nothing that could be cleaned
 * @throws GitError, WorktreeError when what would be lost cannot be told: then it must not be cleaned
 */
export async function lookAtWorktree(
  context: TaskContext,
  ref: TaskRef,
  record: TaskRecord,
  o: { readonly onlyLanded?: boolean | undefined; readonly signal?: AbortSignal | undefined },
): Promise<Looked | string> {
  const found = await findTarget(context, ref, record);
  if (typeof found === 'string') return found;
  const { target, bases } = found;
  return withScratch(context, async (scratchDir) => {
    const branch = await branchOf(context, record, target, bases, scratchDir);
    // Before the survey, which takes longer.
    if (o.onlyLanded === true && !(branch?.integrated.verdict === 'yes' && hasOwnCommits(record, target.head))) {
      return `${refName(ref)} is not integrated.`;
    }
    const deps = { git: context.git, layout: context.layout, scratchDir };
    const [survey, working, windows, lease] = await Promise.all([
      surveyWorktree(deps, target, { integrated: branch?.integrated ?? null, signal: o.signal }),
      processesIn(target.worktree),
      windowsOn(context, target.worktree),
      context.store.leases.read(streamName(ref)),
    ]);
    const own = working.processes.filter(({ task }) => task === refName(ref));
    const foreign = working.processes.filter(({ task }) => task !== refName(ref));
    const agent = lease?.alive === true ? lease.file : null;
    const refused =
      agent !== null
        ? `${refName(ref)} runs (${agent.agent ?? 'its runner'}, process ${agent.agentPid ?? agent.pid}): stop it first.`
        : // A window's terminals and servers go with it; what is left then is looked at again.
          foreign.length > 0 && windows.length === 0
          ? `${listed(foreign)} in ${target.worktree}: end that first.`
          : null;
    return { target, survey, branch, own, windows, refused };
  });
}

/** "bash (12) and node (13) work" */
export function listed(processes: readonly WorkingProcess[]): string {
  const names = processes.slice(0, 5).map(({ name, pid }) => `${name} (process ${pid})`);
  const more = processes.length > 5 ? ` and ${processes.length - 5} more` : '';
  return `${names.join(', ')}${more} ${processes.length === 1 ? 'works' : 'work'}`;
}

async function findTarget(
  context: TaskContext,
  ref: TaskRef,
  record: TaskRecord,
): Promise<{ target: CleanTarget; bases: readonly string[] } | string> {
  const at = record.worktree?.path ?? '';
  const worktrees = await listWorktrees(context.git, context.layout);
  const found = worktrees.find(({ path }) => path === at);
  if (found === undefined || !(await presentPaths([found])).has(at)) {
    return `The worktree of ${refName(ref)} is gone (${at}): forget the task, or put the folder back.`;
  }
  const why = whyNever(context, found, worktrees);
  if (why !== null) return why;
  const base = record.dispatch?.base ?? null;
  const target: CleanTarget = {
    worktree: found.path,
    adminDir: found.adminDir ?? '',
    head: found.head,
    branch: found.branch,
    copied: record.ready?.copied ?? [],
    base,
  };
  return { target, bases: await baseRefs(context, base) };
}

/** What no consent can make right. */
function whyNever(context: TaskContext, found: GitWorktree, all: readonly GitWorktree[]): string | null {
  const { path: at } = found;
  if (found.main || found.bare || found.adminDir === null) return `${at} is the main worktree, which is never cleaned.`;
  if (found.locked !== null) {
    return `${at} is locked (${found.locked}): unlock it first with "git worktree unlock".`;
  }
  const inside = all.find(({ path }) => path !== at && isInside(path, at));
  if (inside !== undefined) return `${at} holds the worktree ${inside.path}: move or clean that one first.`;
  if (isInside(context.layout.commonDir, at)) return `${at} holds the repository itself, so it is never cleaned.`;
  return null;
}

/** Full names of the refs that work of this base lands on: local and remote-tracking, and those of the default branch. */
async function baseRefs(context: TaskContext, base: string | null): Promise<string[]> {
  const { git, layout } = context;
  const at = placeOf(layout);
  const names = new Set([...(base === null ? [] : [base]), await defaultBranch(git, layout)]);
  const found: string[] = [];
  for (const name of names) {
    const refs = await readRefs(git, at, branchPatterns(name));
    const tracking = trackingAmong(refs, name);
    const wanted = [`refs/heads/${name}`, `refs/remotes/${name}`, ...(tracking === null ? [] : [tracking.ref])];
    found.push(...refs.filter((each) => wanted.includes(each.name) && each.symref === '').map((each) => each.name));
  }
  return [...new Set(found)];
}

async function branchOf(
  context: TaskContext,
  record: TaskRecord,
  target: CleanTarget,
  bases: readonly string[],
  scratchDir: string,
): Promise<CleanBranch | null> {
  const { branch: name, head: tip } = target;
  if (name === null || tip === null) return null;
  const own = `refs/heads/${name}`;
  const others = bases.filter((base) => base !== own);
  const isBase = others.length < bases.length;
  const integrated = await isIntegrated(context.git, placeOf(context.layout), {
    branch: own,
    bases: others,
    scratchDir,
  });
  const made = record.dispatch?.branch === name && !record.dispatch.adopted;
  return { name, tip, integrated, isBase, deletable: made && !isBase && integrated.verdict === 'yes' };
}

/** Whether anything was committed on the branch since it was cut or brought onto its base. */
export function hasOwnCommits(record: TaskRecord, head: string | null): boolean {
  return head !== null && record.dispatch !== null && head !== (record.syncedOnto ?? record.dispatch.baseHead);
}
