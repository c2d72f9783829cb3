import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeFolder } from './cleanup';

const execute = promisify(execFile);

/** A repository of a test's own, in a temporary folder that also takes its worktrees. */
export interface SampleRepository {
  /** The main worktree. */
  readonly root: string;
  /** Runs git in the main worktree and returns what it prints, without the last line's end. */
  git(...args: readonly string[]): Promise<string>;
  /** Writes files (path in the worktree → text) without committing. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Writes and commits files. @returns the commit */
  commit(files: Readonly<Record<string, string>>, message?: string): Promise<string>;
}

/** git without the configuration of this machine's user. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Test Author',
  GIT_AUTHOR_EMAIL: 'author@example.com',
  GIT_COMMITTER_NAME: 'Test Author',
  GIT_COMMITTER_EMAIL: 'author@example.com',
  LC_ALL: 'C',
};

/** Makes a repository on branch `main` with one commit of the given files. @param name folder name of its root */
export async function makeRepository(
  files: Readonly<Record<string, string>> = { 'README.md': '# Sample\n' },
  name = 'sample',
): Promise<SampleRepository> {
  const root = path.join(await makeFolder('repository'), name);
  await mkdir(root);
  const repository = repositoryAt(root);
  await repository.git('init', '--quiet', '--initial-branch=main');
  // In the repository's own configuration: what VS Code and agents start there has another environment.
  await repository.git('config', 'user.name', 'Test Author');
  await repository.git('config', 'user.email', 'author@example.com');
  await repository.commit(files, 'Start');
  return repository;
}

/** The handle of a repository that is there already. @param root its main worktree */
export function repositoryAt(root: string): SampleRepository {
  const repository: SampleRepository = {
    root,
    async git(...args) {
      const env = { ...process.env, ...gitEnvironment };
      const { stdout } = await execute('git', [...args], { cwd: root, env, maxBuffer: 64 * 1024 * 1024 });
      return stdout.replace(/\r?\n$/, '');
    },
    async write(changes) {
      for (const [file, text] of Object.entries(changes)) {
        const target = path.join(root, file);
        await mkdir(path.dirname(target), { recursive: true });
        await writeFile(target, text);
      }
    },
    async commit(changes, message = 'Change files') {
      await repository.write(changes);
      await repository.git('add', '--all');
      await repository.git('commit', '--quiet', '--message', message);
      return repository.git('rev-parse', 'HEAD');
    },
  };
  return repository;
}
