import { defaultBranch, fetchBase, remoteTrackingOf, resolveBase, resolveCommit } from '../git/refs';
import type { TaskContext } from './context';
import { TaskError } from './taskError';

/** What worktrees are cut from. */
export interface ChosenBase {
  readonly name: string;
  readonly commit: string;
  readonly fetchedAt: string | null;
  /** Something to tell the user about it, e.g. that it could not be fetched. */
  readonly note: string | null;
}

/** A group of tasks fetches its base once. */
const fetchAgainAfterMs = 30_000;
const fetchTimeoutMs = 20_000;
const fetched = new WeakMap<TaskContext, Map<string, { at: number; note: string | null }>>();

/**
 * The base of a task: fetched first when it has a remote, which may fail (no network) without stopping anything.
 * @param wanted branch, tag or commit; null: the default branch
 * @throws TaskError `bad-task` in a repository without a commit; GitError `bad-ref`
 */
export async function baseOf(context: TaskContext, wanted: string | null): Promise<ChosenBase> {
  const { git, layout, host } = context;
  const note = host.settings().fetchBase ? await fetchOnce(context, wanted) : null;
  const cwd = layout.mainWorktree ?? layout.commonDir;
  try {
    const base = await resolveBase(git, layout, wanted);
    return { ...base, note: note ?? base.note };
  } catch (error) {
    if (wanted === null && (await resolveCommit(git, cwd, 'HEAD')) === null) {
      throw new TaskError(
        'bad-task',
        'This repository has no commit yet: make a first commit, a worktree needs one to start from.',
        { cause: error },
      );
    }
    throw error;
  }
}

async function fetchOnce(context: TaskContext, wanted: string | null): Promise<string | null> {
  const { git, layout } = context;
  const cwd = layout.mainWorktree ?? layout.commonDir;
  const memo = fetched.get(context) ?? new Map();
  fetched.set(context, memo);
  const key = wanted ?? '';
  const known = memo.get(key);
  if (known !== undefined && Date.now() - known.at < fetchAgainAfterMs) return known.note;
  const branch = wanted ?? (await defaultBranchOrNull(context));
  let note: string | null = null;
  if (branch !== null && (await remoteTrackingOf(git, cwd, branch)) !== null) {
    const { fetched: ok, reason } = await fetchBase(git, cwd, branch, { timeoutMs: fetchTimeoutMs });
    if (!ok && reason !== null) note = `The base ${branch} could not be fetched: ${reason}`;
  }
  memo.set(key, { at: Date.now(), note });
  return note;
}

async function defaultBranchOrNull({ git, layout }: TaskContext): Promise<string | null> {
  try {
    return await defaultBranch(git, layout);
  } catch {
    // An unborn or odd repository: `resolveBase` says what is wrong with it.
    return null;
  }
}
