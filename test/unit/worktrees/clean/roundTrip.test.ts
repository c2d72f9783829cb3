import { strict as assert } from 'node:assert';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import type { ArchiveRecord } from '../../../../src/contract/events';
import { addWorktree, memoryFolder, runGit, withTempDir } from '../../support/repositories';
import { unhurried } from '../../support/sampled';
import { actions, type Mess, make, makeMessyRepository } from './mess';
import { stateOf } from './state';
import { cleanBothLayers, restoreIt, type TestDeps, trashDeps } from './trashSupport';

const long = process.env.SWITCHYARD_LONG === '1';
const dirt = fc.array(fc.tuple(fc.constantFrom(...Object.keys(actions)), fc.nat(99)), { minLength: 1, maxLength: 7 });

interface Round {
  readonly root: string;
  readonly worktree: string;
  readonly deps: TestDeps;
  readonly mess: Mess;
}

let count = 0;

/** A new worktree of the repository, made dirty. */
async function begin(root: string, deps: TestDeps, steps: readonly (readonly [string, number])[]): Promise<Round> {
  count += 1;
  const worktree = await addWorktree(root, path.join(`${root}-worktrees`, `w${count}`), `agent/${count}`);
  const mess: Mess = {
    worktree,
    next: () => ++count,
    secret: `ignored-byte-${count}-`,
    copied: [],
    hidden: new Set<string>(),
  };
  for (const [name, n] of steps) await make(mess, name, n);
  return { root, worktree, deps, mess };
}

function clean({ deps, worktree, mess }: Round): Promise<ArchiveRecord> {
  return cleanBothLayers(deps, worktree, { copied: mess.copied });
}

/** Every commit that anything of the worktree leads to. */
async function commitsOf(worktree: string): Promise<string> {
  const known = (await runGit(worktree, 'reflog', '--format=%H', 'HEAD')).split('\n').filter((id) => id !== '');
  const own = ['--glob=refs/worktree', '--glob=refs/bisect'];
  return (await runGit(worktree, 'rev-list', 'HEAD', ...new Set(known), ...own)).split('\n').sort().join('\n');
}

/** What a housekeeping of the repository may do while a worktree is in the trash. */
async function houseKeep(root: string): Promise<void> {
  await runGit(root, 'worktree', 'prune');
  await runGit(root, 'reflog', 'expire', '--expire=now', '--all');
  await runGit(root, 'prune', '--expire=now');
}

/** All objects of a mirror: no byte of an ignored file may be among them. */
async function assertNoSecret(root: string, secret: string): Promise<void> {
  const mirror = `${root}-mirror-${count}.git`;
  await runGit(root, 'clone', '-q', '--mirror', `file://${root}`, mirror);
  try {
    const all = await runGit(mirror, 'cat-file', '--batch-all-objects', '--batch', '--buffer');
    assert.match(all, /Archive of plan\/api/, 'the mirror has the archive');
    assert.equal(all.includes(secret), false, 'a byte of an ignored file is in the mirror');
  } finally {
    await rm(mirror, { recursive: true, force: true });
  }
}

async function drop({ root, worktree }: Round): Promise<void> {
  await rm(worktree, { recursive: true, force: true });
  await runGit(root, 'worktree', 'prune');
}

/** Cleaned and restored, with a housekeeping and a mirror in between. */
async function comesBack(round: Round): Promise<void> {
  const { root, worktree, deps, mess } = round;
  const [before, commits] = await Promise.all([stateOf(worktree), commitsOf(worktree)]);
  const record = await clean(round);
  await houseKeep(root);
  await assertNoSecret(root, mess.secret);
  await restoreIt(deps, record);
  assert.deepEqual(await stateOf(worktree), before);
  assert.equal(await commitsOf(worktree), commits);
  await runGit(worktree, 'fsck', '--no-dangling', '--no-progress', '--connectivity-only');
  await drop(round);
}

/** One property over one repository, which all rounds share. */
async function everyMess(
  runs: number,
  check: (root: string, deps: TestDeps, steps: readonly (readonly [string, number])[]) => Promise<void>,
): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeMessyRepository(dir);
    const deps = await trashDeps(root);
    await fc.assert(
      fc.asyncProperty(dirt, (steps) => check(root, deps, steps)),
      // The rounds share a repository, so what a failure leaves would make smaller examples fail as well.
      { ...unhurried(runs), endOnFailure: true },
    );
  }, memoryFolder());
}

describe('trash: what was cleaned comes back', function () {
  this.timeout(long ? 30 * 60_000 : 60_000);

  it(long ? 'each kind of dirt alone' : 'each kind of dirt, three at a time', () =>
    withTempDir(async (dir) => {
      const root = await makeMessyRepository(dir);
      const deps = await trashDeps(root);
      const left = Object.keys(actions);
      while (left.length > 0) {
        const round = await begin(root, deps, []);
        const made: string[] = [];
        // One that cannot be made beside the others begins the next worktree.
        while (
          left[0] !== undefined &&
          made.length < (long ? 1 : 3) &&
          (await make(round.mess, left[0], 2 + 2 * made.length))
        ) {
          made.push(left.shift() ?? '');
        }
        assert.notEqual(made.length, 0, `${left[0]} works in a fresh worktree`);
        const before = await stateOf(round.worktree);
        const record = await clean(round);
        await restoreIt(deps, record);
        assert.deepEqual(await stateOf(round.worktree), before, made.join(', '));
      }
    }, memoryFolder()),
  );

  it('every byte, mode, index entry and commit, and nothing ignored travels', () =>
    everyMess(long ? 50 : 6, async (root, deps, steps) => comesBack(await begin(root, deps, steps))));
});
