import { strict as assert } from 'node:assert';
import { chmodSync, mkdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { addWorktree, commitAll, makeRepository, runGit } from '../support/repositories';
import type { BuiltSide } from './support/build';
import { inMemory } from './support/inMemory';
import { Ours } from './support/ours';
import { changesOf, photograph } from './support/photograph';

/** Our own store, the only place where a look may write besides memory. */
const store = 'repo/.git/switchyard';

/** Worktrees with every kind of uncommitted work; half of the objects are packed. */
async function makeScene(dir: string): Promise<{ root: string; sides: BuiltSide[] }> {
  const root = await makeRepository(dir, { files: 40 });
  writeFileSync(path.join(root, '.gitignore'), '*.log\n');
  writeFileSync(path.join(root, '.gitattributes'), '*.gen merge=union\n');
  await commitAll(root, 'rules');
  await runGit(root, 'gc', '-q');
  await runGit(root, 'pack-refs', '--all');
  const sides: BuiltSide[] = [{ ref: 'main', branch: 'main', worktree: root }];
  for (const name of ['one', 'two', 'three']) {
    const worktree = await addWorktree(root, path.join(dir, name), name);
    writeFileSync(path.join(worktree, 'src/000/file-00001.txt'), `committed in ${name}\n`);
    await commitAll(worktree, name);
    writeFileSync(path.join(worktree, 'src/000/file-00002.txt'), `staged in ${name}\n`);
    await runGit(worktree, 'add', '-A');
    writeFileSync(path.join(worktree, 'src/000/file-00002.txt'), `staged in ${name}, then edited\n`);
    unlinkSync(path.join(worktree, 'src/000/file-00003.txt'));
    chmodSync(path.join(worktree, 'src/000/file-00004.txt'), 0o755);
    symlinkSync('nowhere', path.join(worktree, 'link'));
    mkdirSync(path.join(worktree, 'new folder'));
    writeFileSync(path.join(worktree, 'new folder/untracked.txt'), `untracked in ${name}\n`);
    writeFileSync(path.join(worktree, 'intended.txt'), 'intended\n');
    await runGit(worktree, 'add', '-N', 'intended.txt');
    writeFileSync(path.join(worktree, 'run.log'), 'ignored\n');
    sides.push({ ref: name, branch: name, worktree });
  }
  await runGit(root, 'branch', 'only-a-branch', 'one');
  sides.push({ ref: 'only-a-branch', branch: 'only-a-branch', worktree: null });
  return { root, sides };
}

describe('conflicts: reading is not writing', () => {
  it('leaves refs, reflogs, indexes, working trees, objects and configuration as they were', () =>
    inMemory(async (dir) => {
      const { root, sides } = await makeScene(dir);
      const before = photograph(dir, [store]);
      const look = await (await Ours.open(root)).look(sides, 'main');
      // It has really looked.
      assert.deepEqual(new Set(look.pairs.map((pair) => pair.verdict)), new Set(['clean', 'conflict']));
      assert.deepEqual(changesOf(before, photograph(dir, [store])), []);
    })).timeout(60_000);

  it('does so with ten runs at once, all of which say the same', () =>
    inMemory(async (dir) => {
      const { root, sides } = await makeScene(dir);
      const before = photograph(dir, [store]);
      const runs = await Promise.all(Array.from({ length: 10 }, () => Ours.open(root)));
      const looks = await Promise.all(runs.map((ours) => ours.look(sides, 'main')));
      assert.deepEqual(changesOf(before, photograph(dir, [store])), []);
      const said = looks.map((look) => look.pairs.map(({ checkedAt: _, ...cell }) => cell));
      for (const each of said) assert.deepEqual(each, said[0]);
      assert.ok(said[0]?.every((cell) => cell.verdict !== 'unknown'));
    })).timeout(120_000);

  it('keeps what was checked out a moment ago out of the index of the user', () =>
    inMemory(async (dir) => {
      // Entries as young as their index are read again by every look; a look must not note in it that they are the same.
      const root = await makeRepository(dir, { files: 200 });
      const worktree = await addWorktree(root, path.join(dir, 'young'), 'young');
      writeFileSync(path.join(worktree, 'src/000/file-00000.txt'), 'edited\n');
      const before = photograph(dir, [store]);
      const sides = [
        { ref: 'main', branch: 'main', worktree: root },
        { ref: 'young', branch: 'young', worktree },
      ];
      const ours = await Ours.open(root);
      for (let look = 0; look < 3; look += 1) await ours.look(sides, 'main');
      assert.deepEqual(changesOf(before, photograph(dir, [store])), []);
    })).timeout(60_000);
});
