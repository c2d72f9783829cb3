import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { TaskTraces } from '../../../src/core/usage/parts';
import {
  comparable,
  measuredFigures,
  meterOf,
  ownerKey,
  questionOf,
  trueFigures,
  trueOwner,
} from '../support/records/metered';
import { dayIn, sumsBy } from '../support/records/truth';
import { writeRecords } from '../support/records/writeRecords';
import { memoryFolder, withTempDir } from '../support/repositories';
import { sampled } from '../support/sampled';

const middle = Date.UTC(2026, 9, 7);

/** A repository with the worktrees of three tasks; the second went away half way, and another task got its place. */
function placesIn(dir: string): { folders: [string, ...string[]]; tasks: TaskTraces[]; repository: string[] } {
  const project = path.join(dir, 'project');
  const [a, b] = [path.join(dir, 'project-worktrees', 'a.b'), path.join(dir, 'project-worktrees', 'a-b')];
  const inner = path.join(a, 'packages', 'naïve "x"');
  const task = (name: string, places: TaskTraces['places']): TaskTraces => ({
    ref: { plan: 'p', task: name },
    sessions: [],
    places,
  });
  return {
    folders: [project, path.join(project, 'src'), a, b, inner, path.join(dir, 'project2')],
    tasks: [
      task('one', [{ path: a, from: 0, to: null }]),
      task('two', [{ path: b, from: 0, to: middle }]),
      task('three', [{ path: b, from: middle + 86_400_000, to: null }]),
      task('inner', [{ path: inner, from: 0, to: null }]),
    ],
    repository: [project],
  };
}

describe('usage: against the truth of made-up records', function () {
  this.timeout(60_000);

  it('counts every answer once, by day, session, model and task, whatever the seed and the time zone', async () => {
    const zones = fc.constantFrom('UTC', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), zones, (seed, timeZone) =>
        withTempDir(async (dir) => {
          const { folders, tasks, repository } = placesIn(dir);
          const home = path.join(dir, 'claude');
          const request = { seed, bytes: 0, sessions: 12, answers: [1, 60] as const, prose: 300, folders };
          const { answers } = writeRecords(home, request);
          // One session that the second task has started wherever it went to since.
          const named = answers[0]?.session ?? '';
          const traced = tasks.map((one) =>
            one.ref.task === 'two' ? { ...one, sessions: [{ agent: 'claude', session: named }] } : one,
          );
          const meter = meterOf(home);
          const asked = await meter.ask(questionOf({ tasks: traced, folders: repository, timeZone }));
          const ownerOf = trueOwner(traced, repository);
          assert.deepEqual(measuredFigures(asked.buckets), trueFigures(answers, ownerOf, timeZone));
          // What was skipped is what nobody can read.
          for (const { file, line } of asked.skipped) {
            const text = readFileSync(file, 'utf8').split('\n')[(line ?? 0) - 1] ?? '';
            assert.throws(() => JSON.parse(text), `${file}:${line} is a whole line`);
          }
        }, memoryFolder()),
      ),
      sampled(25),
    );
  });

  it('leaves out what belongs to other repositories, unless all is asked for', () =>
    withTempDir(async (dir) => {
      const { folders, tasks, repository } = placesIn(dir);
      const home = path.join(dir, 'claude');
      const { answers } = writeRecords(home, { seed: 5, bytes: 0, sessions: 20, prose: 100, folders });
      const meter = meterOf(home);
      const question = questionOf({ tasks, folders: repository });
      const ownerOf = trueOwner(tasks, repository);
      const own = answers.filter((answer) => ownerOf(answer) !== 'other');
      assert.ok(own.length > 0 && own.length < answers.length);
      const asked = await meter.ask({ ...question, all: false });
      assert.deepEqual(measuredFigures(asked.buckets), trueFigures(own, ownerOf, 'UTC'));
    }));

  it('shows the records behind a figure, each at its file and line, which come to the figure', () =>
    withTempDir(async (dir) => {
      const { answers } = writeRecords(dir, { seed: 11, bytes: 0, sessions: 8, prose: 200 });
      const meter = meterOf(dir);
      await meter.ask(questionOf());
      const whole = await meter.records({ limit: 1e6 });
      assert.equal(whole.length, answers.length);
      const [first] = answers;
      assert.ok(first);
      const day = dayIn('UTC')(first);
      const expected = answers.filter((one) => one.model === first.model && dayIn('UTC')(one) === day);
      const found = await meter.records({ model: first.model, day, limit: 1e6 });
      assert.deepEqual(
        found
          .map(({ file, line }) => JSON.parse(readFileSync(file, 'utf8').split('\n')[(line ?? 0) - 1] ?? '').message.id)
          .sort(),
        expected.map(({ key }) => key).sort(),
      );
      const usd = found.reduce((sum, one) => sum + (one.usd ?? Number.NaN), 0);
      const truth = sumsBy(expected, () => 'x').get('x');
      assert.ok(Math.abs(usd - (truth?.usd ?? 0)) < 1e-6, `${usd} is not ${truth?.usd}`);
    }));

  it('gives the same figures by task after the worktree has moved, is gone, or is reached through a link', () =>
    withTempDir(async (dir) => {
      const [place, link] = [path.join(dir, 'place'), path.join(dir, 'link')];
      const [first, later] = [path.join(place, 'first'), path.join(place, 'later')];
      await mkdir(first, { recursive: true });
      await symlink(place, link, process.platform === 'win32' ? 'junction' : 'dir');
      const folders: [string, string] = [first, path.join(link, 'first')];
      const home = path.join(dir, 'claude');
      // The agent says where it was as it was started: by its path, or through the link.
      const { answers } = writeRecords(home, { seed: 3, bytes: 0, sessions: 6, prose: 100, folders });
      const ref = { plan: 'p', task: 't' };
      const all = comparable(sumsBy(answers, () => 'p/t'));
      const here: TaskTraces = { ref, sessions: [], places: [{ path: first, from: 0, to: null }] };
      const ask = async (task: TaskTraces) =>
        measuredFigures((await meterOf(home).ask(questionOf({ tasks: [task] }))).buckets).task;
      assert.deepEqual(await ask(here), all);
      await rename(first, later);
      const moved = {
        ...here,
        places: [
          { path: first, from: 0, to: Date.now() },
          { path: later, from: Date.now(), to: null },
        ],
      };
      assert.deepEqual(await ask(moved), all);
      await rm(later, { recursive: true });
      assert.deepEqual(await ask(moved), all);
    }));

  it('credits an answer to the session that gave it, though a fork repeats it under its own', () =>
    withTempDir(async (dir) => {
      const { answers } = writeRecords(dir, { seed: 21, bytes: 0, sessions: 1, prose: 50, folders: ['/made/up'] });
      const session = answers[0]?.session ?? '';
      const folder = path.join(dir, 'projects', '-made-up');
      const text = readFileSync(path.join(folder, `${session}.jsonl`), 'utf8');
      // Claude Code 2.1.197 writes the fork's session into all that it copies, and no word of where it is from.
      for (const fork of ['00000000-0000-4000-a000-000000000000', 'ffffffff-ffff-4fff-afff-ffffffffffff']) {
        await sleep(20);
        await writeFile(path.join(folder, `${fork}.jsonl`), text.replaceAll(session, fork));
      }
      const { buckets } = await meterOf(dir).ask(questionOf());
      assert.deepEqual(
        measuredFigures(buckets),
        trueFigures(answers, () => 'other', 'UTC'),
      );
    }));

  it('keeps what it knows when records are deleted', () =>
    withTempDir(async (dir) => {
      const { answers } = writeRecords(dir, { seed: 8, bytes: 0, sessions: 5, prose: 100 });
      const meter = meterOf(dir);
      const question = questionOf();
      const before = measuredFigures((await meter.ask(question)).buckets);
      assert.deepEqual(before.total, comparable(sumsBy(answers, () => 'total')));
      await rm(path.join(dir, 'projects'), { recursive: true });
      assert.deepEqual(measuredFigures((await meter.ask(question)).buckets), before);
      assert.equal(ownerKey({ kind: 'other' }), 'other');
    }));
});
