import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GitError } from './errors';
import type { Git } from './git';
import { readTrimmed, realpathOrNull } from './layoutFiles';
import { placeOf, type RepositoryLayout } from './repository';

/** One worktree as git lists it. */
export interface GitWorktree {
  /** Real path where the folder exists, else as git says it. */
  readonly path: string;
  /** null: no commit yet, or bare. */
  readonly head: string | null;
  /** Short name (`agent/x`); null when detached or bare. */
  readonly branch: string | null;
  readonly bare: boolean;
  readonly detached: boolean;
  /** The reason it was locked with; `locked` when none was given; null: not locked. */
  readonly locked: string | null;
  /** Why git would prune it (its folder is gone …); null: it is all right. */
  readonly prunable: string | null;
  /** The checkout of the common directory itself. */
  readonly main: boolean;
  /** `<common>/worktrees/<id>` of a linked worktree, real path; null for the main one and for a bare repository. */
  readonly adminDir: string | null;
}

type ListedWorktree = Omit<GitWorktree, 'main' | 'adminDir'>;

/**
 * Parses `git worktree list --porcelain -z` (git-worktree(1), "Porcelain Format"): attributes end with NUL, a record
 * ends with an empty attribute; attributes unknown to us are passed over.
 */
export function parseWorktreeList(z: string): ListedWorktree[] {
  const worktrees: ListedWorktree[] = [];
  let fields: Map<string, string> | null = null;
  for (const attribute of z.split('\0')) {
    if (attribute === '') {
      if (fields !== null) worktrees.push(worktreeOf(fields));
      fields = null;
      continue;
    }
    const space = attribute.indexOf(' ');
    fields ??= new Map();
    if (space < 0) fields.set(attribute, '');
    else fields.set(attribute.slice(0, space), attribute.slice(space + 1));
  }
  // A record without its end was cut off: half a record is not shown as a whole one.
  return worktrees;
}

function worktreeOf(fields: ReadonlyMap<string, string>): ListedWorktree {
  const head = fields.get('HEAD') ?? null;
  return {
    path: path.normalize(fields.get('worktree') ?? ''),
    head: head === null || /^0+$/.test(head) ? null : head,
    branch: fields.get('branch')?.replace(/^refs\/heads\//, '') ?? null,
    bare: fields.has('bare'),
    detached: fields.has('detached'),
    locked: reasonOf(fields, 'locked'),
    prunable: reasonOf(fields, 'prunable'),
  };
}

function reasonOf(fields: ReadonlyMap<string, string>, name: string): string | null {
  const reason = fields.get(name);
  return reason === undefined ? null : reason || name;
}

/**
 * All worktrees of the repository, one git process. The first one git names is the common directory's own; in a
 * submodule or with a separate git directory git names the git directory there, which is mended from the layout.
 * @throws GitError
 */
export async function listWorktrees(git: Git, layout: RepositoryLayout): Promise<GitWorktree[]> {
  const at = placeOf(layout);
  const [{ stdout }, adminDirs] = await Promise.all([readList(git, at), readAdminDirs(layout.commonDir)]);
  const listed = parseWorktreeList(stdout);
  if (listed.length === 0) {
    throw new GitError('failed', `git listed no worktree of ${layout.commonDir}; try again.`, {
      cwd: layout.commonDir,
    });
  }
  return Promise.all(
    listed.map(async (worktree, index) => {
      const main = index === 0;
      const own = layout.mainWorktree ?? (worktree.bare ? layout.commonDir : worktree.path);
      const listedPath = main ? own : worktree.path;
      const real = (await realpathOrNull(listedPath)) ?? listedPath;
      return { ...worktree, path: real, main, adminDir: main ? null : (adminDirs.get(real) ?? null) };
    }),
  );
}

const attempts = 6;
const pauseMs = 30;

/** While git adds a worktree its files are there before their content is, and a listing dies of it: not for long. */
async function readList(git: Git, at: ReturnType<typeof placeOf>): Promise<{ stdout: string }> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await git.run([...at.args, 'worktree', 'list', '--porcelain', '-z'], { cwd: at.cwd });
    } catch (error) {
      const passes = GitError.is(error) && (error.reason === 'locked' || error.reason === 'failed');
      if (!passes || attempt === attempts) throw error;
      await sleep(pauseMs);
    }
  }
}

/** The folders under `<common>/worktrees` by the worktree each belongs to (its `gitdir` file names `<worktree>/.git`). */
export async function readAdminDirs(commonDir: string): Promise<Map<string, string>> {
  const parent = path.join(commonDir, 'worktrees');
  const byWorktree = new Map<string, string>();
  const ids = await readdir(parent).catch((error: NodeJS.ErrnoException) => {
    // No linked worktree was ever made.
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  await Promise.all(
    ids.map(async (id) => {
      const adminDir = path.join(parent, id);
      const gitdir = await readTrimmed(path.join(adminDir, 'gitdir'));
      if (gitdir === null) return;
      const worktree = path.dirname(path.resolve(adminDir, gitdir));
      byWorktree.set((await realpathOrNull(worktree)) ?? path.normalize(worktree), adminDir);
    }),
  );
  return byWorktree;
}
