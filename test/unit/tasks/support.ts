import type { TaskRow } from '../../../src/contract/json';
import { openRepository, type Repository } from '../../../src/core/openRepository';
import { defaultSettings, type Host, type Settings, silentLog } from '../../../src/core/ports';
import { writePlan } from '../cli/support';
import { makeRepository, testEnvironment, withTempDir } from '../support/repositories';

export const taskText = (title: string, more = '') => `---\ntitle: ${title}\nagent: demo\n${more}---\nDo it.\n`;

export function testHost(settings: Partial<Settings> = {}): Host {
  return {
    log: silentLog,
    settings: () => ({ ...defaultSettings, fetchBase: false, ...settings }),
    env: testEnvironment(),
    actor: 'cli',
    window: null,
    version: '0',
  };
}

export interface Opened {
  readonly dir: string;
  readonly root: string;
  readonly repository: Repository;
  /** The worktree of the task of plan `p`. */
  worktree(id: string): Promise<string>;
  row(id: string): Promise<TaskRow>;
}

/** A repository with the plan `p` and these tasks, each with its worktree. */
export async function withTasks(
  ids: readonly string[],
  fn: (o: Opened) => Promise<void>,
  settings: Partial<Settings> = {},
): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    await writePlan(root, 'p', Object.fromEntries(ids.map((id) => [id, taskText(id)])));
    const repository = await openRepository(root, testHost(settings));
    try {
      for (const id of ids) await repository.tasks.prepare({ plan: 'p', task: id }, { purpose: 'spawn' });
      await fn({ dir, root, repository, ...lookingAt(repository) });
    } finally {
      repository.dispose();
    }
  });
}

/** What tests ask of the plan `p` of a repository. */
export function lookingAt(repository: Repository): Pick<Opened, 'worktree' | 'row'> {
  const row = async (id: string) => {
    const found = await repository.tasks.row({ plan: 'p', task: id });
    if (found === null) throw new Error(`There is no row p/${id}`);
    return found;
  };
  const worktree = async (id: string) => {
    const { worktree: path } = await row(id);
    if (path === null) throw new Error(`p/${id} has no worktree`);
    return path;
  };
  return { row, worktree };
}
