import type { Cell } from '../../../contract/conflicts';
import { type BytePath, shownPath } from '../../git/bytePath';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import type { RepositoryLayout } from '../../git/repository';
import type { Log } from '../../ports';
import { unknownCell } from '../cell';
import type { Merged, Merger, PairJob, ScratchPlace } from '../parts';
import type { Side } from '../side';
import { mergeApart } from './apart';
import { AttributeFolders } from './attributeFolders';
import { AttributeSets } from './attributeSets';
import { type Answer, type BatchOptions, type MergeLine, mergeAll } from './batch';
import { blockedEnvironment } from './blocked';
import { type Answers, cellOf, cellWithoutMerge, type Direction } from './cells';
import { LeftOut } from './leftOut';
import { missingModules } from './modules';
import {
  blockedDriver,
  bothDirections,
  checkedOutSet,
  firstQuestions,
  gaveUp,
  groupBy,
  isBlocked,
  lineOf,
  type Open,
  type Question,
  record,
  treeOf,
  unasked,
} from './questions';
import { type MergeRules, RulesReader } from './rules';

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

/** What a call of ours works with. */
interface Work {
  readonly at: ScratchPlace;
  readonly rules: MergeRules;
  readonly signal: AbortSignal | undefined;
}

class MemoryMerger implements Merger {
  readonly #deps: MergerDeps;
  readonly #sets: AttributeSets;
  readonly #folders: AttributeFolders;
  readonly #rules: RulesReader;
  readonly #leftOut: LeftOut;

  constructor(deps: MergerDeps) {
    const { git, layout } = deps;
    this.#deps = deps;
    this.#sets = new AttributeSets(git);
    this.#folders = new AttributeFolders(git, layout.commonDir);
    this.#rules = new RulesReader(git, layout.commonDir, deps.runDrivers === false);
    this.#leftOut = new LeftOut(git);
  }

  async rules(signal?: AbortSignal): Promise<string> {
    return (await this.#rules.read(signal)).key;
  }

  async pairs(at: ScratchPlace, jobs: readonly PairJob[], signal?: AbortSignal): Promise<Cell[]> {
    const judged = await this.#judge(at, jobs, bothDirections, signal);
    return judged.map(({ cell }) => cell);
  }

  async into(at: ScratchPlace, ours: Side, theirs: Side, signal?: AbortSignal): Promise<Merged> {
    const [judged] = await this.#judge(at, [{ a: theirs, b: ours, crissCross: false }], ['a-into-b'], signal);
    if (judged === undefined) throw new Error('A pair was lost.');
    const { cell, answers } = judged;
    const answer = answers['a-into-b'];
    const tree = answer?.kind === 'merged' && cell.verdict !== 'unknown' ? answer.record.tree : null;
    if (tree !== null && cell.verdict === 'clean') await this.#learn(at, ours, theirs, tree, signal);
    return { cell, tree };
  }

  /** Where both sides hold the same attribute files, so does what came of them: whoever is next need not look. */
  async #learn(at: ScratchPlace, ours: Side, theirs: Side, tree: string, signal: AbortSignal | undefined) {
    const place = this.#folders.bare(at);
    const both = [treeOf(ours), treeOf(theirs)] as const;
    const found = await this.#sets.of(place, both, [], signal);
    const [a, b] = both.map((each) => found.get(each));
    if (a === undefined || b === undefined || GitError.is(a) || GitError.is(b) || a.key !== b.key) return;
    await this.#sets.of(place, [both[0], tree], [[both[0], tree]], signal);
  }

  async #judge(
    at: ScratchPlace,
    jobs: readonly PairJob[],
    directions: readonly Direction[],
    signal: AbortSignal | undefined,
  ): Promise<{ cell: Cell; answers: Answers }[]> {
    const judged = jobs.map((job) => ({ job, cell: cellWithoutMerge(job), answers: {} as Answers }));
    const waiting = judged.filter(({ cell }) => cell === null);
    if (waiting.length > 0) {
      try {
        const [rules, pairs] = await Promise.all([
          this.#rules.read(signal),
          this.#open(at, waiting, directions, signal),
        ]);
        const work = { at, rules, signal };
        if (rules.strategy !== null) {
          for (const one of waiting) one.cell = unknownCell('own rules', rules.strategy);
        } else {
          await this.#merge(work, pairs);
          const cells = await this.#cells(work, pairs);
          for (const [index, one] of waiting.entries()) one.cell = cells[index] ?? null;
        }
      } catch (error) {
        if (GitError.is(error) && error.reason === 'cancelled') throw error;
        this.#deps.log.warn(`Merging in memory failed: ${String(error)}`);
        for (const one of waiting) one.cell = unknownCell('git failed', wordsOf(error));
      }
    }
    return judged.map(({ cell, answers }) => ({
      cell: cell ?? unknownCell('git failed'),
      answers,
    }));
  }

  async #open(
    at: ScratchPlace,
    pairs: readonly { readonly job: PairJob; readonly answers: Answers }[],
    directions: readonly Direction[],
    signal: AbortSignal | undefined,
  ): Promise<Open[]> {
    const trees = new Set(pairs.flatMap(({ job: { a, b } }) => [treeOf(a), treeOf(b)]));
    const alike = pairs.flatMap(({ job: { a, b, sameAttributes } }) =>
      sameAttributes === true ? [[treeOf(a), treeOf(b)] as const] : [],
    );
    const found = await this.#sets.of(this.#folders.bare(at), trees, alike, signal);
    const setOf = (side: Side) => found.get(treeOf(side)) ?? new GitError('failed', `The tree of ${side.ref} is gone.`);
    return pairs.map(({ job, answers }) => ({
      job,
      sets: { a: setOf(job.a), b: setOf(job.b) },
      directions,
      answers,
      driver: null,
    }));
  }

  /** Gives every pair the answers it needs. @throws GitError cancelled, or what went wrong for all of them */
  async #merge(work: Work, pairs: readonly Open[]): Promise<void> {
    await this.#ask(work, pairs.flatMap(firstQuestions));
    // What git gave up in one direction may well be a conflict in the other.
    await this.#ask(work, pairs.filter(gaveUp).flatMap(unasked));
    if (this.#deps.runDrivers !== false)
      await this.#withDrivers(
        work,
        pairs.filter((open) => blockedDriver(open) !== null),
      );
    await this.#withModules(work, pairs);
  }

  /** A driver may treat both sides differently, so both directions. */
  async #withDrivers(work: Work, pairs: readonly Open[]): Promise<void> {
    const questions = pairs.flatMap((open) => {
      open.driver = blockedDriver(open);
      return open.directions
        .filter((direction) => isBlocked(open.answers[direction]) || open.answers[direction] === undefined)
        .map((direction) => ({ open, direction }));
    });
    await this.#askApart(work, questions, () => []);
  }

  async #withModules(work: Work, pairs: readonly Open[]): Promise<void> {
    const modulesOf = ({ open, direction }: Question) => {
      const answer = open.answers[direction];
      return answer?.kind === 'merged' ? missingModules(answer.record) : [];
    };
    const questions = pairs
      .flatMap((open) => open.directions.map((direction) => ({ open, direction })))
      .filter((question) => modulesOf(question).length > 0);
    await this.#askApart(work, questions, modulesOf);
  }

  /** In folders of their own, one for each side that is checked out. */
  async #askApart(
    work: Work,
    questions: readonly Question[],
    modulesOf: (question: Question) => readonly BytePath[],
  ): Promise<void> {
    const { git, layout } = this.#deps;
    const groups = groupBy(questions, (question) => `${lineOf(question).ours} ${question.open.driver !== null}`);
    await settled(
      [...groups.values()].map(async (group) => {
        const [first] = group;
        const set = first === undefined ? undefined : checkedOutSet(first);
        if (first === undefined || set === undefined || GitError.is(set)) return;
        const runs = first.open.driver !== null;
        const lines = group.map(lineOf);
        const answers = await this.#guarded(lines, () =>
          mergeApart(
            { git, layout, folders: this.#folders },
            work.at,
            {
              set,
              lines,
              commands: runs ? [...work.rules.commands.values()] : [],
              modules: [...new Set(group.flatMap(modulesOf))],
              env: runs ? {} : this.#blocked(work.rules),
            },
            this.#options(work),
          ),
        );
        record(group, answers);
      }),
    );
  }

  async #cells(work: Work, pairs: readonly Open[]): Promise<Cell[]> {
    const cells = pairs.map(({ job, answers, driver }) => cellOf(job, answers, driver));
    const open = [...pairs.keys()].filter((index) => {
      const { a, b } = pairs[index]?.job ?? {};
      return (
        cells[index]?.verdict === 'clean' &&
        ((a?.snapshot.leftOut.length ?? 0) > 0 || (b?.snapshot.leftOut.length ?? 0) > 0)
      );
    });
    if (open.length === 0) return cells;
    const jobs = open.flatMap((index) => pairs[index]?.job ?? []);
    const touched = await this.#leftOut.touched(this.#folders.bare(work.at), jobs, work.signal);
    for (const [position, index] of open.entries()) {
      const path = touched[position] ?? null;
      if (path !== null) cells[index] = unknownCell('left out', shownPath(path));
    }
    return cells;
  }

  /** One process for each set of attribute files; every question has its answer afterwards. @throws GitError cancelled */
  async #ask(work: Work, questions: readonly Question[]): Promise<void> {
    const groups = groupBy(questions, (question) => {
      const set = checkedOutSet(question);
      return GitError.is(set) ? '' : set.key;
    });
    await settled(
      [...groups.values()].map(async (group) => {
        const set = group[0] === undefined ? undefined : checkedOutSet(group[0]);
        if (set === undefined) return;
        const lines = group.map(lineOf);
        const answers = await this.#guarded(lines, async () => {
          if (GitError.is(set)) throw set;
          const place = await this.#folders.of(work.at, set, work.signal);
          const env = { ...place.env, ...this.#blocked(work.rules) };
          return mergeAll(this.#deps.git, { ...place, env }, lines, this.#options(work));
        });
        record(group, answers);
      }),
    );
  }

  #blocked(rules: MergeRules): Record<string, string> {
    return blockedEnvironment(rules, this.#deps.runDrivers === false);
  }

  #options({ signal }: Work): BatchOptions {
    return { timeoutMs: this.#deps.timeoutMs ?? 30_000, signal };
  }

  /** A group that cannot be asked at all has failed; others go on. @throws GitError cancelled */
  async #guarded(lines: readonly MergeLine[], ask: () => Promise<Answer[]>): Promise<Answer[]> {
    try {
      return await ask();
    } catch (error) {
      if (GitError.is(error) && error.reason === 'cancelled') throw error;
      this.#deps.log.warn(`Merging in memory failed: ${String(error)}`);
      return lines.map(() => ({ kind: 'failed', reason: 'git failed', detail: wordsOf(error) }));
    }
  }
}

/** All of them, so that nothing of ours runs on when one was cancelled. */
async function settled(all: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(all)) if (outcome.status === 'rejected') throw outcome.reason;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
