import { randomBytes } from 'node:crypto';
import { appendFile, link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TaskRef } from '../../contract/plan';
import { PlanError } from './errors';
import { idProblem, isValidId, suggestId } from './ids';
import { oneLine, type PlanTemplateOptions, planTemplate, type TaskTemplateOptions, taskTemplate } from './templates';

/** What is needed of a repository's layout. */
export interface PlansLayout {
  readonly commonDir: string;
  /** null: a bare repository. */
  readonly mainWorktree: string | null;
  readonly plansDir: string;
}

/** What is needed of the door to git: whether the plans are tracked. */
export interface TrackedQuery {
  run(
    args: readonly string[],
    o: { cwd: string; read?: boolean },
  ): Promise<{ readonly exitCode: number; readonly stdout: string }>;
}

export interface CreatePlanOptions extends PlanTemplateOptions {
  /** Default: made from the title, with a number behind it when it is taken. */
  readonly id?: string | undefined;
  /** Without it the index file is looked at, and in doubt nothing is excluded. */
  readonly git?: TrackedQuery | undefined;
}

export interface CreateTaskOptions extends Omit<TaskTemplateOptions, 'title'> {
  /** Default: made from the instructions. */
  readonly title?: string | undefined;
  /** The id to begin with; a number is put behind it when it is taken. Default: made from title or instructions. */
  readonly id?: string | undefined;
  /** Ids besides the files' that must not be used, such as those of deleted tasks whose events are still kept. */
  readonly taken?: ReadonlySet<string> | undefined;
  readonly git?: TrackedQuery | undefined;
}

/** The plan of one-off tasks. */
export const inboxPlan = 'inbox';

/**
 * Makes a plan's folder and `plan.md`. The first plan of a repository is kept out of git by `info/exclude`, unless
 * plans are tracked there already: a team that shares them has committed them.
 * @throws PlanError `bad-id`, `exists` when the given id has a `plan.md` already
 */
export async function createPlan(layout: PlansLayout, o: CreatePlanOptions): Promise<{ id: string; file: string }> {
  const taken = await namesIn(layout.plansDir);
  const id = o.id ?? suggestId(o.title, taken);
  refuseBadId(id, 'plan');
  const dir = path.join(layout.plansDir, id);
  await mkdir(dir, { recursive: true });
  await excludePlans(layout, o.git);
  const file = path.join(dir, 'plan.md');
  if (await writeNew(file, planTemplate(o))) return { id, file };
  // Someone else took a name of our choosing between looking and writing; the next look sees it.
  if (o.id === undefined) return await createPlan(layout, o);
  throw new PlanError('exists', `The plan "${id}" exists already; choose another name or open it.`, { file });
}

/**
 * Makes a task file under an id that is free (compared without case), also when several processes do so at once. The
 * plan is made when it does not exist yet, as the inbox at the first one-off task.
 * @throws PlanError `bad-id`
 */
export async function createTask(
  layout: PlansLayout,
  plan: string,
  o: CreateTaskOptions,
): Promise<{ ref: TaskRef; file: string }> {
  refuseBadId(plan, 'plan');
  if (o.id !== undefined) refuseBadId(o.id, 'task');
  const dir = path.join(layout.plansDir, plan);
  await ensurePlan(layout, plan, o.git);
  const said = firstLine(o.title ?? o.instructions);
  const text = taskTemplate({ ...o, title: said === '' ? (o.id ?? 'New task') : said });
  const used = new Set([...(o.taken ?? []), ...(await namesIn(dir)), 'plan', 'readme']);
  for (;;) {
    const task = o.id !== undefined ? numbered(o.id, used) : suggestId(o.title ?? o.instructions, used);
    const file = path.join(dir, `${task}.md`);
    if (await writeNew(file, text)) return { ref: { plan, task }, file };
    used.add(task);
  }
}

async function ensurePlan(layout: PlansLayout, plan: string, git: TrackedQuery | undefined): Promise<void> {
  if (await exists(path.join(layout.plansDir, plan))) return;
  const inbox = {
    title: 'Inbox',
    body: 'One-off tasks: each began as a prompt. They do not depend on each other.',
  };
  try {
    await createPlan(layout, { id: plan, git, ...(plan === inboxPlan ? inbox : { title: plan }) });
  } catch (error) {
    // Another process made it in the same moment, which is as good.
    if (!PlanError.is(error) || error.reason !== 'exists') throw error;
  }
}

function refuseBadId(id: string, what: 'plan' | 'task'): void {
  const problem = idProblem(id);
  if (problem !== null) {
    throw new PlanError(
      'bad-id',
      `The name ${JSON.stringify(oneLine(id))} of the ${what} ${problem}; try "${suggestId(id)}".`,
    );
  }
}

/** The id itself when it is free, else with the smallest free number behind it. */
function numbered(id: string, used: ReadonlySet<string>): string {
  if (!used.has(id)) return id;
  for (let count = 2; ; count += 1) {
    const next = `${id.slice(0, 50 - `-${count}`.length)}-${count}`;
    if (!used.has(next) && isValidId(next)) return next;
  }
}

/** The first line that says something: a prompt's headline. */
function firstLine(text: string): string {
  const line = text.split(/[\r\n]+/).find((each) => /[\p{L}\p{N}]/u.test(each)) ?? text;
  return oneLine(line.replace(/^\s*(?:#+|[-*>])\s+/, ''));
}

/** Names in a folder without `.md`, in lower case; a folder that is not there has none. */
async function namesIn(dir: string): Promise<Set<string>> {
  try {
    return new Set((await readdir(dir)).map((name) => name.replace(/\.md$/i, '').toLowerCase()));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Set();
    throw new PlanError('unreadable', `The folder ${dir} cannot be read; check its permissions.`, {
      file: dir,
      cause: error,
    });
  }
}

/**
 * Writes a file that must not exist yet, whole or not at all: a reader never sees half of it, and of two writers one
 * gets `false`. The text comes under a passing name first and is then linked, because only linking refuses to replace.
 */
async function writeNew(file: string, text: string): Promise<boolean> {
  const passing = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}`);
  await writeFile(passing, text, { flag: 'wx' });
  try {
    await link(passing, file);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return false;
    // File systems without hard links (exFAT, some shares) say one of several things; there one write must do.
    return await writeExclusive(file, text);
  } finally {
    await rm(passing, { force: true });
  }
}

async function writeExclusive(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false, // Not there, or not for us: making it will tell.
  );
}

/** Keeps the plans out of git, once, where they are not tracked. Safe to call again and from several processes. */
async function excludePlans(layout: PlansLayout, git: TrackedQuery | undefined): Promise<void> {
  if (layout.mainWorktree === null) return;
  const folder = path.basename(layout.plansDir);
  const exclude = path.join(layout.commonDir, 'info', 'exclude');
  const text = await readFile(exclude, 'utf8').catch(() => ''); // Not there yet.
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (lines.some((line) => line.replace(/^\/|\/$/g, '') === folder)) return;
  if (await isTracked(layout, layout.mainWorktree, folder, git)) return;
  await mkdir(path.dirname(exclude), { recursive: true });
  // One appended write: whatever else writes there at the same time is not lost.
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  await appendFile(
    exclude,
    `${separator}# Plans of Switchyard; remove the line to share them by committing.\n/${folder}/\n`,
  );
}

async function isTracked(
  layout: PlansLayout,
  mainWorktree: string,
  folder: string,
  git: TrackedQuery | undefined,
): Promise<boolean> {
  if (git !== undefined) {
    const result = await git.run(['ls-files', '-z', '--', folder], { cwd: mainWorktree, read: true });
    return result.stdout !== '';
  }
  try {
    const index = await readFile(path.join(layout.commonDir, 'index'));
    // Version 4 shortens paths and a split index keeps them elsewhere; then nothing is known, and nothing excluded.
    if (index.readUInt32BE(4) >= 4 || index.includes('link', index.length - 200)) return true;
    return index.includes(`${folder}/`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false; // No index yet: nothing is tracked.
    return true;
  }
}
