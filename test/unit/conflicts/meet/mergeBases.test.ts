import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { Ancestry } from '../../../../src/core/conflicts/meet/ancestry';
import { MergeBases } from '../../../../src/core/conflicts/meet/mergeBases';
import type { GitPlace } from '../../../../src/core/git/treeDiff';
import { memoryFolder, runGit, withTempDir } from '../../support/repositories';
import { sampled } from '../../support/sampled';
import { type Commit, testGit, writeHistory } from './history';

/** Some commits, each with up to three parents among those before it, and clocks that are sometimes wrong. */
const histories = fc
  .array(
    fc.record({
      parents: fc.uniqueArray(fc.nat(1000), { maxLength: 3 }),
      near: fc.boolean(),
      skew: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -900, max: 900 })),
    }),
    { minLength: 2, maxLength: 28 },
  )
  .map((drawn) =>
    drawn.map(({ parents, near, skew }, index): Commit => {
      const from = near ? Math.max(0, index - 5) : 0;
      const chosen = index === 0 ? [] : parents.map((parent) => from + (parent % (index - from)));
      return {
        ref: `c${index}`,
        parents: [...new Set(chosen)],
        files: new Map([['f', { mode: '100644', content: `${index}\n` }]]),
        date: 1_700_000_000 + index * 100 + skew,
      };
    }),
  );

const place = (cwd: string): GitPlace => ({ cwd, args: [], env: {} });

async function truth(repository: string, a: string, b: string): Promise<string[]> {
  const answer = await runGit(repository, 'merge-base', '--all', a, b).catch(() => '');
  return answer.split('\n').filter(Boolean).sort();
}

async function emptyRepository(dir: string, name: string): Promise<string> {
  const root = path.join(dir, name);
  await mkdir(root);
  await runGit(root, 'init', '-q');
  return root;
}

describe('conflicts: merge bases', () => {
  it('are those of git merge-base --all, in any history', async function () {
    this.timeout(120_000);
    let round = 0;
    await withTempDir(async (dir) => {
      await fc.assert(
        fc.asyncProperty(histories, fc.nat(), async (history, first) => {
          const repository = await emptyRepository(dir, `r${round++}`);
          const ids = await writeHistory(repository, history);
          const tips = [0, 1, 2, 3, 4].map((step) => ids[(first + step * 7) % ids.length] ?? '');
          const pairs = tips.flatMap((a, index) => tips.slice(index + 1).map((b) => [a, b] as const));
          const bases = new MergeBases(testGit());
          await bases.prepare(place(repository), pairs);
          for (const [a, b] of pairs) {
            assert.deepEqual([...(bases.of(a, b) ?? ['not known'])].sort(), await truth(repository, a, b));
          }
        }),
        sampled(12),
      );
    }, memoryFolder());
  });

  it('are never wrong when only a part of the history is listed', async function () {
    this.timeout(120_000);
    let round = 0;
    let told = 0;
    await withTempDir(async (dir) => {
      await fc.assert(
        fc.asyncProperty(histories, fc.nat(), fc.integer({ min: 2, max: 20 }), async (history, first, count) => {
          const repository = await emptyRepository(dir, `r${round++}`);
          const ids = await writeHistory(repository, history);
          const tips = [0, 1, 2, 3].map((step) => ids[(first + step * 5) % ids.length] ?? '');
          const ancestry = new Ancestry();
          const list = (n: number, commits: string[]) =>
            runGit(repository, 'rev-list', '--timestamp', '--parents', `--max-count=${n}`, ...commits);
          ancestry.add(await list(count, tips));
          ancestry.add(await list(2, tips.slice(0, 1)));
          const basesOf = ancestry.mergeBases([...new Set(tips)]);
          for (const [index, a] of tips.entries()) {
            for (const b of tips.slice(index + 1)) {
              const said = basesOf(a, b);
              if (said === null) continue;
              told += 1;
              assert.deepEqual([...said].sort(), await truth(repository, a, b));
            }
          }
        }),
        sampled(12, () => told > 0),
      );
    }, memoryFolder());
    assert.ok(told > 0);
  });

  it('are found beyond the listed commits, and of unrelated histories there are none', async () => {
    await withTempDir(async (dir) => {
      const repository = await emptyRepository(dir, 'deep');
      const files = new Map([['f', { mode: '100644' as const, content: 'x\n' }]]);
      const line = Array.from({ length: 30 }, (_, index): Commit => {
        return { ref: 'main', parents: index === 0 ? [] : [index - 1], files, date: 1_700_000_000 + index };
      });
      const side: Commit = { ref: 'old', parents: [2], files, date: 1_600_000_000 };
      const other: Commit = { ref: 'other', parents: [], files, date: 1_650_000_000 };
      const ids = await writeHistory(repository, [...line, side, other]);
      const [main = '', old = '', unrelated = ''] = ids.slice(29);
      const bases = new MergeBases(testGit(), { moved: 2, usual: 3, deep: 5 });
      await bases.prepare(place(repository), [
        [main, old],
        [main, unrelated],
      ]);
      assert.deepEqual(bases.of(main, old), [ids[2]]);
      assert.deepEqual(bases.of(old, main), [ids[2]]);
      assert.deepEqual(bases.of(main, unrelated), []);
    }, memoryFolder());
  });

  it('of a commit that is not there are not known, which costs the others nothing', async () => {
    await withTempDir(async (dir) => {
      const repository = await emptyRepository(dir, 'missing');
      const files = new Map([['f', { mode: '100644' as const, content: 'x\n' }]]);
      const first: Commit = { ref: 'main', parents: [], files, date: 1_700_000_000 };
      const [id = '', child = ''] = await writeHistory(repository, [first, { ...first, ref: 'child', parents: [0] }]);
      const bases = new MergeBases(testGit());
      const missing = '1'.repeat(40);
      await bases.prepare(place(repository), [
        [id, missing],
        [missing, child],
        [id, child],
      ]);
      assert.equal(bases.of(id, missing), null);
      assert.deepEqual(bases.of(child, id), [id]);
    }, memoryFolder());
  });

  it('of a shallow history are what git says there', async () => {
    await withTempDir(async (dir) => {
      const repository = await emptyRepository(dir, 'whole');
      const files = new Map([['f', { mode: '100644' as const, content: 'x\n' }]]);
      const commits: Commit[] = [0, 1, 2].map((index) => {
        return { ref: 'main', parents: index === 0 ? [] : [index - 1], files, date: 1_700_000_000 + index };
      });
      commits.push({ ref: 'side', parents: [0], files, date: 1_700_000_009 });
      const ids = await writeHistory(repository, commits);
      const shallow = path.join(dir, 'shallow');
      await runGit(dir, 'clone', '-q', '--depth=1', '--no-single-branch', `file://${repository}`, shallow);
      const [main = '', side = ''] = [ids[2], ids[3]];
      const bases = new MergeBases(testGit());
      await bases.prepare(place(shallow), [[main, side]]);
      assert.deepEqual(bases.of(main, side), []);
      assert.deepEqual(await truth(shallow, main, side), []);
      // Grafts say what git takes as parents as well.
      await writeFile(path.join(shallow, '.git', 'info', 'grafts'), `${main} ${side}\n`);
      bases.clear();
      await bases.prepare(place(shallow), [[main, side]]);
      assert.deepEqual([...(bases.of(main, side) ?? [])], await truth(shallow, main, side));
    }, memoryFolder());
  });
});
