import type { UnknownReason } from '../../../contract/conflicts';
import { GitError, tellingLine } from '../../git/errors';
import type { Git } from '../../git/git';
import type { GitPlace } from '../../git/treeDiff';
import { blockedPrograms } from './blocked';
import { type MergeRecord, parseMergeRecords } from './mergeRecords';

/** One merge in one direction. Full commit ids. */
export interface MergeLine {
  readonly ours: string;
  readonly theirs: string;
}

export type Answer =
  | { readonly kind: 'merged'; readonly record: MergeRecord }
  /** `detail`: git's telling line; the program's name where the reason is that it was not run. */
  | { readonly kind: 'failed'; readonly reason: UnknownReason; readonly detail: string };

export interface BatchOptions {
  /** For one merge; many have a little more. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

type Failure = Extract<Answer, { kind: 'failed' }>;

interface Attempt {
  readonly records: readonly MergeRecord[];
  /** Why not all were answered. */
  readonly stopped: Failure | null;
  /** `next`: the first without an answer is to blame. `some`: one of all of them. `all`: no other attempt would do better. */
  readonly blame: 'next' | 'some' | 'all';
  /**
   * A blocked program that some answered merge may have needed all the same: then that answer is worth nothing. Or the
   * merge that stopped needed several. Certain only where there is one merge.
   */
  readonly doubt: string | null;
}

/** What a further merge may add to the time of a batch: a hundred times what it takes as a rule. */
const perMergeMs = 50;

/** So many failures in a row are not about the merges: the rest is not tried one by one. */
const failuresInARow = 25;

/**
 * Merges all lines, in one process as long as nothing goes wrong. One that git cannot do costs no other its answer.
 * @throws GitError cancelled
 */
export async function mergeAll(
  git: Git,
  at: GitPlace,
  lines: readonly MergeLine[],
  o: BatchOptions,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let failures = 0;
  while (answers.length < lines.length) {
    const rest = answers.length === 0 ? lines : lines.slice(answers.length);
    const { records, stopped, blame, doubt } = await attempt(git, at, rest, o);
    if (doubt === null) for (const record of records) answers.push({ kind: 'merged', record });
    else if (rest.length === 1 && stopped === null)
      answers.push({ kind: 'failed', reason: 'merge driver not run', detail: doubt });
    else answers.push(...(await inHalves(git, at, rest.slice(0, records.length), o)));
    if (stopped === null) continue;
    const ofThatPair = stopped.reason === 'unrelated histories' || stopped.reason === 'merge driver not run';
    failures = ofThatPair ? 0 : records.length === 0 ? failures + 1 : 1;
    if (blame === 'all' || failures >= failuresInARow) {
      while (answers.length < lines.length) answers.push(stopped);
    } else if (blame === 'next' || rest.length === 1) {
      answers.push(stopped);
    } else {
      answers.push(...(await inHalves(git, at, rest, o)));
    }
  }
  return answers;
}

async function inHalves(git: Git, at: GitPlace, lines: readonly MergeLine[], o: BatchOptions): Promise<Answer[]> {
  const half = Math.ceil(lines.length / 2);
  const first = await mergeAll(git, at, lines.slice(0, half), o);
  return [...first, ...(await mergeAll(git, at, lines.slice(half), o))];
}

async function attempt(git: Git, at: GitPlace, lines: readonly MergeLine[], o: BatchOptions): Promise<Attempt> {
  const input = lines.map(({ ours, theirs }) => `${ours} ${theirs}\n`).join('');
  try {
    const result = await git.run([...at.args, 'merge-tree', '--write-tree', '--stdin', '--messages'], {
      cwd: at.cwd,
      env: { ...at.env },
      input,
      // A merge that cannot be done ends the process; those before it have been answered.
      okExitCodes: [0, 1, 2, 128, 129],
      timeoutMs: o.timeoutMs + perMergeMs * lines.length,
      signal: o.signal,
      // Drivers and filters are children: at the timeout they must end as well.
      ownGroup: true,
    });
    const records = parseMergeRecords(result.stdoutBytes).slice(0, lines.length);
    const stopped = records.length === lines.length ? null : failureOfExit(result.stderr, result.exitCode);
    // Where both sides rename one file, git does not mind a driver that fails: it goes on with half a result.
    const needed = blockedPrograms(result.stderr).slice(stopped?.reason === 'merge driver not run' ? 1 : 0);
    return { records, stopped, blame: 'next', doubt: needed[0] ?? null };
  } catch (error) {
    if (!GitError.is(error) || error.reason === 'cancelled') throw error;
    const reason = error.reason === 'timeout' ? 'timeout' : 'git failed';
    const detail = error.reason === 'failed' ? tellingLine(error.stderr) || error.message : error.message;
    const stopped = { kind: 'failed', reason, detail } as const;
    // Ended by a signal (git aborts where its own assertions fail), it takes answers along that it had not printed yet.
    const some = error.reason === 'timeout' || (error.reason === 'failed' && error.exitCode === null);
    return { records: [], stopped, blame: some ? 'some' : 'all', doubt: null };
  }
}

function failureOfExit(stderr: string, exitCode: number): Failure {
  if (stderr.includes('refusing to merge unrelated histories')) {
    return { kind: 'failed', reason: 'unrelated histories', detail: '' };
  }
  const program = blockedPrograms(stderr).at(-1);
  if (program !== undefined) return { kind: 'failed', reason: 'merge driver not run', detail: program };
  const detail = tellingLine(stderr) || `git merge-tree ended with exit code ${exitCode}`;
  return { kind: 'failed', reason: 'git failed', detail };
}
