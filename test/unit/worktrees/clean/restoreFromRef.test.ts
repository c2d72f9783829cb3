import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import type { LeftOut } from '../../../../src/contract/events';
import { WorktreeError } from '../../../../src/core/worktrees/errors';
import { addWorktree, memoryFolder, runGit, withTempDir } from '../../support/repositories';
import { sampled } from '../../support/sampled';
import { actions, type Mess, make, makeMessyRepository } from './mess';
import { stateOf, type WorktreeState } from './state';
import { cleanBothLayers, restoreIt, type TestDeps, trashDeps } from './trashSupport';

let count = 0;

async function begin(root: string): Promise<Mess> {
  count += 1;
  const worktree = await addWorktree(root, path.join(`${root}-worktrees`, `w${count}`), `agent/${count}`);
  return { worktree, next: () => ++count, secret: 'ignored', copied: [], hidden: new Set<string>() };
}

/** Files and links that a ref can hold, without those that the restore says it could not bring; of modes what git knows. */
function kept({ files }: WorktreeState, leftOut: readonly LeftOut[]): Record<string, string> {
  const missing = leftOut.map(({ path: file }) => Buffer.from(file, 'utf8').toString('latin1').replace(/\/$/, ''));
  const isKept = (file: string) =>
    !file.endsWith('/') &&
    !file.startsWith('libs/part/') &&
    !missing.some((each) => file === each || file.startsWith(`${each}/`));
  const known = (text: string) =>
    text.replace(/^100(\d)\d\d /, (_, owner) => (Number(owner) % 2 === 1 ? '755 ' : '644 '));
  const found = Object.entries(files).filter(([file]) => isKept(file));
  return Object.fromEntries(found.map(([file, text]) => [file, known(text)]));
}

/** Index entries with their stages and marks, without those left out. */
async function entries(worktree: string): Promise<string[]> {
  return (await runGit(worktree, 'ls-files', '-s', '-v', '-z')).split('\0');
}

/** Cleaned, the trash lost, housekeeping done, and restored: from the ref alone. */
async function fromRef(root: string, deps: TestDeps, { worktree, copied }: Mess, name?: string): Promise<void> {
  const [before, index] = [await stateOf(worktree), await entries(worktree)];
  const record = await cleanBothLayers(deps, worktree, { copied });
  await rm(record.trash, { recursive: true });
  await runGit(root, 'reflog', 'expire', '--expire=now', '--all');
  await runGit(root, 'prune', '--expire=now');
  const restored = await restoreIt(deps, record);
  assert.equal(restored.from, 'ref');
  assert.equal(restored.head, record.head);
  const after = await stateOf(worktree);
  assert.deepEqual(kept(after, restored.leftOut), kept(before, restored.leftOut), name);
  assert.equal(after.head, before.head, name);
  const missing = (line: string) => restored.leftOut.some(({ path: file }) => line.endsWith(`\t${file}`));
  const without = (lines: string[]) => lines.filter((line) => !missing(line));
  assert.deepEqual(without(await entries(worktree)), without(index), name);
  await runGit(worktree, 'fsck', '--no-dangling', '--no-progress', '--connectivity-only');
  assert.ok(restored.leftOut.some(({ why }) => why.includes('the trash is lost')));
  await rm(worktree, { recursive: true, force: true });
  await runGit(root, 'worktree', 'prune');
}

describe('trash: restore from the ref, when the trash is lost', function () {
  this.timeout(process.env.SWITCHYARD_LONG === '1' ? 20 * 60_000 : 60_000);

  it('files, links, modes, index and HEAD come back; what does not is named', () =>
    withTempDir(async (dir) => {
      const root = await makeMessyRepository(dir);
      const deps = await trashDeps(root);
      const dirt = fc.array(fc.tuple(fc.constantFrom(...Object.keys(actions)), fc.nat(99)), { maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(dirt, async (steps) => {
          const mess = await begin(root);
          for (const [name, n] of steps) await make(mess, name, n);
          await fromRef(root, deps, mess);
        }),
        { ...sampled(process.env.SWITCHYARD_LONG === '1' ? 25 : 7), endOnFailure: true },
      );
    }, memoryFolder()));

  it('a file that git skips in the worktree and that was not there stays away', () =>
    withTempDir(async (dir) => {
      const root = await makeMessyRepository(dir);
      const mess = await begin(root);
      assert.ok(await make(mess, 'skipped in the worktree', 9));
      assert.ok(await make(mess, 'deleted file', 9));
      await fromRef(root, await trashDeps(root), mess);
    }));

  it('modes of untracked files', () =>
    withTempDir(async (dir) => {
      const root = await makeMessyRepository(dir);
      const deps = await trashDeps(root);
      const { worktree } = await begin(root);
      await writeFile(path.join(worktree, 'private'), 'private', { mode: 0o600 });
      await writeFile(path.join(worktree, 'tool'), 'tool', { mode: 0o700 });
      const record = await cleanBothLayers(deps, worktree);
      await rm(record.trash, { recursive: true });
      await restoreIt(deps, record);
      assert.equal((await stat(path.join(worktree, 'private'))).mode & 0o777, 0o600);
      assert.equal((await stat(path.join(worktree, 'tool'))).mode & 0o777, 0o700);
    }));

  it('sparse checkout', () =>
    withTempDir(async (dir) => {
      const root = await makeMessyRepository(dir);
      const mess = await begin(root);
      await runGit(mess.worktree, 'sparse-checkout', 'set', '--no-cone', '/.gitignore', '/src/');
      await make(mess, 'untracked', 1);
      await make(mess, 'changed file', 1);
      assert.equal(existsSync(path.join(mess.worktree, 'run.sh')), false);
      await fromRef(root, await trashDeps(root), mess);
    }));

  it('a trash that lost its administrative folder only: made anew, and the rest of it stays', () =>
    withTempDir(async (dir) => {
      const root = await makeMessyRepository(dir);
      const deps = await trashDeps(root);
      const mess = await begin(root);
      await make(mess, 'ignored file', 1);
      await make(mess, 'untracked', 1);
      const record = await cleanBothLayers(deps, mess.worktree);
      await rm(path.join(record.trash, 'admin'), { recursive: true });
      const restored = await restoreIt(deps, record);
      assert.equal(restored.from, 'ref');
      assert.ok(restored.leftOut.some(({ path: file }) => file === record.trash));
      assert.ok((await readdir(path.join(record.trash, 'worktree'))).some((name) => name.endsWith('.env')));
      assert.match(await runGit(mess.worktree, 'status', '--porcelain'), /^\?\? untracked\/$/m);
      // The ref may know commits that nothing else does.
      assert.equal(await runGit(root, 'rev-parse', record.ref), record.commit);
    }));

  it('neither trash nor ref: says so, and nothing is changed', () =>
    withTempDir(async (dir) => {
      const root = await makeMessyRepository(dir);
      const deps = await trashDeps(root);
      const { worktree } = await begin(root);
      const record = await cleanBothLayers(deps, worktree);
      await rm(record.trash, { recursive: true });
      await runGit(root, 'update-ref', '-d', record.ref);
      await assert.rejects(restoreIt(deps, record), (error) => {
        return WorktreeError.is(error) && error.reason === 'nothing-to-restore';
      });
      assert.equal(existsSync(worktree), false);
      assert.deepEqual(await readdir(path.dirname(record.trash)), ['.gitignore']);
      await mkdir(worktree);
    }));
});
