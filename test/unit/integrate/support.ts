import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AnswerVerdict, ChecklistItem, ChecklistItemId, ChecklistJson } from '../../../src/contract/checklist';
import type { ConflictsJson, Hazard } from '../../../src/contract/conflicts';
import { openRepository, type Repository } from '../../../src/core/openRepository';
import { readConflicts } from '../../../src/core/tasks/conflicts/readConflicts';
import { writePlan } from '../cli/support';
import { commitAll, makeRepository, memoryFolder, withTempDir } from '../support/repositories';
import { testHost } from '../tasks/host';
import { lookingAt, taskText } from '../tasks/support';

/** A repository with the plan `p`, and what tests do with it. */
export interface Planned {
  readonly dir: string;
  readonly root: string;
  readonly repository: Repository;
  /** Writes into the worktree of a task, without a commit. */
  write(task: string, file: string, text: string): Promise<void>;
  /** The same, and commits it. @returns the commit */
  commit(task: string, file: string, text: string): Promise<string>;
  /** What the matrix says now. */
  matrix(): Promise<ConflictsJson>;
  /** The checklist against what the matrix said. */
  against(json: ConflictsJson): Promise<ChecklistJson>;
  /** The whole checklist as it is now; `change` may alter what the matrix says. */
  checklist(change?: Change): Promise<ChecklistJson>;
  item(id: ChecklistItemId, change?: Change): Promise<ChecklistItem>;
  answer(id: ChecklistItemId, verdict: AnswerVerdict, note?: string, change?: Change): Promise<void>;
}

export type Change = (json: ConflictsJson) => ConflictsJson;

export interface PlanText {
  /** Front matter of `plan.md` besides the title. */
  readonly plan?: string;
  /** Front matter of the tasks besides title and agent, by task. */
  readonly tasks: Readonly<Record<string, string>>;
  /** Those that get a worktree; default: all. */
  readonly spawn?: readonly string[];
  /** Files on the base. */
  readonly base?: Readonly<Record<string, string>>;
}

/** `agent/<task>` */
export const branchOf = (task: string) => `agent/${task}`;

export async function withPlan(o: PlanText, fn: (p: Planned) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    for (const [file, text] of Object.entries(o.base ?? {})) await put(root, file, text);
    if (o.base !== undefined) await commitAll(root, 'base');
    const texts = Object.entries(o.tasks).map(([id, more]) => [id, taskText(id, more)] as const);
    await writePlan(root, 'p', Object.fromEntries(texts), `---\ntitle: A plan\n${o.plan ?? ''}---\n`);
    const repository = await openRepository(root, testHost());
    try {
      for (const task of o.spawn ?? Object.keys(o.tasks)) {
        await repository.tasks.prepare({ plan: 'p', task }, { purpose: 'spawn', override: true });
      }
      await fn({ dir, root, repository, ...doing(repository) });
    } finally {
      repository.dispose();
    }
  }, memoryFolder());
}

function doing(repository: Repository): Omit<Planned, 'dir' | 'root' | 'repository'> {
  const { worktree } = lookingAt(repository);
  const write = async (task: string, file: string, text: string) => put(await worktree(task), file, text);
  const matrix = async () => (await readConflicts(repository.context, { tools: await repository.conflicts() })).json;
  const against = (json: ConflictsJson) => repository.checklist('p', { json });
  const checklist = async (change: Change = (json) => json) => against(change(await matrix()));
  return {
    write,
    matrix,
    against,
    checklist,
    async commit(task, file, text) {
      await write(task, file, text);
      return commitAll(await worktree(task), `write ${file}`);
    },
    async item(id, change) {
      return itemOf(await checklist(change), id);
    },
    async answer(id, verdict, note = '', change) {
      await repository.answerChecklist(await checklist(change), { item: id, verdict, note });
    },
  };
}

async function put(root: string, file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await writeFile(path.join(root, file), text);
}

export function itemOf(json: ChecklistJson, id: ChecklistItemId): ChecklistItem {
  const item = json.items.find((each) => each.id === id);
  assert.ok(item);
  return item;
}

/** The matrix as if hazards had been looked for in all that merges, and these had been found. */
export function judged(...hazards: readonly Pick<Hazard, 'kind' | 'branches' | 'message'>[]): Change {
  return (json) => ({
    ...json,
    pairs: json.pairs.map((pair) => (pair.verdict === 'clean' ? { ...pair, hazards: [] } : pair)),
    againstBase: json.againstBase.map((cell) => (cell.verdict === 'clean' ? { ...cell, hazards: [] } : cell)),
    hazards: hazards.map((hazard, index) => ({
      ...hazard,
      id: `h${index}`,
      files: ['file'],
      at: hazard.branches[0] ?? '',
      prevention: null,
      muted: null,
    })),
  });
}

/** The matrix as if hazards had been looked for in nothing. */
export const unjudged: Change = (json) => ({
  ...json,
  pairs: json.pairs.map((pair) => ({ ...pair, hazards: null })),
  againstBase: json.againstBase.map((cell) => ({ ...cell, hazards: null })),
  hazards: [],
});

export function verdicts(json: ChecklistJson): Record<string, string> {
  return Object.fromEntries(json.items.map(({ id, verdict }) => [id, verdict]));
}
