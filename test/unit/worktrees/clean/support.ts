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
  return new Promise((resolve, reject) => {
    execFile('git', args, { cwd, env: testEnvironment(), encoding: 'latin1', maxBuffer: 1 << 28 }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
  });
}

/** Path → content of a tree, both as bytes; links as their target. */
export async function filesOf(cwd: string, tree: string): Promise<Record<string, string>> {
  const lines = (await gitBytes(cwd, 'ls-tree', '-r', '-z', '--full-tree', tree)).split('\0').slice(0, -1);
  const files: Record<string, string> = {};
  for (const line of lines) {
    const tab = line.indexOf('\t');
    const [mode = '', type = '', id = ''] = line.slice(0, tab).split(' ');
    const content = type === 'blob' ? await gitBytes(cwd, 'cat-file', 'blob', id) : id;
    files[line.slice(tab + 1)] = mode === '100644' ? content : `${mode} ${content}`;
  }
  return files;
}
