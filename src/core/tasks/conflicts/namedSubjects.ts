import path from 'node:path';
import type { Subject } from '../../conflicts/side';
import { realpathOrNull } from '../../git/layoutFiles';
import { resolveCommit } from '../../git/refs';
import { placeOf } from '../../git/repository';
import type { TaskContext } from '../context';
import { TaskError } from '../taskError';

/**
 * The subjects that people named, each once: those that would join anyway as they are, so that `main` means the
 * worktree that has it checked out; anything else that git takes for a commit without uncommitted work.
 * @param names a ref, commit, task or worktree path each. @param o.all who would join anyway
 * @throws TaskError `bad-ref`
 */
export async function nameSubjects(
  context: TaskContext,
  names: readonly string[],
  o: { readonly all: readonly Subject[]; readonly cwd?: string | undefined },
): Promise<Subject[]> {
  const found = new Map<string, Subject>();
  for (const name of names) {
    const subject = (await known(context, name, o)) ?? (await committed(context, name));
    if (subject === null) {
      throw new TaskError(
        'bad-ref',
        `${JSON.stringify(name)} is no branch, commit, worktree or task here; "switchyard worktrees" lists what is.`,
      );
    }
    found.set(subject.ref, subject);
  }
  return [...found.values()];
}

async function known(
  { layout }: TaskContext,
  name: string,
  o: { readonly all: readonly Subject[]; readonly cwd?: string | undefined },
): Promise<Subject | null> {
  const short = name.replace(/^refs\/(heads|remotes)\//, '');
  const named = o.all.find(({ ref }) => ref === short) ?? o.all.find(({ task }) => task === name);
  // Nothing resolves to the folder we are in.
  if (named !== undefined || name === '') return named ?? null;
  const folder = await realpathOrNull(path.resolve(o.cwd ?? layout.mainWorktree ?? layout.commonDir, name));
  return o.all.find(({ worktree }) => worktree !== null && worktree.path === folder) ?? null;
}

async function committed({ git, layout }: TaskContext, name: string): Promise<Subject | null> {
  // `worktree:x` would be read as the file `x` of a branch `worktree`.
  if (name.startsWith('worktree:')) return null;
  const head = await resolveCommit(git, placeOf(layout).cwd, name);
  return head === null ? null : { ref: name.replace(/^refs\/(heads|remotes)\//, ''), task: null, worktree: null, head };
}
