import { GitError } from '../../git/errors';
import type { PairJob } from '../parts';
import type { Side } from '../side';
import { type AttributeSet, ofCommit } from './attributeSets';
import type { Answer, MergeLine } from './batch';
import type { Answers, Direction } from './cells';

/** A pair on its way to a cell. */
export interface Open {
  readonly job: PairJob;
  /** Attribute files of each side; an error where they cannot be read. */
  readonly sets: { readonly a: AttributeSet | GitError; readonly b: AttributeSet | GitError };
  /** Those that are wanted at all. */
  readonly directions: readonly Direction[];
  readonly answers: Answers;
  /** The merge driver that a merge of it needed. */
  driver: string | null;
}

export interface Question {
  readonly open: Open;
  readonly direction: Direction;
}

export const bothDirections: readonly Direction[] = ['a-into-b', 'b-into-a'];

export function record(questions: readonly Question[], answers: readonly Answer[]): void {
  for (const [index, { open, direction }] of questions.entries()) {
    const answer = answers[index];
    if (answer !== undefined) open.answers[direction] = answer;
  }
}

/** Attributes of the side that is checked out; where both have the same, a merge says the same in both directions. */
export function firstQuestions(open: Open): Question[] {
  const { a, b } = open.sets;
  const same = !GitError.is(a) && !GitError.is(b) && a.key === b.key;
  const wanted = open.job.crissCross || !same ? open.directions : open.directions.slice(0, 1);
  return wanted.map((direction) => ({ open, direction }));
}

export function unasked(open: Open): Question[] {
  return open.directions
    .filter((direction) => open.answers[direction] === undefined)
    .map((direction) => ({ open, direction }));
}

export function gaveUp({ answers }: Open): boolean {
  return Object.values(answers).some(
    (answer) => answer.kind === 'failed' && (answer.reason === 'git failed' || answer.reason === 'timeout'),
  );
}

export function isBlocked(answer: Answer | undefined): boolean {
  return answer?.kind === 'failed' && answer.reason === 'merge driver not run';
}

/** The driver that a merge was given up for; null: none. */
export function blockedDriver({ answers }: Open): string | null {
  for (const answer of Object.values(answers)) {
    if (answer.kind === 'failed' && answer.reason === 'merge driver not run') return answer.detail;
  }
  return null;
}

export function checkedOutSet({ open, direction }: Question): AttributeSet | GitError {
  return direction === 'a-into-b' ? open.sets.b : open.sets.a;
}

export function lineOf({ open: { job }, direction }: Question): MergeLine {
  const [ours, theirs] = direction === 'a-into-b' ? [job.b, job.a] : [job.a, job.b];
  return { ours: ours.snapshot.commit ?? '', theirs: theirs.snapshot.commit ?? '' };
}

export function treeOf(side: Side): string {
  return side.snapshot.tree ?? `${side.snapshot.commit}${ofCommit}`;
}

export function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}
