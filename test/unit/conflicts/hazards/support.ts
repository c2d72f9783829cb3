import { rmSync } from 'node:fs';
import { mkdtemp, realpath } from 'node:fs/promises';
import path from 'node:path';
import { FactCache } from '../../../../src/core/conflicts/hazards/factCache';
import { judgePair, judgeSide } from '../../../../src/core/conflicts/hazards/judge';
import type { Finding, TaskRules } from '../../../../src/core/conflicts/hazards/parts';
import { readNamed } from '../../../../src/core/conflicts/hazards/readNamed';
import { type ReadSide, readSides } from '../../../../src/core/conflicts/hazards/readSides';
import type { Git } from '../../../../src/core/git/git';
import { findRepository, placeOf } from '../../../../src/core/git/repository';
import type { GitPlace } from '../../../../src/core/git/treeDiff';
import { memoryFolder, openGit, runGit } from '../../support/repositories';
import { addCommits } from '../train/support';

/** Files by path; null: not there any more. */
export type Changes = Readonly<Record<string, string | null>>;

/** Two sides that left one base. */
export interface Fork {
  readonly base: Readonly<Record<string, string>>;
  readonly a: Changes;
  readonly b?: Changes;
}

/** What is found in a real repository in which `a` and `b` left `base`; both are merged cleanly by git, or it fails. */
export async function findingsOf(fork: Fork, rules: { a?: Partial<TaskRules>; b?: Partial<TaskRules> } = {}) {
  return withFork(fork, ([a, b]) => {
    const sides = [
      { ...a.facts, rules: rules.a === undefined ? null : { ...noRules, ...rules.a } },
      { ...b.facts, rules: rules.b === undefined ? null : { ...noRules, task: 'b', ...rules.b } },
    ] as const;
    const unjudged = [...a.unjudged, ...b.unjudged];
    return { pair: judgePair(...sides), a: judgeSide(sides[0]), b: judgeSide(sides[1]), unjudged };
  });
}

const noRules: TaskRules = {
  plan: 'plan',
  task: 'a',
  scope: null,
  contract: [],
  approvedDependencies: null,
  migrations: { globs: null, reserved: null },
  styleGuides: [],
};

/** Reads both sides of a fork from a real repository. */
export async function withFork<T>(fork: Fork, fn: (sides: [ReadSide, ReadSide]) => T | Promise<T>): Promise<T> {
  return withForkRepository(fork, async ({ git, at, base, ...ends }) => {
    const wanted = [
      { ref: 'a', from: base, to: ends.a },
      { ref: 'b', from: base, to: ends.b },
    ];
    const cache = new FactCache();
    const [left, right] = await readSides(git, at, wanted, cache);
    if (left == null || right == null) throw new Error('A side was lost.');
    const both = [left, right] as const;
    const sides = both.map(({ facts }) => ({ ...facts, rules: null }));
    const named = await readNamed(git, at, { sides, pairs: [[0, 1]], cache }, undefined);
    const [a, b] = both.map(({ facts, unjudged }, index) => {
      const more = named.get(index) ?? { files: facts.files, unjudged: [] };
      return { facts: { ...facts, files: more.files }, unjudged: [...unjudged, ...more.unjudged] };
    });
    if (a === undefined || b === undefined) throw new Error('A side was lost.');
    return fn([a, b]);
  });
}

/** A real repository of a fork, and its commits. */
export interface ForkRepository {
  readonly git: Git;
  readonly at: GitPlace;
  readonly base: string;
  readonly a: string;
  readonly b: string;
}

/**
 * Makes the commits of a fork, in one repository for all forks of a test file: each has branches of its own, and whatever
 * is read of one is named by its commits.
 */
export async function withForkRepository<T>(fork: Fork, fn: (o: ForkRepository) => Promise<T>): Promise<T> {
  repository ??= makeForks();
  const { root, git, at } = await repository;
  const files = (changes: Changes) => {
    const all = new Map(Object.entries(fork.base));
    for (const [name, text] of Object.entries(changes)) text === null ? all.delete(name) : all.set(name, text);
    return all;
  };
  count += 1;
  const number = count;
  const [base = '', a = '', b = ''] = addCommits(
    root,
    [
      { files: files({}), parents: [] },
      { files: files(fork.a), parents: [0] },
      { files: files(fork.b ?? {}), parents: [0] },
    ],
    (place) => `fork-${number}/c${place}`,
  );
  // What git calls a conflict is no hazard: such a case would show nothing.
  await runGit(root, 'merge-tree', '--write-tree', a, b);
  return fn({ git, at, base, a, b });
}

let count = 0;
let repository: ReturnType<typeof makeForks> | undefined;

async function makeForks(): Promise<{ root: string; git: Git; at: GitPlace }> {
  const root = await realpath(await mkdtemp(path.join(memoryFolder(), 'switchyard-forks-')));
  process.once('exit', () => rmSync(root, { recursive: true, force: true }));
  await runGit(root, 'init', '-q');
  const git = openGit();
  return { root, git, at: { ...placeOf(await findRepository(git, root)), env: {} } };
}

/** For assertions that say what is wrong at one look. */
export function said(findings: readonly Finding[]): string[] {
  return findings.map(({ kind, files, line, message }) => `${kind} ${files[0]}:${line} ${message}`);
}
