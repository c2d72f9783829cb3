import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { BaseCell, ConflictPair } from '../../../../src/contract/conflicts';
import { createEngine } from '../../../../src/core/conflicts/matrix/engine';
import { createMerger } from '../../../../src/core/conflicts/merge/merger';
import { openScratch } from '../../../../src/core/conflicts/scratch/scratch';
import { committedSnapshot, type Side } from '../../../../src/core/conflicts/side';
import { createSnapshots } from '../../../../src/core/conflicts/snapshot/snapshots';
import { createGit } from '../../../../src/core/git/git';
import { findRepository } from '../../../../src/core/git/repository';
import { silentLog } from '../../../../src/core/ports';
import { testEnvironment } from '../../support/repositories';
import type { BuiltSide } from './build';
import { gitIn } from './hands';

/** What the product says about a repository at one time. */
export interface Look {
  readonly pairs: readonly ConflictPair[];
  readonly againstBase: readonly BaseCell[];
  readonly sides: readonly Side[];
  meets(a: string, b: string): boolean | null;
}

interface OursOptions {
  readonly runDrivers?: boolean;
  /** On top of the tests' environment. */
  readonly env?: Record<string, string>;
}

/** The product's own parts, put together as its hosts do. */
export class Ours {
  private constructor(
    private readonly root: string,
    private readonly parts: Awaited<ReturnType<typeof open>>,
  ) {}

  static async open(root: string, o: OursOptions = {}): Promise<Ours> {
    return new Ours(root, await open(root, o));
  }

  /** Every pair, and every side but the base against it. @param base ref of a side */
  look(built: readonly BuiltSide[], base: string): Promise<Look> {
    return this.parts.scratch.use(async (at) => {
      const worktrees = built.flatMap((side) => side.worktree ?? []);
      const sides: Side[] = [];
      for (const { ref, branch, worktree } of built) {
        const place = worktree === null ? null : await placeOf(worktree, this.root);
        const snapshot =
          place === null ? await this.#committed(branch) : await this.parts.snapshots.take(at, place, { worktrees });
        sides.push({ ref, snapshot });
      }
      const against = sides.find((side) => side.ref === base);
      const bases = new Map(against === undefined ? [] : sides.map((side) => [side.ref, against] as const));
      bases.delete(base);
      const result = await this.parts.engine.compute(at, { sides, bases });
      const { pairs, againstBase } = result;
      return { pairs, againstBase, sides, meets: (a, b) => result.meets(a, b) };
    });
  }

  async #committed(branch: string): Promise<Side['snapshot']> {
    const names = [`refs/heads/${branch}`, `refs/heads/${branch}^{tree}`];
    const { exit, stdout } = await gitIn(this.root, ['rev-parse', ...names]);
    const now = new Date().toISOString();
    const [commit = '', tree = ''] = stdout.split('\n');
    const snapshot = committedSnapshot({ commit, tree }, now);
    if (exit === 0) return snapshot;
    return { ...snapshot, commit: null, tree: null, head: null, unknown: { reason: 'no commit yet', detail: null } };
  }
}

async function open(root: string, { env, ...o }: OursOptions) {
  const log = silentLog;
  const git = createGit({ gitPath: null, env: testEnvironment(env), log });
  const layout = await findRepository(git, root);
  const merger = createMerger({ git, layout, log, ...o });
  return {
    scratch: await openScratch({ layout, log }),
    snapshots: createSnapshots({ git, layout, log }),
    engine: createEngine({ git, layout, merger, log }),
  };
}

async function placeOf(worktree: string, root: string) {
  const { stdout } = await gitIn(worktree, ['rev-parse', '--absolute-git-dir']);
  return { path: await realpath(worktree), gitDir: path.resolve(stdout.trim()), main: worktree === root };
}
