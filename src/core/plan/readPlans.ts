import type { Stats } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import type { Problem, TaskRef } from '../../contract/plan';
import { hasFrontMatter, maxFileSize } from './frontMatter';
import { idProblem, isValidId, mendId, reservedTaskIds } from './ids';
import type { Span } from './lines';
import { parsePlanText, parseTaskText } from './parse';
import type { Plan, PlanText, TaskFile } from './plan';
import { Problems } from './problems';

/** The text of one plan (`task` null) or task file, exactly as read: for whoever keeps texts. */
export type OnText = (read: {
  readonly plan: string;
  readonly task: string | null;
  readonly file: string;
  readonly text: string;
}) => void;

export interface ReadOptions {
  readonly onText?: OnText | undefined;
  /** Text that stands for a file's, such as that of an unsaved editor; undefined: the one on disk. */
  readonly textOf?: ((file: string) => string | undefined) | undefined;
}

const top: Span = { line: 1, column: 1, endLine: 1, endColumn: 2 };
const byName = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
// Enough to keep a disk busy; few enough that a folder of thousands of files does not use up the process's handles.
const limit = pLimit(16);

/**
 * Reads all plans of a folder of plans. A folder that does not exist has no plans; what cannot be read is a problem of
 * the whole (`problems`) or of its plan, never an exception. Plans and tasks are sorted by id, and every id is valid.
 */
export async function readPlans(
  plansDir: string,
  o: ReadOptions = {},
): Promise<{ plans: Plan[]; problems: Problem[] }> {
  const problems = new Problems(plansDir);
  const names = await list(plansDir, problems);
  const folders: string[] = [];
  for (const name of names) {
    // Names with a dot in front are tools' own (.trash, .DS_Store); files beside the plans are nobody's business.
    if (!name.startsWith('.') && (await isFolder(path.join(plansDir, name), problems))) folders.push(name);
  }
  const taken = new Set(folders);
  const plans: (Plan | null)[] = await Promise.all(
    folders.map(async (name) => {
      const dir = path.join(plansDir, name);
      if (isValidId(name)) return await readFolder(dir, name, o);
      addAt(problems, dir, sayBadName('folder', name, taken));
      return null;
    }),
  );
  return { plans: plans.filter((plan) => plan !== null), problems: problems.list };
}

/** Reads one plan; null when there is no such folder, or the name is no valid id. */
export async function readPlan(plansDir: string, id: string, o: ReadOptions = {}): Promise<Plan | null> {
  if (!isValidId(id)) return null;
  const dir = path.join(plansDir, id);
  return (await isFolder(dir, new Problems(dir))) ? await readFolder(dir, id, o) : null;
}

async function readFolder(dir: string, id: string, o: ReadOptions): Promise<Plan> {
  const problems = new Problems(dir);
  const names = (await list(dir, problems)).filter((name) => /\.md$/i.test(name) && !name.startsWith('.'));
  const planName = names.includes('plan.md') ? 'plan.md' : null;
  const [plan, tasks] = await Promise.all([
    planName === null ? null : readPlanFile(path.join(dir, planName), id, problems, o),
    Promise.all(
      taskNames(dir, names, problems).map(([name, task]) =>
        readTaskFile(path.join(dir, name), { plan: id, task }, problems, o),
      ),
    ),
  ]);
  return {
    id,
    dir,
    file: planName === null ? null : path.join(dir, planName),
    fields: plan?.fields ?? {},
    body: plan?.body ?? '',
    text: plan?.text ?? '',
    tasks: tasks.filter((task) => task !== null).sort((a, b) => byName(a.ref.task, b.ref.task)),
    problems: [...(plan?.problems ?? []), ...problems.list],
    positions: plan?.positions ?? new Map(),
  };
}

/** The files that can be tasks, with their ids; the others with the reason why not. */
function taskNames(dir: string, names: readonly string[], problems: Problems): [string, string][] {
  const found: [string, string][] = [];
  const ids = new Set<string>();
  const all = new Set(names.map((name) => name.slice(0, -3).toLowerCase()));
  // Names that are right as they are go first, so that of two equal ones the wrong one is told.
  const right = (name: string) => name.endsWith('.md') && isValidId(name.slice(0, -3));
  for (const name of [...names].sort((a, b) => Number(right(b)) - Number(right(a)) || byName(a, b))) {
    const id = name.slice(0, -3);
    if (name === 'plan.md' || id.toLowerCase() === 'readme') continue;
    const file = path.join(dir, name);
    if (reservedTaskIds.has(id.toLowerCase())) {
      const fix = names.includes('plan.md') ? mendId(`${id}-2`, all) : 'plan';
      addAt(problems, file, {
        code: 'bad-id',
        message: `"${name}" must be called "plan.md", in small letters, to describe the plan.`,
        fix: { kind: 'rename-file', to: `${fix}.md` },
      });
    } else if (ids.has(id.toLowerCase())) {
      const to = mendId(id, all);
      addAt(problems, file, {
        code: 'duplicate-id',
        message: `There is a task "${id.toLowerCase()}" already, and names are compared without case; rename this file.`,
        fix: { kind: 'rename-file', to: `${to}.md` },
      });
    } else if (!isValidId(id)) {
      all.delete(id.toLowerCase());
      addAt(problems, file, sayBadName('file', id, all));
    } else {
      ids.add(id);
      found.push([name, id]);
    }
  }
  return found;
}

type Told = Pick<Problem, 'code' | 'message' | 'fix'>;

function sayBadName(kind: 'file' | 'folder', name: string, taken: ReadonlySet<string>): Told {
  const others = new Set([...taken].filter((other) => other !== name));
  const to = mendId(name, others);
  return {
    code: 'bad-id',
    message: `The name "${name}" ${idProblem(name)}; rename the ${kind}, for example to "${to}".`,
    fix: kind === 'file' ? { kind: 'rename-file', to: `${to}.md` } : { kind: 'rename-folder', to },
  };
}

function addAt(problems: Problems, file: string, told: Told): void {
  problems.list.push({ ...told, file, ...top, severity: 'error' });
}

async function readPlanFile(file: string, plan: string, problems: Problems, o: ReadOptions): Promise<PlanText | null> {
  const text = await readText(file, problems, o);
  if (text === null) return null;
  o.onText?.({ plan, task: null, file, text });
  return parsePlanText(text, file);
}

async function readTaskFile(file: string, ref: TaskRef, problems: Problems, o: ReadOptions): Promise<TaskFile | null> {
  const text = await readText(file, problems, o);
  if (text === null) return null;
  if (hasFrontMatter(text)) {
    o.onText?.({ ...ref, file, text });
    return parseTaskText(text, file, ref);
  }
  // Notes beside the tasks are welcome; only what looks like a task gone wrong is told.
  for (const problem of parseTaskText(text, file, ref).problems) {
    if (problem.code !== 'no-front-matter') problems.list.push({ ...problem, severity: 'warning' });
  }
  return null;
}

/** The text of a file, or null with a problem: only regular files are opened (a pipe would block for ever). */
async function readText(file: string, problems: Problems, o: ReadOptions): Promise<string | null> {
  const given = o.textOf?.(file);
  if (given !== undefined) return given;
  return await limit(async () => {
    try {
      const found = await stat(file);
      if (!found.isFile()) {
        addAt(problems, file, {
          code: 'unreadable',
          message: `"${path.basename(file)}" is no regular file; a task is a Markdown file.`,
        });
        return null;
      }
      const bytes = await readAtMost(file, maxFileSize + 1);
      if (bytes.length > maxFileSize) {
        addAt(problems, file, {
          code: 'too-large',
          message: 'The file is larger than 1 MB and is not read; keep plans and tasks short.',
        });
        return null;
      }
      return decode(file, bytes, problems);
    } catch (error) {
      // A file that went away between listing and reading is simply not there.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || (await isLink(file)))
        addAt(problems, file, sayUnreadable(file, error));
      return null;
    }
  });
}

function decode(file: string, bytes: Buffer, problems: Problems): string | null {
  if (bytes.includes(0)) {
    addAt(problems, file, { code: 'not-text', message: 'The file is no UTF-8 text; save it as UTF-8.' });
    return null;
  }
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) {
    addAt(problems, file, {
      code: 'not-text',
      message: 'Some of the file is no UTF-8; save it as UTF-8, else those letters are lost.',
    });
  }
  return text;
}

async function readAtMost(file: string, size: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    while (length < size) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(64 * 1024, size - length)));
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
    }
    return Buffer.concat(chunks);
  } finally {
    await handle.close();
  }
}

/** Names in a folder, sorted; a folder that does not exist has none, one that cannot be read has a problem. */
async function list(dir: string, problems: Problems): Promise<string[]> {
  try {
    return (await readdir(dir)).sort(byName);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') addAt(problems, dir, sayUnreadable(dir, error));
    return [];
  }
}

async function isFolder(dir: string, problems: Problems): Promise<boolean> {
  let found: Stats;
  try {
    found = await stat(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || (await isLink(dir)))
      addAt(problems, dir, sayUnreadable(dir, error));
    return false;
  }
  return found.isDirectory();
}

/** Whether the name is there though nothing is behind it: a symbolic link to nowhere. */
async function isLink(file: string): Promise<boolean> {
  return await readdir(path.dirname(file))
    .then((names) => names.includes(path.basename(file)))
    .catch(() => false); // Gone with its folder: not there.
}

function sayUnreadable(file: string, error: unknown): Told {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const why =
    {
      ELOOP: 'it is a symbolic link that leads back to itself',
      ENOENT: 'it is a symbolic link to nowhere',
      EACCES: 'its permissions forbid it',
      EPERM: 'its permissions forbid it',
      ENOTDIR: 'it is no folder',
    }[code] ?? code;
  return { code: 'unreadable', message: `"${path.basename(file)}" cannot be read: ${why}.` };
}
