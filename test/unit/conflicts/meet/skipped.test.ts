import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { Facts } from '../../../../src/core/conflicts/meet/facts';
import type { KnownSide } from '../../../../src/core/conflicts/meet/meetings';
import { committedSnapshot } from '../../../../src/core/conflicts/side';
import { memoryFolder, runGit, withTempDir } from '../../support/repositories';
import { sampled } from '../../support/sampled';
import { type Commit, testGit, writeHistory } from './history';
import { mergeTree } from './mergeTree';
import { apply, firstFiles, steps } from './states';

/** A main line of four commits, and branches cut from it or from each other. */
const repositories = fc.record({
  main: fc.array(steps(2), { minLength: 3, maxLength: 3 }),
  branches: fc.array(
    fc.record({ from: fc.nat(1000), work: steps(4), held: fc.boolean(), merges: fc.option(fc.nat(1000), { freq: 8 }) }),
    { minLength: 8, maxLength: 12 },
  ),
});

function known(commit: string): KnownSide {
  const snapshot = committedSnapshot({ commit, tree: '' }, '2026-01-01T00:00:00.000Z');
  return { side: { ref: commit, snapshot }, commit, head: commit };
}

describe('conflicts: pairs that need no merge', () => {
  it('are clean in both directions for the real git', async function () {
    this.timeout(300_000);
    let round = 0;
    let skipped = 0;
    let merged = 0;
    let conflicts = 0;
    await withTempDir(async (dir) => {
      await fc.assert(
        fc.asyncProperty(repositories, async ({ main, branches }) => {
          const commits: Commit[] = [{ ref: 'main', parents: [], files: firstFiles(), date: 1_700_000_000 }];
          const add = (ref: string, parents: number[], files: Commit['files']) =>
            commits.push({ ref, parents, files, date: 1_700_000_000 + commits.length });
          for (const work of main) {
            add('main', [commits.length - 1], apply(commits.at(-1)?.files ?? new Map(), work));
          }
          for (const [index, { from, work, merges }] of branches.entries()) {
            const start = from % commits.length;
            const parents = merges === null ? [start] : [...new Set([start, merges % commits.length])];
            add(`b${index}`, parents, apply(commits[start]?.files ?? new Map(), work));
          }
          const repository = path.join(dir, `r${round++}`);
          await mkdir(repository);
          await runGit(repository, 'init', '-q');
          const ids = await writeHistory(repository, commits);
          const sides = ids.slice(3).map(known);
          const [base] = sides;
          const pairs = sides.flatMap((a, index) => sides.slice(index + 1).map((b) => [a, b] as const));
          const held = sides.flatMap((side, index) =>
            base !== undefined && branches[index]?.held === true ? [[side, base] as const] : [],
          );
          const facts = new Facts(testGit());
          const { meetings } = await facts.find({ cwd: repository, args: [], env: {} }, { pairs, held });
          const verdicts = await mergeTree(
            repository,
            pairs.flatMap(([a, b]) => [
              [a.commit, b.commit],
              [b.commit, a.commit],
            ]),
          );
          for (const [index, [a, b]] of pairs.entries()) {
            const clean = verdicts[2 * index] === true && verdicts[2 * index + 1] === true;
            const { meets } = meetings.of(a, b);
            if (!meets) assert.ok(clean, `${a.commit} and ${b.commit} were skipped`);
            skipped += Number(!meets);
            merged += Number(meets);
            conflicts += Number(!clean);
          }
        }),
        sampled(15, () => skipped > 50 && conflicts > 50),
      );
    }, memoryFolder());
    console.log(`      ${skipped} skipped, ${merged} merged, ${conflicts} conflicts`);
    assert.ok(skipped > 50 && conflicts > 50);
  });
});
