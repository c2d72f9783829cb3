import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createEngine, type MatrixEngine } from '../../../../src/core/conflicts/matrix/engine';
import type { ScratchPlace } from '../../../../src/core/conflicts/parts';
import { committedSnapshot, type Side, type Snapshot } from '../../../../src/core/conflicts/side';
import { bytePath } from '../../../../src/core/git/bytePath';
import type { Git } from '../../../../src/core/git/git';
import { findRepository } from '../../../../src/core/git/repository';
import { openScratchObjects } from '../../../../src/core/git/scratchObjects';
import { silentLog } from '../../../../src/core/ports';
import { memoryFolder, runGit, withTempDir } from '../../support/repositories';
import { type Commit, type Files, testGit, writeHistory } from '../meet/history';
import { PlainMerger } from './plainMerger';

const scannedAt = '2026-01-02T03:04:05.000Z';

interface World {
  readonly repository: string;
  readonly git: Git;
  readonly engine: MatrixEngine;
  readonly merger: PlainMerger;
  readonly at: ScratchPlace;
  /** By ref. */
  side(ref: string, change?: Partial<Snapshot>): Promise<Side>;
  commit(ref: string, from: string, files: Record<string, string | null>): Promise<void>;
}

/** A repository with `main`; files are lines of text. */
async function withWorld(fn: (world: World) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const repository = path.join(dir, 'repo');
    await mkdir(repository);
    await runGit(repository, 'init', '-q');
    const lines = (word: string) => Array.from({ length: 9 }, (_, n) => `${word} ${n}\n`).join('');
    const start = ['one', 'two', 'three', 'dir/four', 'dir/five'];
    const trees = new Map<string, Files>();
    const put = async (ref: string, parents: string[], files: Files) => {
      const blobs: Commit = { ref: 'made', parents: [], files, date: 1_700_000_000 };
      const [made = ''] = await writeHistory(repository, [blobs]);
      const tree = await runGit(repository, 'rev-parse', `${made}^{tree}`);
      const args = parents.flatMap((parent) => ['-p', parent]);
      const commit = await runGit(repository, 'commit-tree', '-m', ref, ...args, tree);
      await runGit(repository, 'update-ref', `refs/heads/${ref}`, commit);
      trees.set(commit, files);
    };
    const file = (content: string) => ({ mode: '100644' as const, content });
    await put('main', [], new Map(start.map((name) => [name, file(lines(name))])));
    const git = testGit();
    const layout = await findRepository(git, repository);
    const scratch = await openScratchObjects(layout.commonDir, path.join(dir, 'scratch'));
    const merger = new PlainMerger(repository);
    await fn({
      repository,
      git,
      merger,
      engine: createEngine({ git, layout, merger, log: silentLog }),
      at: { dir: scratch.dir, generation: '1', env: scratch.env },
      async side(ref, change = {}) {
        const [commit = '', tree = ''] = (await runGit(repository, 'rev-parse', ref, `${ref}^{tree}`)).split('\n');
        return { ref, snapshot: { ...committedSnapshot({ commit, tree }, scannedAt), ...change } };
      },
      async commit(ref, from, changes) {
        const parent = await runGit(repository, 'rev-parse', from);
        const files = new Map(trees.get(parent));
        for (const [name, text] of Object.entries(changes)) {
          if (text === null) files.delete(name);
          else files.set(name, file(text));
        }
        await put(ref, [parent], files);
      },
    });
  }, memoryFolder());
}

const none: ReadonlyMap<string, Side> = new Map();

/** `a b verdict` for each pair. */
function shown(result: { pairs: readonly { a: string; b: string; verdict: string; reason: string | null }[] }) {
  return result.pairs.map(({ a, b, verdict, reason }) => `${a} ${b} ${reason ?? verdict}`);
}

describe('conflicts: matrix engine', () => {
  it('holds every pair once, in order, and merges only those that can meet', async () => {
    await withWorld(async ({ engine, at, commit, side, merger }) => {
      await commit('c', 'main', { one: 'c\n' });
      await commit('a', 'main', { one: 'a\n' });
      await commit('b', 'main', { two: 'b\n' });
      const sides = [await side('c'), await side('b'), await side('a')];
      const result = await engine.compute(at, { sides, bases: none });
      assert.deepEqual(shown(result), ['a b clean', 'a c conflict', 'b c clean']);
      assert.equal(merger.asked.length, 1);
      assert.deepEqual([result.meets('c', 'a'), result.meets('a', 'b')], [true, false]);
      assert.equal(result.meets('a', 'nobody'), null);
      const { pairs, merged, skipped, cached, gitProcesses } = result.timing;
      assert.deepEqual({ pairs, merged, skipped, cached }, { pairs: 3, merged: 1, skipped: 2, cached: 0 });
      // The history and the differences; the merging here is not the engine's.
      assert.equal(gitProcesses, 2);
      assert.equal(result.pairs[0]?.checkedAt, scannedAt);
    });
  });

  it('asks nothing when nothing changed, and one row when one side did', async () => {
    await withWorld(async ({ engine, at, commit, side, merger }) => {
      for (const name of ['a', 'b', 'c', 'd']) await commit(name, 'main', { one: `${name}\n` });
      const sides = async () => [await side('a'), await side('b'), await side('c'), await side('d')];
      const bases = async () => new Map((await sides()).map((each) => [each.ref, base]));
      const base = await side('main');
      await engine.compute(at, { sides: await sides(), bases: await bases() });
      merger.asked.length = 0;
      const again = await engine.compute(at, { sides: await sides(), bases: await bases() });
      assert.deepEqual([again.timing.gitProcesses, again.timing.cached, merger.asked.length], [0, 10, 0]);
      await commit('c', 'c', { one: 'c\n', three: 'c\n' });
      const row = await engine.compute(at, { sides: await sides(), bases: await bases() });
      assert.deepEqual(merger.asked.map(({ a, b }) => [a.ref, b.ref].sort().join(' ')).sort(), ['a c', 'b c', 'c d']);
      assert.equal(row.timing.gitProcesses, 2);
      assert.deepEqual(row.changed.get('c'), ['one', 'three']);
      assert.deepEqual(row.changed.get('a'), ['one']);

      merger.asked.length = 0;
      engine.forget();
      const anew = await engine.compute(at, { sides: await sides(), bases: await bases() });
      assert.deepEqual(
        [anew.timing.cached, merger.asked.length],
        [0, anew.timing.merged],
        'nobody relies on what was kept',
      );
    });
  });

  it('takes uncommitted work for a child of what is committed: no history is asked for', async () => {
    await withWorld(async ({ engine, at, commit, side }) => {
      await commit('a', 'main', { one: 'a\n' });
      await commit('b', 'main', { two: 'b\n' });
      const [a, b] = [await side('a'), await side('b')];
      await engine.compute(at, { sides: [a, b], bases: none });
      await commit('work', 'b', { one: 'work\n' });
      const dirty: Side = { ref: 'b', snapshot: { ...(await side('work')).snapshot, head: b.snapshot.head } };
      const result = await engine.compute(at, { sides: [a, dirty], bases: none });
      assert.deepEqual(shown(result), ['a b conflict']);
      assert.equal(result.timing.gitProcesses, 1);
    });
  });

  it('says of a side that is unknown what is not known, and asks nothing about it', async () => {
    await withWorld(async ({ engine, at, commit, side, merger }) => {
      await commit('a', 'main', { one: 'a\n' });
      await commit('b', 'main', { one: 'b\n' });
      const unknown = { reason: 'file cannot be read', detail: 'one' } as const;
      const lost = await side('b', { unknown, commit: null, tree: null, scannedAt: '2026-01-01T00:00:00.000Z' });
      const base = await side('main');
      const result = await engine.compute(at, { sides: [await side('a'), lost], bases: new Map([['b', base]]) });
      assert.deepEqual(shown(result), ['a b file cannot be read']);
      assert.equal(result.pairs[0]?.detail, 'one');
      assert.equal(result.pairs[0]?.checkedAt, '2026-01-01T00:00:00.000Z');
      assert.equal(result.againstBase[0]?.reason, 'file cannot be read');
      assert.equal(result.changed.has('b'), false);
      assert.equal(merger.asked.length, 0);
    });
  });

  it('knows unrelated histories without asking git to merge them', async () => {
    await withWorld(async ({ engine, at, side, merger, repository }) => {
      const commit = await runGit(repository, 'commit-tree', '-m', 'other', await runGit(repository, 'write-tree'));
      await runGit(repository, 'update-ref', 'refs/heads/other', commit);
      const sides = [await side('main'), await side('other')];
      const result = await engine.compute(at, { sides, bases: none });
      assert.deepEqual(shown(result), ['main other unrelated histories']);
      assert.equal(merger.asked.length, 0);
    });
  });

  it('says of criss-cross histories that they are, and skips none', async () => {
    await withWorld(async ({ engine, at, commit, side, merger, repository }) => {
      await commit('a', 'main', { one: 'a\n' });
      await commit('b', 'main', { two: 'b\n' });
      const [a = '', b = ''] = (await runGit(repository, 'rev-parse', 'a', 'b')).split('\n');
      const merge = async (ref: string, ...parents: string[]) => {
        const args = parents.flatMap((parent) => ['-p', parent]);
        const made = await runGit(repository, 'commit-tree', '-m', ref, ...args, `${parents[0]}^{tree}`);
        await runGit(repository, 'update-ref', `refs/heads/${ref}`, made);
      };
      await merge('x', a, b);
      await merge('y', b, a);
      await engine.compute(at, { sides: [await side('x'), await side('y')], bases: none });
      assert.deepEqual(
        merger.asked.map(({ crissCross }) => crissCross),
        [true],
      );
    });
  });

  it('tells which direction conflicts in the order of the refs, whatever the order of the commits', async () => {
    await withWorld(async ({ engine, at, commit, side, merger }) => {
      await commit('a', 'main', { one: 'a\n' });
      await commit('b', 'main', { one: 'b\n' });
      const [a, b] = [await side('a'), await side('b')];
      merger.pairs = async (_at, jobs) =>
        jobs.map((job) => ({
          verdict: 'conflict',
          reason: null,
          detail: null,
          // The state of `a` into the state of `b` is the one that conflicts.
          direction: job.a.snapshot.commit === a.snapshot.commit ? 'a-into-b' : 'b-into-a',
          driver: null,
          files: [],
        }));
      const straight = await engine.compute(at, { sides: [a, b], bases: none });
      assert.equal(straight.pairs[0]?.direction, 'a-into-b');
      const renamed = [
        { ref: 'z', snapshot: a.snapshot },
        { ref: 'y', snapshot: b.snapshot },
      ];
      const turned = await engine.compute(at, { sides: renamed, bases: none });
      assert.equal(turned.timing.cached, 1);
      assert.equal(turned.pairs[0]?.direction, 'b-into-a');
    });
  });

  it('does not keep what may be otherwise the next time', async () => {
    await withWorld(async ({ engine, at, commit, side, merger }) => {
      await commit('a', 'main', { one: 'a\n' });
      await commit('b', 'main', { one: 'b\n' });
      const o = { sides: [await side('a'), await side('b')], bases: none };
      merger.failing = true;
      assert.deepEqual(shown(await engine.compute(at, o)), ['a b timeout']);
      merger.failing = false;
      assert.deepEqual(shown(await engine.compute(at, o)), ['a b conflict']);
    });
  });

  for (const [what, leftOut, changes, verdict] of [
    ['the same file', 'big.bin', { 'big.bin': 'small\n' }, 'left out'],
    ['a file where a folder was left out', 'media/', { media: 'file\n' }, 'left out'],
    ['a file in a folder that was left out', 'media/', { 'media/x': 'x\n' }, 'left out'],
    ['a folder where the file was left out', 'big', { 'big/x': 'x\n' }, 'left out'],
    ['the folder it lies in away', 'dir/big', { 'dir/four': null, 'dir/five': null, 'e/four': 'x\n' }, 'left out'],
    ['other files', 'big.bin', { two: 'two\n' }, 'clean'],
  ] as const) {
    it(`a file left out of one side, and the other touches ${what}: ${verdict}`, async () => {
      await withWorld(async ({ engine, at, commit, side }) => {
        await commit('a', 'main', { one: 'a\n' });
        await commit('b', 'main', changes);
        const hidden = { leftOut: [{ path: bytePath(leftOut), why: 'too large' }] };
        for (const sides of [
          [await side('a', hidden), await side('b')],
          [await side('main', hidden), await side('b')],
        ]) {
          const [pair] = (await engine.compute(at, { sides, bases: none })).pairs;
          assert.equal(pair?.reason ?? pair?.verdict, verdict);
          if (verdict === 'left out') assert.equal(pair?.detail, leftOut);
        }
        const both = [await side('a', hidden), { ...(await side('a', hidden)), ref: 'b' }];
        assert.deepEqual(shown(await engine.compute(at, { sides: both, bases: none })), ['a b left out']);
      });
    });
  }

  it('holds each side against its base, and shares what pairs say already', async () => {
    await withWorld(async ({ engine, at, commit, side, merger }) => {
      await commit('a', 'main', { one: 'a\n' });
      await commit('b', 'main', { 'new/file': 'b\n' });
      await commit('main', 'main', { one: 'main\n' });
      const main = await side('main');
      const sides = [await side('a'), await side('b'), main];
      const bases = new Map(sides.map(({ ref }) => [ref, main]));
      const result = await engine.compute(at, { sides, bases });
      assert.deepEqual(
        result.againstBase.map(({ ref, base, verdict }) => [ref, base, verdict]),
        [
          ['a', 'main', 'conflict'],
          ['b', 'main', 'clean'],
          ['main', 'main', 'clean'],
        ],
      );
      assert.equal(merger.asked.length, 1);
      assert.deepEqual(
        [...result.changed],
        [
          ['a', ['one']],
          ['b', ['new/file']],
          ['main', []],
        ],
      );
    });
  });

  it('computes anew when the rules of merging changed', async () => {
    await withWorld(async ({ engine, at, commit, side, merger, repository }) => {
      await commit('a', 'main', { one: 'a\n' });
      await commit('b', 'main', { one: 'b\n' });
      const o = { sides: [await side('a'), await side('b')], bases: none };
      await engine.compute(at, o);
      merger.ruleKey = 'two';
      await engine.compute(at, o);
      assert.equal(merger.asked.length, 2);
      await engine.compute(at, o);
      assert.equal(merger.asked.length, 2);
      // Another parent: now `a` is in the history of `b`.
      const [a, b] = (await runGit(repository, 'rev-parse', 'a', 'b')).split('\n');
      await mkdir(path.join(repository, '.git', 'info'), { recursive: true });
      await writeFile(path.join(repository, '.git', 'info', 'grafts'), `${b} ${a}\n`);
      assert.deepEqual(shown(await engine.compute(at, o)), ['a b clean']);
      assert.equal(merger.asked.length, 2);
    });
  });

  it('stops when it is cancelled', async () => {
    await withWorld(async ({ engine, at, commit, side }) => {
      await commit('a', 'main', { one: 'a\n' });
      const o = { sides: [await side('a'), await side('main')], bases: none, signal: AbortSignal.abort() };
      await assert.rejects(engine.compute(at, o), { reason: 'cancelled' });
    });
  });
});
