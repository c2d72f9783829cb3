import { strict as assert } from 'node:assert';
import type { BaseCell, ConflictPair } from '../../../../src/contract/conflicts';
import { openRepository, type Repository } from '../../../../src/core/openRepository';
import { LiveMatrix } from '../../../../src/core/tasks/conflicts/liveMatrix';
import type { LiveTiming } from '../../../../src/core/tasks/conflicts/matrixHolder';
import { Monitor } from '../../../../src/core/tasks/monitor';
import type { DutyView } from '../../../../src/core/tasks/monitorViews';
import { writePlan } from '../../cli/support';
import { makeRepository, memoryFolder, withTempDir } from '../../support/repositories';
import { lookingAt, taskText, testHost } from '../support';

/** One window of the editor, without the editor. */
export interface Window {
  readonly repository: Repository;
  readonly monitor: Monitor;
  readonly matrix: LiveMatrix;
  settled(): Promise<void>;
  close(): Promise<void>;
}

export async function openWindow(
  root: string,
  o: { duty?: DutyView | null; timing?: Partial<LiveTiming>; repository?: Repository; now?: () => number } = {},
): Promise<Window> {
  const repository = o.repository ?? (await openRepository(root, testHost()));
  const duty = o.duty ?? null;
  const { context } = repository;
  const matrix = new LiveMatrix({ context, duty, tools: () => repository.conflicts(), timing: o.timing, now: o.now });
  const monitor = new Monitor(context, duty, matrix);
  await monitor.start();
  await matrix.start(monitor);
  return {
    repository,
    monitor,
    matrix,
    async settled() {
      await monitor.settled();
      await matrix.settled();
      await monitor.settled();
    },
    async close() {
      matrix.dispose();
      monitor.dispose();
      await monitor.settled();
      await matrix.settled();
      repository.dispose();
    },
  };
}

export interface Live extends Window {
  readonly dir: string;
  readonly root: string;
  /** The worktree of the task of plan `p`. */
  worktree(id: string): Promise<string>;
}

/** A repository with the plan `p`, these tasks with their worktrees, and one window that computes. */
export async function withLive(
  ids: readonly string[],
  fn: (o: Live) => Promise<void>,
  o: { timing?: Partial<LiveTiming>; before?: (root: string) => Promise<void>; task?: (id: string) => string } = {},
): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    await o.before?.(root);
    await writePlan(root, 'p', Object.fromEntries(ids.map((id) => [id, taskText(id, o.task?.(id))])));
    const repository = await openRepository(root, testHost());
    for (const id of ids) await repository.tasks.prepare({ plan: 'p', task: id }, { purpose: 'spawn' });
    const window = await openWindow(root, { repository, ...(o.timing === undefined ? {} : { timing: o.timing }) });
    try {
      await window.settled();
      await fn({ ...window, dir, root, worktree: lookingAt(repository).worktree });
    } finally {
      await window.close();
    }
  }, memoryFolder());
}

/** The cell of two tasks of plan `p`, whichever comes first. */
export function pairOf(matrix: LiveMatrix, a: string, b: string): ConflictPair {
  const [first, second] = [a, b].map((each) => (each === 'main' ? each : `agent/${each}`)).sort();
  const found = matrix.state?.json.pairs.find((pair) => pair.a === first && pair.b === second);
  return found ?? assert.fail(`no cell of ${a} and ${b}`);
}

export function baseCellOf(matrix: LiveMatrix, id: string): BaseCell {
  return (
    matrix.state?.json.againstBase.find(({ ref }) => ref === `agent/${id}`) ?? assert.fail(`no base cell of ${id}`)
  );
}

export const verdictOf = (matrix: LiveMatrix, a: string, b: string) => pairOf(matrix, a, b).verdict;
