import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { cp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { syncJournalSchema } from '../../../../src/core/worktrees/sync/journal';
import { recoverSync, type SyncRecovery } from '../../../../src/core/worktrees/sync/recover';
import { syncWorktree } from '../../../../src/core/worktrees/sync/syncWorktree';
import { bundled } from '../../support/bundled';
import { commitAll, runGit, testEnvironment, withTempDir } from '../../support/repositories';
import { fixedDates, leftovers, photograph, ref, type Scene, scene, syncDeps } from './support';

const child = fileURLToPath(new URL('./syncInChild.ts', import.meta.url));
const long = process.env.SWITCHYARD_LONG === '1';
const edited = 'src/000/file-00001.txt';

/** A worktree with commits and staged, unstaged and untracked work, on a base that edits, adds, deletes and renames. */
async function rich(dir: string): Promise<Scene & { base: string }> {
  const s = await scene(dir, 8);
  const [here, there] = [(name: string) => path.join(s.worktree, name), (name: string) => path.join(s.root, name)];
  await writeFile(here('own.txt'), 'own\n');
  await commitAll(s.worktree, 'own');
  await writeFile(here('own2.txt'), 'own\n');
  await commitAll(s.worktree, 'own again');
  await writeFile(there(edited), 'from the base\n');
  await rm(there('src/000/file-00002.txt'));
  await runGit(s.root, 'mv', 'src/000/file-00003.txt', 'moved.txt');
  await writeFile(there('added.txt'), 'new\n');
  await symlink('added.txt', there('link'));
  const base = await commitAll(s.root, 'base');
  await writeFile(here('staged.txt'), 'staged\n');
  await writeFile(here('src/000/file-00004.txt'), 'staged edit\n');
  await runGit(s.worktree, 'add', '-A');
  await writeFile(here('src/000/file-00004.txt'), 'unstaged edit on it\n');
  await writeFile(here('src/000/file-00005.txt'), 'unstaged edit\n');
  await writeFile(here('untracked.txt'), 'untracked\n');
  return { ...s, base };
}

/** A copy at the same path, so that absolute paths in git's files hold. */
async function copyOf(dir: string, s: Scene, action: () => Promise<void>): Promise<void> {
  const saved = `${dir}.saved`;
  await cp(dir, saved, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  try {
    await action();
  } finally {
    for (const part of [s.root, s.worktree]) await rm(part, { recursive: true, force: true });
    await cp(saved, dir, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    await rm(saved, { recursive: true, force: true });
  }
}

async function runChild(s: Scene & { base: string }, n: number): Promise<{ signal: string | null; said: string }> {
  const args = [await bundled(child), s.root, s.worktree, s.base, String(n)];
  const started = spawn(process.execPath, args, { env: testEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  started.stdout.on('data', (data) => {
    said += data;
  });
  return new Promise((resolve, reject) => {
    started.on('error', reject);
    started.on('close', (_code, signal) => resolve({ signal, said }));
  });
}

async function recoverAll(s: Scene): Promise<SyncRecovery[]> {
  const recovered: SyncRecovery[] = [];
  for (const journal of await s.deps.journals.list('sync', syncJournalSchema)) {
    assert.equal(journal.alive, false);
    recovered.push(await recoverSync(s.deps, journal));
  }
  return recovered;
}

function placesFrom(first: number, step: number, last: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil((last - first + 1) / step)) }, (_, index) => first + index * step);
}

/**
 * A part of all places, evenly spread, with another offset each time. Only the first few are undone (2 to 5 of 33), so
 * one of these is always among them.
 */
function sampleOf(places: number): number[] {
  const step = Math.ceil(places / 8);
  const spread = placesFrom(1 + Math.floor(Math.random() * step), step, places);
  const early = 2 + Math.floor(Math.random() * 4);
  return [...new Set([early, ...spread])];
}

describe('worktrees: a sync that is killed', () => {
  it('is finished or undone at the next start, wherever it was, and can be done again', async function () {
    this.timeout(long ? 1_800_000 : 300_000);
    await withTempDir(async (parent) => {
      const dir = path.join(parent, 'd');
      await runGit(parent, 'init', '-q', dir);
      const s = await rich(dir);
      const before = await photograph(s.worktree);
      let after: Record<string, string> = {};
      let places = 0;
      await copyOf(dir, s, async () => {
        const { said, signal } = await runChild(s, 0);
        assert.equal(signal, null);
        places = Number(said);
        after = await photograph(s.worktree);
      });
      assert.ok(places > 30, `${places} places`);
      assert.notDeepEqual(after, before);
      const outcomes = { finished: 0, undone: 0, kept: 0, none: 0 };
      for (const n of long ? placesFrom(1, 1, places) : sampleOf(places)) {
        await copyOf(dir, s, async () => {
          const { signal } = await runChild(s, n);
          assert.equal(signal, 'SIGKILL', `killed at place ${n}`);
          const recovered = await recoverAll(s);
          assert.ok(recovered.length <= 1);
          const outcome = recovered[0]?.outcome ?? 'none';
          outcomes[outcome] += 1;
          const found = await photograph(s.worktree);
          const isAfter = found['(head)'] === after['(head)'];
          assert.deepEqual(found, isAfter ? after : before, `place ${n}: ${JSON.stringify(recovered)}`);
          if (outcome !== 'none') assert.equal(isAfter, outcome === 'finished', `place ${n}`);
          assert.deepEqual(await leftovers(s), [], `place ${n}`);
          await runGit(s.root, 'fsck', '--connectivity-only');
          if (isAfter) return;
          const deps = await syncDeps(s.root, testEnvironment(fixedDates));
          const again = await syncWorktree(deps, {
            ref,
            worktree: s.worktree,
            branch: 'agent/api',
            base: s.base,
            baseName: 'main',
            method: 'rebase',
          });
          assert.equal(again.result, 'synced');
          assert.deepEqual(await photograph(s.worktree), after);
        });
      }
      console.log(`      ${places} places: ${JSON.stringify(outcomes)}`);
      assert.ok(outcomes.finished > 0 && outcomes.undone > 0);
      assert.equal(outcomes.kept, 0);
    });
  });

  it('keeps what a human does to its files before the next start', async function () {
    this.timeout(long ? 1_800_000 : 300_000);
    await withTempDir(async (parent) => {
      const dir = path.join(parent, 'd');
      await runGit(parent, 'init', '-q', dir);
      const s = await rich(dir);
      const file = path.join(s.worktree, edited);
      let places = 0;
      await copyOf(dir, s, async () => {
        places = Number((await runChild(s, 0)).said);
      });
      const step = long ? 1 : Math.ceil(places / 3);
      for (let n = long ? 1 : 1 + Math.floor(Math.random() * step); n <= places; n += step) {
        await copyOf(dir, s, async () => {
          await runChild(s, n);
          await writeFile(file, 'a human was here\n');
          await writeFile(path.join(s.worktree, 'untracked.txt'), 'and here\n');
          const recovered = await recoverAll(s);
          assert.equal(await readFile(file, 'utf8'), 'a human was here\n', `place ${n}`);
          assert.equal(await readFile(path.join(s.worktree, 'untracked.txt'), 'utf8'), 'and here\n');
          assert.equal(recovered.filter(({ outcome }) => outcome === 'kept').length, 0, `place ${n}`);
          assert.deepEqual(await leftovers(s), [], `place ${n}`);
          assert.match(await runGit(s.worktree, 'status', '--porcelain', '--', edited), /^ M /, `place ${n}`);
        });
      }
    });
  });
});
