import type { Cell } from '../../../contract/conflicts';
import { type BytePath, shownPath } from '../../git/bytePath';
import { cleanCell, unknownCell } from '../cell';
import type { PairJob } from '../parts';
import type { Snapshot, Unknown } from '../side';
import type { Answer } from './batch';
import { type Conflicts, conflictFiles, conflictsOf, unite } from './conflictFiles';
import { missingModules } from './modules';

/** Of a pair: `b` is checked out in `a-into-b`. */
export type Direction = 'a-into-b' | 'b-into-a';

/** What git said, as far as it was asked. */
export type Answers = Partial<Record<Direction, Answer>>;

/** What can be said without merging; null: it must be merged. */
export function cellWithoutMerge({ a, b, unrelated }: PairJob): Cell | null {
  for (const { snapshot } of [a, b]) {
    if (snapshot.unknown !== null) return unknownCell(snapshot.unknown.reason, snapshot.unknown.detail);
    if (snapshot.commit === null) return unknownCell('no commit yet');
  }
  // Nothing to merge: also where one of them has left out a file, because a side does not touch it against itself.
  if (unrelated === true) return unknownCell('unrelated histories');
  return null;
}

/**
 * A conflict in either direction is one, whatever is not known of the other; clean is what is clean in all that were
 * asked.
 */
export function cellOf({ a, b }: PairJob, answers: Answers, driver: string | null): Cell {
  const judged = Object.entries(answers).map(([direction, answer]) => ({
    direction: direction as Direction,
    answer,
    verdict: verdictOf(answer),
  }));
  const conflicts = judged.filter(({ verdict }) => verdict === 'conflict');
  if (conflicts.length > 0) {
    const files = conflicts.map(({ answer }) => filesOf(answer)).reduce(unite);
    const clean = judged.some(({ verdict }) => verdict === 'clean');
    return {
      verdict: 'conflict',
      reason: null,
      detail: files.size === 0 ? wordsOf(conflicts[0]?.answer) : null,
      direction: clean ? (conflicts[0]?.direction ?? null) : null,
      driver,
      files: conflictFiles(withUntracked(files, a.snapshot, b.snapshot)),
    };
  }
  for (const { verdict } of judged) if (typeof verdict !== 'string') return unknownCell(verdict.reason, verdict.detail);
  return { ...cleanCell, driver };
}

function verdictOf(answer: Answer): 'clean' | 'conflict' | Unknown {
  if (answer.kind === 'failed') return { reason: answer.reason, detail: answer.detail || null };
  if (answer.record.clean) return 'clean';
  const missing = missingModules(answer.record);
  const [first] = missing;
  if (first === undefined) return 'conflict';
  // Where that is all, a real merge may be clean: one of both commits may follow the other.
  const others = [...conflictsOf(answer.record).keys()].filter((path) => !missing.includes(path));
  return others.length > 0 ? 'conflict' : { reason: 'submodule commit missing', detail: shownPath(first) };
}

function filesOf(answer: Answer): Conflicts {
  return answer.kind === 'merged' ? conflictsOf(answer.record) : new Map();
}

function withUntracked(files: Conflicts, a: Snapshot, b: Snapshot): Conflicts {
  if (a.untracked.size === 0 || b.untracked.size === 0) return files;
  const both = (path: BytePath) => a.untracked.has(path) && b.untracked.has(path);
  return new Map([...files].map(([path, file]) => [path, both(path) ? { ...file, kind: 'untracked' } : file]));
}

/** Git's own first words about a conflict that names no file. */
function wordsOf(answer: Answer | undefined): string | null {
  if (answer?.kind !== 'merged') return null;
  const message = answer.record.messages.find(({ type }) => type.startsWith('CONFLICT'));
  return message === undefined ? null : shownPath(message.text.split('\n', 1)[0] ?? '');
}
