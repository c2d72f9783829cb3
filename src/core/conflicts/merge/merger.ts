import type { Cell } from '../../../contract/conflicts';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import type { RepositoryLayout } from '../../git/repository';
import type { Log } from '../../ports';
import type { Merged, Merger, PairJob, ScratchPlace } from '../parts';
import type { Side } from '../side';
import { AttributeFolders } from './attributeFolders';
import { type AttributeSet, AttributeSets } from './attributeSets';
import { type Answer, type MergeLine, mergeAll } from './batch';
import { type Answers, cellOf, cellWithoutMerge, type Direction } from './cells';

export interface MergerDeps {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly log: Log;
  /** For one merge; a batch has a little more for each. Default 30,000. */
  readonly timeoutMs?: number;
  /** Whether the repository's own merge drivers and filters may start. Default true. */
  readonly runDrivers?: boolean;
}

/** What git says of merging two sides, asked of git itself in folders that hold only attribute files. */
export function createMerger(deps: MergerDeps): Merger {
  return new MemoryMerger(deps);
}

/** A pair on its way to a cell. */
interface Open {
  readonly job: PairJob;
  /** Attribute files of each side; an error where they cannot be read. */
  readonly sets: { readonly a: AttributeSet | GitError; readonly b: AttributeSet | GitError };
  readonly answers: Answers;
}

interface Question {
  readonly open: Open;
  readonly direction: Direction;
}

class MemoryMerger implements Merger {
  readonly #deps: MergerDeps;
  readonly #sets: AttributeSets;
  readonly #folders: AttributeFolders;

  constructor(deps: MergerDeps) {
    this.#deps = deps;
    this.#sets = new AttributeSets(deps.git);
    this.#folders = new AttributeFolders(deps.git, deps.layout.commonDir);
  }

  async pairs(at: ScratchPlace, jobs: readonly PairJob[], signal?: AbortSignal): Promise<Cell[]> {
    const cells = jobs.map(cellWithoutMerge);
    const pairs = await this.#open(
      at,
      jobs.filter((_, index) => cells[index] === null),
      signal,
    );
    await this.#ask(at, pairs.flatMap(firstQuestions), signal);
    // A merge that git gave up in one direction may well be a conflict in the other.
    await this.#ask(at, pairs.filter(someFailed).flatMap(otherQuestions), signal);
    const open = pairs.values();
    return cells.map((cell) => {
      if (cell !== null) return cell;
      const next = open.next();
      if (next.done === true) throw new Error('A pair was lost.');
      return cellOf(next.value.job, next.value.answers);
    });
  }

  async into(at: ScratchPlace, ours: Side, theirs: Side, signal?: AbortSignal): Promise<Merged> {
    const job = { a: theirs, b: ours, crissCross: false };
    const early = cellWithoutMerge(job);
    if (early !== null) return { cell: early, tree: null };
    const [open] = await this.#open(at, [job], signal);
    if (open === undefined) throw new Error('A pair was lost.');
    await this.#ask(at, [{ open, direction: 'a-into-b' }], signal);
    const answer = open.answers['a-into-b'];
    const cell = cellOf(job, open.answers);
    return { cell, tree: answer?.kind === 'merged' && cell.verdict !== 'unknown' ? answer.record.tree : null };
  }

  async #open(at: ScratchPlace, jobs: readonly PairJob[], signal: AbortSignal | undefined): Promise<Open[]> {
    const trees = new Set(jobs.flatMap(({ a, b }) => [treeOf(a), treeOf(b)]));
    const found = await this.#sets.of(this.#folders.bare(at), trees, signal);
    const setOf = (side: Side) => found.get(treeOf(side)) ?? new GitError('failed', `The tree of ${side.ref} is gone.`);
    return jobs.map((job) => ({ job, sets: { a: setOf(job.a), b: setOf(job.b) }, answers: {} }));
  }

  /** One process for each set of attribute files; every question has its answer afterwards. @throws GitError cancelled */
  async #ask(at: ScratchPlace, questions: readonly Question[], signal: AbortSignal | undefined): Promise<void> {
    const groups = new Map<string, { set: AttributeSet; questions: Question[] }>();
    for (const question of questions) {
      const set = checkedOutSet(question);
      if (GitError.is(set)) {
        question.open.answers[question.direction] = failed(set);
        continue;
      }
      const group = groups.get(set.key);
      if (group === undefined) groups.set(set.key, { set, questions: [question] });
      else group.questions.push(question);
    }
    const asked = [...groups.values()].map(async (group) => {
      const answers = await this.#answers(at, group.set, group.questions.map(lineOf), signal);
      for (const [index, { open, direction }] of group.questions.entries()) {
        const answer = answers[index];
        if (answer !== undefined) open.answers[direction] = answer;
      }
    });
    // All of them, so that nothing of ours runs on when one was cancelled.
    for (const outcome of await Promise.allSettled(asked)) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #answers(
    at: ScratchPlace,
    set: AttributeSet,
    lines: readonly MergeLine[],
    signal: AbortSignal | undefined,
  ): Promise<Answer[]> {
    try {
      const place = await this.#folders.of(at, set, signal);
      return await mergeAll(this.#deps.git, place, lines, { timeoutMs: this.#deps.timeoutMs ?? 30_000, signal });
    } catch (error) {
      if (GitError.is(error) && error.reason === 'cancelled') throw error;
      this.#deps.log.warn(`Merging in memory failed: ${String(error)}`);
      return lines.map(() => failed(error));
    }
  }
}

/** Attributes of the side that is checked out; where both have the same, a merge says the same in both directions. */
function firstQuestions(open: Open): Question[] {
  const { a, b } = open.sets;
  const same = !GitError.is(a) && !GitError.is(b) && a.key === b.key;
  const both = open.job.crissCross || !same;
  return both
    ? [
        { open, direction: 'a-into-b' },
        { open, direction: 'b-into-a' },
      ]
    : [{ open, direction: 'a-into-b' }];
}

function someFailed({ answers }: Open): boolean {
  return Object.values(answers).some((answer) => answer.kind === 'failed' && answer.reason !== 'unrelated histories');
}

function otherQuestions(open: Open): Question[] {
  const directions: readonly Direction[] = ['a-into-b', 'b-into-a'];
  return directions
    .filter((direction) => open.answers[direction] === undefined)
    .map((direction) => ({ open, direction }));
}

function checkedOutSet({ open, direction }: Question): AttributeSet | GitError {
  return direction === 'a-into-b' ? open.sets.b : open.sets.a;
}

function lineOf({ open: { job }, direction }: Question): MergeLine {
  const [ours, theirs] = direction === 'a-into-b' ? [job.b, job.a] : [job.a, job.b];
  return { ours: ours.snapshot.commit ?? '', theirs: theirs.snapshot.commit ?? '' };
}

function treeOf(side: Side): string {
  return side.snapshot.tree ?? `${side.snapshot.commit}^{tree}`;
}

function failed(error: unknown): Answer {
  const detail = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', reason: 'git failed', detail, stderr: '' };
}
