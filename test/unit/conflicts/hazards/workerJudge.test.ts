import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { HazardQuestion } from '../../../../src/core/conflicts/hazards/hazards';
import {
  hazardsProgram,
  WorkerJudge,
  type WorkerJudgeOptions,
} from '../../../../src/core/conflicts/hazards/workerJudge';
import { GitError } from '../../../../src/core/git/errors';
import { createGit } from '../../../../src/core/git/git';
import { findRepository, placeOf } from '../../../../src/core/git/repository';
import { silentLog } from '../../../../src/core/ports';
import { memoryFolder, runGit, testEnvironment, withTempDir } from '../../support/repositories';
import { importCommits } from '../train/support';

const dying = path.join(import.meta.dirname, 'dyingWorker.mjs');

/** A repository whose commits `c1`, `c2` … each add one file to `c0`, and a judge of it. */
async function withJudge(
  o: Partial<WorkerJudgeOptions>,
  fn: (
    judge: WorkerJudge,
    ask: (refs: readonly string[]) => HazardQuestion,
    commits: readonly string[],
  ) => Promise<void>,
): Promise<void> {
  await withTempDir(async (dir) => {
    const root = path.join(dir, 'r');
    const names = Array.from({ length: 8 }, (_, index) => `c${index}`);
    importCommits(
      root,
      names.map((_, index) => ({
        files: new Map([['a', 'a\n'], ...(index === 0 ? [] : [[`f${index}`, `${index}\n`] as const])]),
        parents: index === 0 ? [] : [0],
      })),
    );
    const env = testEnvironment();
    const git = createGit({ gitPath: null, env, log: silentLog });
    const place = { ...placeOf(await findRepository(git, root)), env: {} };
    const commits = (await runGit(root, 'rev-parse', ...names)).split('\n').filter((line) => line !== '');
    const ask = (refs: readonly string[]): HazardQuestion => ({
      place,
      sides: refs.map((ref, index) => ({ ref, from: commits[0] ?? '', to: commits[index + 1] ?? '', rules: null })),
      alone: refs.map((_, index) => index),
      pairs: refs.flatMap((_, i) => refs.slice(i + 1).map((__, n) => [i, i + 1 + n, 'side'] as const)),
      files: [],
    });
    const judge = new WorkerJudge({ gitPath: null, env, log: silentLog, ...o });
    try {
      await fn(judge, ask, commits);
    } finally {
      judge.dispose();
    }
  }, memoryFolder());
}

describe('conflicts: the thread in which hazards are judged', function () {
  this.timeout(60_000);

  before(() => {
    // Threads begin with a copy of the environment.
    process.env.SWITCHYARD_HAZARDS_WORKER = pathToFileURL(hazardsProgram()).href;
  });

  after(() => {
    delete process.env.SWITCHYARD_HAZARDS_WORKER;
  });

  it('answers in order, and keeps what it has read', async () => {
    await withJudge({}, async (judge, ask) => {
      const answer = await judge.judge(ask(['a', 'b', 'c']));
      assert.deepEqual(
        [answer.alone, answer.pairs],
        [
          [[], [], []],
          [[], [], []],
        ],
      );
      assert.deepEqual(answer.unjudged, [[], [], []]);
      assert.ok(answer.gitProcesses > 0 && answer.gitProcesses <= 5, `${answer.gitProcesses}`);
      assert.equal((await judge.judge(ask(['a', 'b', 'c']))).gitProcesses, 0);
    });
  });

  it('judges all others when it dies of one side', async () => {
    await withJudge({ program: dying }, async (judge, ask) => {
      const refs = ['a', 'b', 'deadly', 'd', 'e'];
      const question = ask(refs);
      const answer = await judge.judge(question);
      assert.deepEqual(
        answer.alone.map((found) => found !== null),
        refs.map((ref) => ref !== 'deadly'),
      );
      assert.deepEqual(
        answer.pairs.map((found) => found !== null),
        question.pairs.map(([a, b]) => a !== 2 && b !== 2),
      );
      assert.deepEqual(
        answer.unjudged.map((files) => files !== null),
        refs.map((ref) => ref !== 'deadly'),
      );
      // It is remembered: nobody dies of it again, and what was read is kept.
      assert.equal((await judge.judge(question)).gitProcesses, 0);
    });
  });

  it('ends a worker that is stuck, and judges all others', async function () {
    // Three workers start, and one is waited for twice.
    this.timeout(120_000);
    await withJudge({ program: dying, stuckMs: 5_000 }, async (judge, ask) => {
      const answer = await judge.judge(ask(['a', 'endless']));
      assert.deepEqual(answer.alone, [[], null]);
      assert.deepEqual(answer.pairs, [null]);
    });
  });

  it('a worker that cannot be started judges nothing, and says so', async () => {
    const said: string[] = [];
    const log = { ...silentLog, error: (message: string) => said.push(message) };
    await withJudge({ program: path.join(import.meta.dirname, 'no-such-worker.js'), log }, async (judge, ask) => {
      const answer = await judge.judge(ask(['a', 'b']));
      assert.deepEqual([answer.alone, answer.pairs], [[null, null], [null]]);
      assert.match(said.join('\n'), /nothing of this is judged/);
      // No side is left that it could be the fault of.
      assert.deepEqual((await judge.judge(ask([]))).alone, []);
    });
  });

  it('can be called off, and asked again', async () => {
    await withJudge({}, async (judge, ask) => {
      const end = new AbortController();
      const asked = judge.judge(ask(['a', 'b']), end.signal);
      end.abort();
      await assert.rejects(asked, (error: unknown) => GitError.is(error) && error.reason === 'cancelled');
      assert.deepEqual((await judge.judge(ask(['a', 'b']))).pairs, [[]]);
    });
  });

  it('who waits when it is let go is told, and a later question begins anew', async () => {
    await withJudge({}, async (judge, ask) => {
      const asked = judge.judge(ask(['a', 'b']));
      await new Promise((resolve) => setTimeout(resolve, 1));
      judge.dispose();
      await assert.rejects(asked, (error: unknown) => GitError.is(error) && error.reason === 'cancelled');
      assert.deepEqual((await judge.judge(ask(['a', 'b']))).pairs, [[]]);
    });
  });

  it('a commit that is not there fails the question, not the worker', async () => {
    await withJudge({}, async (judge, ask) => {
      const question = ask(['a']);
      const gone = { ...question, sides: question.sides.map((side) => ({ ...side, to: '1'.repeat(40) })) };
      await assert.rejects(judge.judge(gone), (error: unknown) => GitError.is(error) && error.reason === 'failed');
      assert.deepEqual((await judge.judge(question)).alone, [[]]);
    });
  });

  it('ends when nobody asks any more, and begins again', async () => {
    await withJudge({ idleMs: 20 }, async (judge, ask) => {
      assert.ok((await judge.judge(ask(['a']))).gitProcesses > 0);
      await new Promise((resolve) => setTimeout(resolve, 200));
      // A new one knows nothing.
      assert.ok((await judge.judge(ask(['a']))).gitProcesses > 0);
    });
  });
});
