import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { TaskEvent } from '../../src/contract/events';
import type { TaskRef } from '../../src/contract/plan';

/** A task's events as they lie in the store of a repository's main worktree; of all its tasks when none is named. */
export async function taskEvents(root: string, ref?: TaskRef): Promise<TaskEvent[]> {
  const dir = path.join(root, '.git/switchyard/events');
  const wanted = ref === undefined ? null : `${ref.plan}~${ref.task}.jsonl`;
  const names = (await folderEntries(dir)).filter((name) => name.includes('~') && (wanted ?? name) === name);
  const texts = await Promise.all(names.map((name) => readFile(path.join(dir, name), 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line.trim() !== '');
  return lines.map((line) => JSON.parse(line) as TaskEvent);
}

/** Every start of an agent, in order. */
export async function agentStarts(root: string, ref?: TaskRef): Promise<(TaskEvent & { kind: 'agent-started' })[]> {
  return (await taskEvents(root, ref)).filter((event) => event.kind === 'agent-started');
}

async function folderEntries(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    // Before the first dispatch there is no store.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
