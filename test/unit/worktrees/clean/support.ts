import { execFile } from 'node:child_process';
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findRepository } from '../../../../src/core/git/repository';
import { listWorktrees } from '../../../../src/core/git/worktreeList';
import type { CleanDeps } from '../../../../src/core/worktrees/state/reading';
import type { CleanTarget } from '../../../../src/core/worktrees/state/target';
import { addWorktree, commitAll, makeRepository, openGit, runGit, testEnvironment } from '../../support/repositories';

/** A repository whose rules ignore some files, and a linked worktree on the branch `work`. */
export interface Scene {
  readonly root: string;
  readonly worktree: string;
  readonly deps: CleanDeps;
  /** What git lists for the worktree now. */
  target(o?: Partial<CleanTarget>): Promise<CleanTarget>;
  git(...args: string[]): Promise<string>;
  /** Writes a file of the worktree, with its folders. */
  write(file: string, content: string | Buffer): Promise<void>;
}

export async function makeScene(dir: string): Promise<Scene> {
  const root = await makeRepository(dir);
  await writeFile(path.join(root, '.gitignore'), '*.env\nnode_modules/\ndata/\n');
  await writeFile(path.join(root, 'kept.txt'), 'one\n');
  await commitAll(root, 'rules');
  return sceneOf(dir, root, await addWorktree(root, path.join(dir, 'work'), 'work'));
}

export async function sceneOf(dir: string, root: string, worktree: string): Promise<Scene> {
  const git = openGit();
  const layout = await findRepository(git, root);
  const deps = { git, layout, scratchDir: path.join(dir, 'scratch') };
  return {
    root,
    worktree,
    deps,
    target: async (o = {}) => {
      const listed = (await listWorktrees(git, layout)).find((found) => found.path === worktree);
      if (listed?.adminDir === undefined || listed.adminDir === null) throw new Error(`${worktree} is not listed`);
      const { head, branch, adminDir } = listed;
      return { worktree, adminDir: await realpath(adminDir), head, branch, copied: [], base: 'main', ...o };
    },
    git: (...args) => runGit(worktree, ...args),
    write: async (file, content) => {
      await mkdir(path.dirname(path.join(worktree, file)), { recursive: true });
      await writeFile(path.join(worktree, file), content);
    },
  };
}

/** Standard output as bytes, one character each. */
export function gitBytes(cwd: string, ...args: string[]): Promise<string> {
  return gitFed(cwd, '', ...args);
}

function gitFed(cwd: string, input: string, ...args: string[]): Promise<string> {
  const options = { cwd, env: testEnvironment(), encoding: 'latin1' as const, maxBuffer: 1 << 28 };
  return new Promise((resolve, reject) => {
    const child = execFile('git', args, options, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
    // One that does not read may have ended by now.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Path → content of a tree, both as bytes; links as their target. */
export async function filesOf(cwd: string, tree: string): Promise<Record<string, string>> {
  const lines = (await gitBytes(cwd, 'ls-tree', '-r', '-z', '--full-tree', tree)).split('\0').slice(0, -1);
  const entries = lines.map((line) => {
    const tab = line.indexOf('\t');
    const [mode = '', type = '', id = ''] = line.slice(0, tab).split(' ');
    return { name: line.slice(tab + 1), mode, id, isBlob: type === 'blob' };
  });
  const blobs = entries.filter(({ isBlob }) => isBlob).map(({ id }) => id);
  const contents = await contentsOf(cwd, [...new Set(blobs)]);
  return Object.fromEntries(
    entries.map(({ name, mode, id, isBlob }) => {
      const content = isBlob ? contents.get(id) : id;
      return [name, mode === '100644' ? `${content}` : `${mode} ${content}`];
    }),
  );
}

/** Of all blobs with one process. */
async function contentsOf(cwd: string, ids: readonly string[]): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  if (ids.length === 0) return contents;
  const out = await gitFed(cwd, `${ids.join('\n')}\n`, 'cat-file', '--batch');
  let at = 0;
  for (const id of ids) {
    const end = out.indexOf('\n', at);
    const [, type, size] = out.slice(at, end).split(' ');
    if (type !== 'blob') throw new Error(`${cwd} has no blob ${id}`);
    contents.set(id, out.slice(end + 1, end + 1 + Number(size)));
    at = end + 1 + Number(size) + 1;
  }
  return contents;
}
