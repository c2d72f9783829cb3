import path from 'node:path';
import picomatch from 'picomatch';
import type { Subject } from '../../conflicts/side';
import { type Ref, readRefs } from '../../git/refs';
import { placeOf } from '../../git/repository';
import { type GitWorktree, listWorktrees } from '../../git/worktreeList';
import type { Plan } from '../../plan/plan';
import { readRecords, type TaskContext } from '../context';
import type { TaskRecord } from '../fold';
import { refName } from '../refs';
import { presentPaths } from '../snapshot';
import { type BaseCommit, findBases } from './bases';
import { nameSubjects } from './namedSubjects';

/** Everything that joins the matrix, and what each is held against. */
export interface FoundSubjects {
  /** Sorted by ref, each ref once. */
  readonly subjects: readonly Subject[];
  /** What each is held against, by the subject's ref; absent: it is the base itself, or there is none. */
  readonly bases: ReadonlyMap<string, BaseCommit>;
  /** What the merge order starts from; null: there is none (no commit yet, nothing but a detached HEAD). */
  readonly base: BaseCommit | null;
  /** Real paths of all worktrees that are there, of those too that did not join. */
  readonly worktrees: readonly string[];
  readonly plans: readonly Plan[];
  readonly records: Records;
}

export type Records = ReadonlyMap<
  string,
  { readonly ref: { readonly plan: string; readonly task: string }; readonly record: TaskRecord }
>;

export interface SubjectOptions {
  /**
   * Only these: a branch, tag, commit or remote branch, a worktree's path, a task (`plan/task`), or the name of a
   * subject. Absent or empty: every worktree, every task branch, and the remote branches of cloud agents.
   */
  readonly refs?: readonly string[] | undefined;
  /** Nobody's uncommitted work counts. */
  readonly committed?: boolean | undefined;
  /** Held against this instead of the default branch and of the tasks' own bases. */
  readonly base?: string | undefined;
  /** Absolute folder that paths in `refs` are relative to; absent: the main worktree. */
  readonly cwd?: string | undefined;
}

/**
 * Finds who joins the matrix; reads, and changes nothing.
 * @throws TaskError `bad-ref` for a name in `refs` that is none. GitError; `bad-ref` also for a `base` that is none
 */
export async function findSubjects(context: TaskContext, o: SubjectOptions = {}): Promise<FoundSubjects> {
  const { git, layout } = context;
  const [listed, refs, records, plans] = await Promise.all([
    listWorktrees(git, layout),
    readRefs(git, placeOf(layout), ['refs/heads', 'refs/remotes']),
    readRecords(context),
    context.plans(),
  ]);
  const present = await presentPaths(listed);
  const there = listed.filter((each) => present.has(each.path) && each.prunable === null);
  const worktrees = worktreeSubjects(there, layout.commonDir, records);
  const base = await findBases(context, refs, o.base);
  const branches = await branchSubjects(context, { worktrees, refs, records, base: base.main });
  const all = [...worktrees, ...branches];
  const named = (o.refs ?? []).length === 0 ? all : await nameSubjects(context, o.refs ?? [], { all, cwd: o.cwd });
  const subjects = named.map((subject) => (o.committed === true ? { ...subject, worktree: null } : subject));
  subjects.sort((a, b) => (a.ref < b.ref ? -1 : 1));
  const bases = await base.of(subjects, records);
  return { subjects, bases, base: base.main, worktrees: there.map((each) => each.path), plans, records };
}

/** Every worktree that is there; short names, each once. */
function worktreeSubjects(there: readonly GitWorktree[], commonDir: string, records: Records): Subject[] {
  const taken = new Set<string>();
  return there.flatMap((worktree) => {
    const gitDir = worktree.main ? commonDir : worktree.adminDir;
    if (gitDir === null) return [];
    const name = `worktree:${path.basename(worktree.main ? worktree.path : gitDir)}`;
    const ref = unused(worktree.branch === null || taken.has(worktree.branch) ? name : worktree.branch, taken);
    taken.add(ref);
    const task = taskIn(records, worktree);
    return [{ ref, task, worktree: { path: worktree.path, gitDir, main: worktree.main }, head: worktree.head }];
  });
}

function unused(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n += 1) free = `${name}-${n}`;
  return free;
}

/** The task whose worktree it is, else the one whose branch it has checked out. */
function taskIn(records: Records, worktree: GitWorktree): string | null {
  const all = [...records.values()];
  const found =
    all.find(({ record }) => record.worktree?.path === worktree.path) ??
    (worktree.branch === null ? undefined : taskOnBranch(all, worktree.branch));
  return found === undefined ? null : refName(found.ref);
}

function taskOnBranch<T extends { readonly record: TaskRecord }>(all: readonly T[], branch: string): T | undefined {
  return all.find(({ record }) => record.dispatch?.branch === branch && !isOver(record));
}

/** Its work has landed, or nobody wants it: its branch, where it is still there, is history. */
function isOver(record: TaskRecord): boolean {
  return record.state === 'integrated' || record.state === 'abandoned';
}

/** Refs without a worktree: task branches, and what cloud agents pushed. */
async function branchSubjects(
  context: TaskContext,
  o: {
    readonly worktrees: readonly Subject[];
    readonly refs: readonly Ref[];
    readonly records: Records;
    readonly base: BaseCommit | null;
  },
): Promise<Subject[]> {
  const { refs, records } = o;
  const all = [...records.values()];
  const taken = new Map(o.worktrees.map((subject) => [subject.ref, subject.head]));
  const found: Subject[] = [];
  const add = (ref: string, task: string | null, head: string) => {
    taken.set(ref, head);
    found.push({ ref, task, worktree: null, head });
  };
  const remote = remoteCandidates(refs, context.host.settings().remoteBranches);
  const local = refs.filter(({ name }) => name.startsWith(heads) && !taken.has(name.slice(heads.length)));
  const ofTasks = local.flatMap((ref) => {
    const task = taskOnBranch(all, ref.name.slice(heads.length));
    return task === undefined ? [] : [{ ref, task }];
  });
  const asked = [
    ...remote.map(({ ref }) => ref.name),
    ...ofTasks.filter(({ task }) => task.record.state === 'cleaned').map(({ ref }) => ref.name),
  ];
  const landed = await landedRefs(context, asked, o.base);
  for (const { ref, task } of ofTasks) {
    if (!landed.has(ref.name)) add(ref.name.slice(heads.length), refName(task.ref), ref.commit);
  }
  for (const { ref, short } of remote) {
    // What is here as well, and the same, is looked at here.
    if (landed.has(ref.name) || taken.get(short) === ref.commit) continue;
    const shown = ref.name.slice('refs/remotes/'.length);
    const task = taskOnBranch(all, short);
    const name = taken.has(shown) ? ref.name.slice('refs/'.length) : shown;
    add(name, task === undefined ? null : refName(task.ref), ref.commit);
  }
  return found;
}

const heads = 'refs/heads/';

/** Remote branches that the globs mean. Names of remotes with a slash are not told apart here. */
function remoteCandidates(refs: readonly Ref[], globs: readonly string[]): { ref: Ref; short: string }[] {
  const wanted = globs.map((glob) => picomatch(glob, { dot: true }));
  return refs.flatMap((ref) => {
    const short = /^refs\/remotes\/[^/]+\/(.+)$/s.exec(ref.name)?.[1];
    if (short === undefined || ref.symref !== '') return [];
    return wanted.some((matches) => matches(short)) ? [{ ref, short }] : [];
  });
}

/** Which of these refs hold nothing that the base has not. No process where there is nothing to ask. */
async function landedRefs(
  { git, layout }: TaskContext,
  names: readonly string[],
  base: BaseCommit | null,
): Promise<ReadonlySet<string>> {
  if (names.length === 0 || base === null) return new Set();
  const at = placeOf(layout);
  const args = ['for-each-ref', '--format=%(refname)', `--merged=${base.commit}`, '--', ...names];
  const { stdout } = await git.run([...at.args, ...args], { cwd: at.cwd });
  return new Set(stdout.split('\n').filter((line) => line !== ''));
}
