import { lstat, open, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import * as z from 'zod/mini';
import { type BytePath, foldersOf, onDisk, splitPaths } from '../../git/bytePath';
import type { Git } from '../../git/git';
import { diffTrees, type TreeChange } from '../../git/treeDiff';
import { printOf, printSchema } from './print';
import type { WorkingTrees } from './snapshot';
import type { PrivateGit, SyncPaths } from './workspace';

const stepSchema = z.object({
  /** One character a byte. */
  path: z.string(),
  /** The file that is there now and goes; null: none. */
  old: z.nullable(printSchema),
  /** The staged file that comes; null: none. */
  next: z.nullable(printSchema),
});
export type Step = z.infer<typeof stepSchema>;

const planSchema = z.object({
  steps: z.array(stepSchema),
  /** Folders that are made for new files, outermost first. */
  newFolders: z.array(z.string()),
  /** Folders of submodules: those that come are made, those that go are removed when empty. */
  submoduleFolders: z.array(z.object({ path: z.string(), comes: z.boolean() })),
});

/** Every file that a switch replaces, as it must be found. Written down before the first one is touched. */
export type SwitchPlan = z.infer<typeof planSchema>;

export interface StagedSwitch {
  readonly plan: SwitchPlan;
  /** Paths that sparse patterns keep out of the worktree, with git's tag. */
  readonly sparse: ReadonlyMap<BytePath, string>;
}

/** Why a file cannot make way. */
export interface InTheWay {
  readonly files: readonly BytePath[];
}

/**
 * Lays the new content out beside the worktree, through git, so that filters, line ends, modes, links and sparse
 * patterns are git's own; and notes what each file to be replaced is now. Changes nothing in the worktree.
 * @throws GitError, and errors of the file system (full disk)
 */
export async function stageSwitch(
  deps: { readonly git: Git; readonly private: PrivateGit; readonly paths: SyncPaths; readonly gitDir: string },
  worktree: string,
  trees: WorkingTrees,
  to: string,
): Promise<StagedSwitch | InTheWay> {
  const { paths } = deps;
  const changes = await diffTrees(deps.git, deps.private.place, trees.files, to);
  const left = await checkOut(deps, trees, to);
  const hidden = await hiddenOnDisk(worktree, changes, trees);
  if (hidden.length > 0) return { files: hidden };
  const steps: Step[] = [];
  for (const { path: name, old, next } of changes) {
    const was = isFile(old) && !trees.hidden.has(name) ? await printOf(onDisk(worktree, name)) : null;
    const will = isFile(next) && !left.has(name) ? await printOf(onDisk(paths.stage, name)) : null;
    // A folder took the place of the file: somebody is at it right now.
    if (was === 'other' || will === 'other') return { files: [name] };
    if (was !== null || will !== null) steps.push({ path: name, old: was, next: will });
  }
  const blocked = await inTheWay(worktree, steps);
  if (blocked.length > 0) return { files: blocked };
  await flush(steps, paths.stage);
  const newFolders = await missingFolders(worktree, steps);
  const plan = { steps, newFolders, submoduleFolders: submoduleFolders(changes) };
  return { plan, sparse: left };
}

/** On the disk before the first file is exchanged: after a power cut a renamed file would be there, and empty. */
async function flush(steps: readonly Step[], stage: string): Promise<void> {
  const limit = pLimit(8);
  const files = steps.filter(({ next }) => next?.kind === 'file');
  await Promise.all(
    files.map((step) =>
      limit(async () => {
        // Windows flushes only what is open for writing.
        const file = await open(onDisk(stage, step.path), process.platform === 'win32' ? 'r+' : 'r');
        await file.datasync().finally(() => file.close());
      }),
    ),
  );
}

function isFile(entry: TreeChange['old']): boolean {
  return entry !== null && entry.mode !== '160000';
}

function submoduleFolders(changes: readonly TreeChange[]): SwitchPlan['submoduleFolders'] {
  const is = (entry: TreeChange['old']) => entry?.mode === '160000';
  return changes.flatMap(({ path: name, old, next }) =>
    is(old) === is(next) ? [] : [{ path: name, comes: is(next) }],
  );
}

/** @returns the paths that sparse patterns keep out of the worktree */
async function checkOut(
  deps: { readonly private: PrivateGit; readonly paths: SyncPaths; readonly gitDir: string },
  trees: WorkingTrees,
  to: string,
): Promise<Map<BytePath, string>> {
  const { paths } = deps;
  const index = path.join(paths.folder, 'index.stage');
  const env = { GIT_WORK_TREE: paths.stage };
  const o = { cwd: paths.stage, index, env };
  const at = [`--git-dir=${deps.gitDir}`];
  await writeFile(index, await readFile(trees.filesIndex), { mode: 0o600 });
  await deps.private.run([...at, 'read-tree', '-m', '-u', '--no-recurse-submodules', trees.files, to], o);
  const tagged = splitPaths((await deps.private.run([...at, 'ls-files', '-t', '-z'], o)).stdoutBytes);
  return new Map(tagged.filter((line) => line.startsWith('S ')).map((line) => [line.slice(2), 'S']));
}

/**
 * Files that git was told not to look at, that are there all the same, and that the switch would replace: what they
 * hold is in no tree.
 */
async function hiddenOnDisk(
  worktree: string,
  changes: readonly TreeChange[],
  trees: WorkingTrees,
): Promise<BytePath[]> {
  const found: BytePath[] = [];
  for (const { path: name, old } of changes) {
    if (old === null || !trees.hidden.has(name)) continue;
    if ((await printOf(onDisk(worktree, name))) !== null) found.push(name);
  }
  return found;
}

/** Untracked and ignored files at the place of new ones, and files or links where a folder has to be. */
async function inTheWay(worktree: string, steps: readonly Step[]): Promise<BytePath[]> {
  const goes = new Set(steps.filter(({ old }) => old !== null).map((step) => step.path));
  const inodes = new Set(steps.flatMap(({ old }) => (old === null ? [] : [old.inode])));
  const found = new Set<BytePath>();
  for (const { path: name, old, next } of steps) {
    if (next === null || old !== null) continue;
    const blocker = foldersOf(name).find((parent) => goes.has(parent));
    if (blocker !== undefined) continue;
    for (const each of [...foldersOf(name), name]) {
      if (await blocks(worktree, each, each === name, goes, inodes)) found.add(each);
    }
  }
  return [...found];
}

async function blocks(
  worktree: string,
  name: BytePath,
  last: boolean,
  goes: ReadonlySet<BytePath>,
  inodes: ReadonlySet<string>,
): Promise<boolean> {
  const facts = await lstat(onDisk(worktree, name), { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (facts === null) return false;
  if (!last) return !facts.isDirectory();
  if (facts.isDirectory()) return !(await becomesEmpty(worktree, name, goes));
  // Where case does not matter, a renamed file is found under its new name already.
  return !inodes.has(`${facts.dev}:${facts.ino}`);
}

async function becomesEmpty(worktree: string, folder: BytePath, goes: ReadonlySet<BytePath>): Promise<boolean> {
  const entries = await readdir(onDisk(worktree, folder), { withFileTypes: true, encoding: 'buffer' });
  for (const entry of entries) {
    const name = `${folder}/${entry.name.toString('latin1')}`;
    const fine = entry.isDirectory() ? await becomesEmpty(worktree, name, goes) : goes.has(name);
    if (!fine) return false;
  }
  return true;
}

async function missingFolders(worktree: string, steps: readonly Step[]): Promise<BytePath[]> {
  const parents = new Set(steps.filter(({ next }) => next !== null).flatMap((step) => foldersOf(step.path)));
  const missing: BytePath[] = [];
  for (const parent of parents) {
    const facts = await lstat(onDisk(worktree, parent)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
      throw error;
    });
    if (facts === null || !facts.isDirectory()) missing.push(parent);
  }
  return missing.sort((a, b) => a.length - b.length);
}

export async function writePlan(file: string, plan: SwitchPlan): Promise<void> {
  await writeFile(file, JSON.stringify(plan), { mode: 0o600, flush: true });
}

/** @throws when the plan is not there or not whole: nothing was switched then */
export async function readPlan(file: string): Promise<SwitchPlan> {
  return planSchema.parse(JSON.parse(await readFile(file, 'utf8')));
}
