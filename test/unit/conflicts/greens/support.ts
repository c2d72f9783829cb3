import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ConflictPair } from '../../../../src/contract/conflicts';
import { createEngine } from '../../../../src/core/conflicts/matrix/engine';
import { createMerger } from '../../../../src/core/conflicts/merge/merger';
import { openScratch } from '../../../../src/core/conflicts/scratch/scratch';
import { createSnapshots } from '../../../../src/core/conflicts/snapshot/snapshots';
import { createGit } from '../../../../src/core/git/git';
import { findRepository } from '../../../../src/core/git/repository';
import { silentLog } from '../../../../src/core/ports';
import { memoryFolder, runGit, testEnvironment, withTempDir } from '../../support/repositories';

/** Ten lines, of which one may be another. */
export function lines(changed: number | null = null, to = 'changed'): string {
  return Array.from({ length: 10 }, (_, n) => (n === changed ? `${to}\n` : `line ${n}\n`)).join('');
}

export interface Pair {
  /** The main worktree, on `main`. */
  readonly root: string;
  /** Linked worktrees, on branches `a` and `b`. */
  readonly a: string;
  readonly b: string;
  write(worktree: string, files: Readonly<Record<string, string>>): Promise<void>;
  commit(worktree: string): Promise<void>;
  /** The cell of `a` and `b` as they are now; what was known before is kept. */
  cell(): Promise<Pick<ConflictPair, 'verdict' | 'reason' | 'detail'>>;
}

/** A repository with two linked worktrees. @param files of the first commit, besides `f.txt` and `g.txt` */
export async function withPair(files: Readonly<Record<string, string>>, fn: (pair: Pair) => Promise<void>) {
  await withTempDir(async (dir) => {
    const [root, a, b] = ['repo', 'a', 'b'].map((name) => path.join(dir, name));
    assert.ok(root !== undefined && a !== undefined && b !== undefined);
    await mkdir(root);
    const write = async (worktree: string, all: Readonly<Record<string, string>>) => {
      for (const [name, text] of Object.entries(all)) {
        await mkdir(path.dirname(path.join(worktree, name)), { recursive: true });
        await writeFile(path.join(worktree, name), text);
      }
    };
    const commit = async (worktree: string) => {
      await runGit(worktree, 'add', '-A');
      await runGit(worktree, 'commit', '-q', '-m', 'work');
    };
    await runGit(root, 'init', '-q', '-b', 'main');
    await write(root, { 'f.txt': lines(), 'g.txt': lines(), ...files });
    await commit(root);
    await runGit(root, 'worktree', 'add', '-q', '-b', 'a', a);
    await runGit(root, 'worktree', 'add', '-q', '-b', 'b', b);
    const git = createGit({ gitPath: null, env: testEnvironment(), log: silentLog });
    const layout = await findRepository(git, root);
    const deps = { git, layout, log: silentLog };
    const scratch = await openScratch({ ...deps, memory: path.join(dir, 'memory') });
    const snapshots = createSnapshots(deps);
    const engine = createEngine({ ...deps, merger: createMerger(deps) });
    const worktrees = [root, a, b];
    const cell = () =>
      scratch.use(async (at) => {
        const take = (top: string, ref: string) =>
          snapshots.take(
            at,
            { path: top, gitDir: path.join(layout.commonDir, 'worktrees', ref), main: false },
            { worktrees },
          );
        const sides = [
          { ref: 'a', snapshot: await take(a, 'a') },
          { ref: 'b', snapshot: await take(b, 'b') },
        ];
        const { pairs } = await engine.compute(at, { sides, bases: new Map() });
        const [pair] = pairs;
        assert.ok(pair !== undefined);
        return { verdict: pair.verdict, reason: pair.reason, detail: pair.detail };
      });
    await fn({ root, a, b, write, commit, cell });
  }, memoryFolder());
}

export const clean = { verdict: 'clean', reason: null, detail: null };

export function unknown(reason: string, detail: string) {
  return { verdict: 'unknown', reason, detail };
}
