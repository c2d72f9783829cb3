import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { ArchiveRecord } from '../../../../src/contract/events';
import type { RestoredWorktree } from '../../../../src/core/worktrees/trash/restore';
import { bundled } from '../../support/bundled';
import { addWorktree, memoryFolder, runGit, testEnvironment, withTempDir } from '../../support/repositories';
import { actions, make, makeMessyRepository } from './mess';
import { stateOf } from './state';
import { recoverAll, restoreIt, type TestDeps, trashDeps } from './trashSupport';

const source = fileURLToPath(new URL('./trashChild.ts', import.meta.url));

interface Scene {
  readonly dir: string;
  readonly root: string;
  readonly child: string;
  readonly deps: TestDeps;
}

/** Runs the child and kills it and its git so many milliseconds after it began; null: it is let alone. */
async function runChild(scene: Scene, args: readonly string[], killAfter: number | null): Promise<number> {
  const child = spawn(process.execPath, [scene.child, '--root', scene.root, ...args], {
    env: testEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await Promise.race([new Promise((resolve) => child.stdout?.once('data', resolve)), gone]);
  const began = performance.now();
  if (killAfter !== null) {
    await Promise.race([sleep(killAfter), gone]);
    killGroup(child);
  }
  await gone;
  const ms = performance.now() - began;
  // A dead process's locks are taken over after ten seconds; nobody else is here to wait for.
  await rm(path.join(scene.deps.store.dir, 'locks'), { recursive: true, force: true });
  return ms;
}

function killGroup({ pid = 0 }: ChildProcess): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

async function readOutcome<T>(file: string): Promise<T | null> {
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : null;
}

/** No journal, no lock of ours, and nothing in the trash but what is on record. */
async function assertTidy({ root, dir, deps }: Scene, record: ArchiveRecord | null): Promise<void> {
  const cache = await readdir(path.join(deps.store.dir, 'cache'));
  assert.deepEqual(
    cache.filter((name) => name.startsWith('journal-')),
    [],
    'no journal',
  );
  const trash = path.join(dir, 'repo-worktrees', '.trash');
  const inTrash = existsSync(trash) ? (await readdir(trash)).filter((name) => name !== '.gitignore') : [];
  assert.deepEqual(inTrash, record === null ? [] : [record.id]);
  const refs = await runGit(root, 'for-each-ref', '--format=%(refname)', 'refs/switchyard');
  assert.equal(refs, record === null ? '' : record.ref);
  assert.doesNotMatch(await runGit(root, 'worktree', 'list', '--porcelain'), /^(locked|prunable)/m);
}

interface Round {
  readonly steps: readonly (readonly [string, number])[];
  /** Parts of the time that each of the two takes undisturbed, in thousandths. */
  readonly clean: number;
  readonly restore: number;
}

let count = 0;

async function killedRound(scene: Scene, round: Round, usual: { clean: number; restore: number }): Promise<void> {
  count += 1;
  const { root, dir, deps } = scene;
  const worktree = await addWorktree(root, path.join(dir, 'repo-worktrees', `w${count}`), `agent/${count}`);
  const mess = { worktree, next: () => ++count, secret: 'ignored', copied: [], hidden: new Set<string>() };
  for (const [name, n] of round.steps) await make(mess, name, n);
  const before = await stateOf(worktree);
  const out = path.join(dir, `out-${count}`);

  await runChild(scene, ['--clean', worktree, '--out', out], (usual.clean * round.clean) / 1000);
  let record = await readOutcome<ArchiveRecord>(out);
  const afterClean = await recoverAll(deps, { clean: (found) => (record = found) });
  await assertTidy(scene, record);
  assert.equal(existsSync(worktree), record === null, afterClean.map(({ reason }) => reason).join());
  if (record === null) {
    assert.deepEqual(await stateOf(worktree), before, 'undone: as it was');
    await drop(scene, worktree);
    return;
  }

  await runChild(
    scene,
    ['--restore', JSON.stringify(record), '--out', `${out}-r`],
    (usual.restore * round.restore) / 1000,
  );
  let restored = await readOutcome<RestoredWorktree>(`${out}-r`);
  const afterRestore = await recoverAll(deps, { restore: (found) => (restored = found) });
  await assertTidy(scene, restored === null ? record : null);
  assert.equal(existsSync(worktree), restored !== null, afterRestore.map(({ reason }) => reason).join());
  if (restored === null) await restoreIt(deps, record);
  assert.deepEqual(await stateOf(worktree), before, 'restored: as it was');
  await assertTidy(scene, null);
  await drop(scene, worktree);
}

async function drop({ root }: Scene, worktree: string): Promise<void> {
  await rm(worktree, { recursive: true, force: true });
  await runGit(root, 'worktree', 'prune');
}

/** How long both take when nobody is killed. */
async function timeUndisturbed(scene: Scene): Promise<{ clean: number; restore: number }> {
  const worktree = await addWorktree(scene.root, path.join(scene.dir, 'repo-worktrees', 'timed'), 'agent/timed');
  const out = path.join(scene.dir, 'timed');
  const clean = await runChild(scene, ['--clean', worktree, '--out', out], null);
  const record = await readOutcome<ArchiveRecord>(out);
  assert.ok(record !== null, 'the child cleans');
  const restore = await runChild(scene, ['--restore', JSON.stringify(record), '--out', `${out}-r`], null);
  assert.ok(existsSync(worktree), 'the child restores');
  return { clean, restore };
}

describe('trash: killed at random moments', function () {
  this.timeout(process.env.SWITCHYARD_LONG === '1' ? 20 * 60_000 : 120_000);

  before(function () {
    // Process groups and SIGKILL.
    if (process.platform === 'win32') this.skip();
  });

  it('clean and restore: nothing is lost, and nothing half-made remains after the next start', () =>
    withTempDir(async (dir) => {
      const child = await bundled(source);
      await mkdir(path.join(dir, 'repo-worktrees'));
      const root = await makeMessyRepository(dir);
      const scene = { dir, root, child, deps: await trashDeps(root) };
      const usual = await timeUndisturbed(scene);
      const steps = fc.array(fc.tuple(fc.constantFrom(...Object.keys(actions)), fc.nat(99)), { maxLength: 3 });
      const thousandths = fc.integer({ min: 0, max: 1100 });
      const long = process.env.SWITCHYARD_LONG === '1';
      const seed = Number(process.env.SWITCHYARD_SEED ?? Date.now() % 2 ** 31);
      console.log(`      seed ${seed}`);
      await fc.assert(
        fc.asyncProperty(fc.record({ steps, clean: thousandths, restore: thousandths }), (round) =>
          killedRound(scene, round, usual),
        ),
        // Moments are never the same twice, so a smaller example would tell nothing.
        { seed, numRuns: long ? 200 : 12, endOnFailure: true },
      );
    }, memoryFolder()));
});
