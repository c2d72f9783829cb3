import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import type { GitPlace } from '../../git/treeDiff';
import { Breath } from '../breath';
import { type Changes, parseChanges } from './changes';
import type { CommitPair } from './mergeBases';
import type { Names } from './names';

/** Bytes of git's answer held in memory at once. */
const answerLimit = 64 * 1024 * 1024;

/**
 * What each commit changed against another, `[from, to]`, in one process for all.
 * Renames are not looked for: they would hide the old path. Nothing that a configuration says about submodules may
 * hide one either.
 * @returns in order; null: not known
 * @throws GitError cancelled
 */
export async function readChanges(
  git: Git,
  at: GitPlace,
  names: Names,
  pairs: readonly CommitPair[],
  signal?: AbortSignal,
): Promise<(Changes | null)[]> {
  if (pairs.length === 0) return [];
  const options = ['-r', '-t', '-z', '--raw', '--no-abbrev', '--no-renames', '--no-relative'];
  const args = [...at.args, 'diff-tree', '--stdin', '--always', ...options, '--ignore-submodules=none'];
  // With two commits a line the second is taken as the parent of the first.
  const input = pairs.map(([from, to]) => `${to} ${from}\n`).join('');
  const found: Changes[] = [];
  try {
    const run = { cwd: at.cwd, env: { ...at.env }, input, signal, maxBuffer: answerLimit, okExitCodes: [0, 128] };
    const { stdoutBytes, exitCode } = await git.run(args, run);
    const breath = new Breath();
    for (const changes of parseChanges(names, stdoutBytes, exitCode === 0)) {
      if (changes !== null) found.push(changes);
      if (breath.due) await breath.take();
    }
  } catch (error) {
    if (!GitError.is(error) || error.reason === 'cancelled') throw error;
    return inHalves(git, at, names, pairs, error, signal);
  }
  return pairs.map((_, index) => found[index] ?? null);
}

/** Too much for one answer: one of them is very long, and only that one is given up. */
async function inHalves(
  git: Git,
  at: GitPlace,
  names: Names,
  pairs: readonly CommitPair[],
  error: GitError,
  signal?: AbortSignal,
): Promise<(Changes | null)[]> {
  if (pairs.length === 1 || error.reason !== 'failed') return pairs.map(() => null);
  const middle = pairs.length >> 1;
  const first = await readChanges(git, at, names, pairs.slice(0, middle), signal);
  return [...first, ...(await readChanges(git, at, names, pairs.slice(middle), signal))];
}
