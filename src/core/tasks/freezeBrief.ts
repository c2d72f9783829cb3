import { composeBrief } from '../agents/brief';
import type { Base } from '../git/base';
import { placeOf } from '../git/repository';
import { readBlob } from '../git/status';
import type { Plan, TaskFile } from '../plan/plan';
import type { TaskContext } from './context';
import { reserveNumbers } from './reserveNumbers';
import { TaskError } from './taskError';

/**
 * Composes a task's brief and keeps it and the task's text in the store: what was asked for at dispatch stays known,
 * whatever becomes of the files. Gives it its numbers of migrations, so the caller holds the lock `dispatch` until all
 * of it is on record.
 * @returns their hashes, and the numbers; undefined: the plan gives out none
 * @throws TaskError `bad-task` when a contract file is not on the base: agents would work against nothing; when no
 *   number is left
 */
export async function freezeBrief(
  context: TaskContext,
  o: { plan: Plan; task: TaskFile; base: Base; branch: string; worktree: string },
): Promise<{ brief: string; text: string; reserved: readonly string[] | undefined }> {
  const { plan, task, base } = o;
  const [reserved, contractTexts, contextTexts] = await Promise.all([
    reserveNumbers(context, { plan, task, base }),
    Promise.all((plan.fields.contract ?? []).map((path) => contractText(context, plan, base, path))),
    Promise.all(
      [...(plan.fields.context ?? []), ...(task.fields.context ?? [])].map((entry) =>
        contextText(context, base, entry),
      ),
    ),
  ]);
  const text = composeBrief({
    plan,
    task,
    worktree: o.worktree,
    base: base.name,
    branch: o.branch,
    contractTexts,
    contextTexts: contextTexts.filter((entry) => entry !== null),
    reserved,
  });
  const [brief, taskText] = await Promise.all([context.store.texts.put(text), context.store.texts.put(task.text)]);
  return { brief, text: taskText, reserved };
}

async function contractText(context: TaskContext, plan: Plan, base: Base, path: string) {
  const text = await blobText(context, base, path);
  if (text !== null) return { path, text };
  throw new TaskError(
    'bad-task',
    `The contract ${path} of the plan "${plan.id}" is not on ${base.name} yet: commit it there first, so that every agent starts with it.`,
  );
}

/** An entry of `context` is a file on the base, or a text of its own: then null. */
async function contextText(context: TaskContext, base: Base, entry: string) {
  const text = /[\r\n]/.test(entry) ? null : await blobText(context, base, entry);
  return text === null ? null : { path: entry, text };
}

async function blobText({ git, layout }: TaskContext, base: Base, path: string): Promise<string | null> {
  const blob = await readBlob(git, placeOf(layout).cwd, base.commit, path);
  return blob === null ? null : blob.toString('utf8');
}
