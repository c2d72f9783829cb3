import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { appendFile, chmod, mkdir, realpath, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Snapshot } from '../../../../src/core/conflicts/side';
import { shownPath } from '../../../../src/core/git/bytePath';
import { addWorktree, commitAll, makeRepository, runGit, withTempDir } from '../../support/repositories';
import { look, withRepository } from './support';

const run = promisify(execFile);
const file = 'src/000/file-00000.txt';
const leftOutOf = (taken: Snapshot) => taken.leftOut.map((out) => `${shownPath(out.path)}: ${out.why}`);

describe('snapshots: what is left out', () => {
  const small = { limits: { untrackedBytes: 1_000_000, trackedBytes: 2_000_000 } };

  it('a file larger than the limit, tracked or not; the rest is taken', () =>
    withRepository(
      makeRepository,
      async (root, looking) => {
        await writeFile(path.join(root, 'tracked.bin'), 'small\n');
        await commitAll(root, 'second');
        for (const [name, size] of [
          ['large.bin', 1_000_001],
          ['tracked.bin', 2_000_001],
          ['fits.bin', 1_000_000],
        ] as const) {
          await writeFile(path.join(root, name), '');
          await truncate(path.join(root, name), size);
        }
        const taken = await looking.take();
        assert.equal(taken.unknown, null);
        assert.deepEqual(leftOutOf(taken), [
          'large.bin: it is larger than 1 MB',
          'tracked.bin: it is larger than 2 MB',
        ]);
        assert.deepEqual([...taken.untracked], ['fits.bin']);
        // Of a tracked one the last state that git has stays.
        assert.equal(await looking.inScratch('cat-file', 'blob', `${taken.commit}:tracked.bin`), 'small');
        const names = await looking.inScratch('ls-tree', '--name-only', taken.commit ?? '');
        assert.deepEqual(names.split('\n'), ['fits.bin', 'src', 'tracked.bin']);
      },
      small,
    ));

  it('is dirty when nothing but what is left out is uncommitted', () =>
    withRepository(
      makeRepository,
      async (root, looking) => {
        await writeFile(path.join(root, 'large.bin'), Buffer.alloc(1_000_001));
        const taken = await looking.take();
        assert.equal(taken.commit, taken.head);
        assert.equal(taken.dirty, true);
        assert.deepEqual(leftOutOf(taken), ['large.bin: it is larger than 1 MB']);
      },
      small,
    ));

  it('says unknown when all files together, or so many untracked ones, are too much', () =>
    withRepository(
      makeRepository,
      async (root, looking, dir) => {
        await writeFile(path.join(root, 'one.bin'), Buffer.alloc(60_000));
        assert.equal((await looking.take()).unknown, null);
        await writeFile(path.join(root, 'two.bin'), Buffer.alloc(60_000));
        const taken = await looking.take();
        assert.deepEqual(taken.unknown, { reason: 'left out', detail: 'more than 0 MB of uncommitted files' });
        assert.equal(taken.commit, null);
        const fewer = await look(root, path.join(dir, 'other'), { limits: { untrackedFiles: 1 } });
        assert.deepEqual((await fewer.take()).unknown, { reason: 'left out', detail: 'more than 1 untracked files' });
      },
      { limits: { totalBytes: 100_000 } },
    ));

  it('nested repositories and other worktrees inside, also one whose git file is gone', () =>
    withRepository(makeRepository, async (root, looking) => {
      const inside = await addWorktree(root, path.join(root, '.worktrees', 'inside'), 'inside');
      const broken = await addWorktree(root, path.join(root, '.worktrees', 'broken'), 'broken');
      await unlink(path.join(broken, '.git'));
      await makeRepository(root, { name: 'nested' });
      await runGit(root, 'init', '-q', 'unborn');
      await writeFile(path.join(root, 'unborn', 'file'), 'in a repository without commits\n');
      await writeFile(path.join(root, 'new.txt'), 'new\n');
      const taken = await looking.take(root, { worktrees: [root, inside, broken] });
      assert.deepEqual(leftOutOf(taken), [
        'nested/: it is a repository of its own',
        'unborn/: it is a repository of its own',
      ]);
      const names = await looking.inScratch('ls-tree', '-r', '--name-only', taken.commit ?? '');
      assert.deepEqual(
        names.split('\n').filter((name) => !name.startsWith('src/')),
        ['new.txt'],
      );
      // Their own looks are no part of it either.
      assert.equal((await looking.take(inside, { worktrees: [root, inside, broken] })).dirty, false);
    }));

  it('a repository in the place of a tracked file', () =>
    withRepository(makeRepository, async (root, looking) => {
      await unlink(path.join(root, file));
      await makeRepository(path.join(root, 'src/000'), { name: 'file-00000.txt' });
      const taken = await looking.take();
      assert.equal(taken.unknown, null);
      assert.deepEqual(leftOutOf(taken), [`${file}/: it is a repository of its own`]);
      const names = await looking.inScratch('ls-tree', '-r', '--name-only', taken.commit ?? '');
      assert.ok(!names.includes('file-00000'), names);
    }));

  it('a pipe in the place of a tracked file', function () {
    if (process.platform === 'win32') this.skip();
    return withRepository(makeRepository, async (root, looking) => {
      await unlink(path.join(root, file));
      await run('mkfifo', [path.join(root, file)]);
      const taken = await looking.take();
      assert.equal(taken.unknown, null);
      assert.deepEqual(leftOutOf(taken), [`${file}: it is neither file nor link`]);
    });
  });

  it('plans of a linked worktree that are not committed, silently; those of the main one are taken', () =>
    withRepository(makeRepository, async (root, looking) => {
      await mkdir(path.join(root, '.switchyard/p'), { recursive: true });
      await writeFile(path.join(root, '.switchyard/p/plan.md'), 'committed\n');
      await commitAll(root, 'share the plan');
      const linked = await addWorktree(root, path.join(path.dirname(root), 'linked'), 'linked');
      for (const top of [root, linked]) {
        await appendFile(path.join(top, '.switchyard/p/plan.md'), 'changed\n');
        await writeFile(path.join(top, '.switchyard/p/task.md'), 'untracked\n');
        await writeFile(path.join(top, '.switchyard/p/staged.md'), 'staged\n');
        await runGit(top, 'add', '.switchyard/p/staged.md', '.switchyard/p/plan.md');
        await appendFile(path.join(top, '.switchyard/p/plan.md'), 'and again\n');
      }
      const inert = await looking.take(linked);
      assert.deepEqual([inert.commit, inert.dirty, inert.leftOut], [inert.head, false, []]);
      await writeFile(path.join(linked, 'work.txt'), 'work\n');
      const worked = await looking.take(linked);
      const paths = (await looking.inScratch('diff-tree', '-r', '--name-only', 'HEAD', worked.commit ?? '')).split(
        '\n',
      );
      assert.deepEqual(paths, ['work.txt']);
      const own = await looking.take(root);
      const plans = (await looking.inScratch('diff-tree', '-r', '--name-only', 'HEAD', own.commit ?? '')).split('\n');
      assert.deepEqual(plans, ['.switchyard/p/plan.md', '.switchyard/p/staged.md', '.switchyard/p/task.md']);
    }));

  describe('files that cannot be read', () => {
    before(function () {
      // Windows has no permission bits to take away.
      if (process.platform === 'win32') this.skip();
    });

    /** Runs `fn` as a user for whom permissions count: root reads everything. */
    async function asUser(dir: string, root: string, fn: (take: () => Promise<Snapshot>) => Promise<void>) {
      const isRoot = process.getuid?.() === 0;
      // The tests' own configuration lies in a folder of root's.
      const looking = await look(root, dir, { env: { GIT_CONFIG_GLOBAL: '/dev/null', HOME: dir } });
      await looking.take();
      if (isRoot) execFileSync('chown', ['-R', '65534:65534', dir]);
      await rm(path.join(dir, 'memory'), { recursive: true });
      if (isRoot) {
        process.setegid?.(65534);
        process.seteuid?.(65534);
      }
      try {
        await fn(() => looking.take());
      } finally {
        if (isRoot) {
          process.seteuid?.(0);
          process.setegid?.(0);
          execFileSync('chown', ['-R', '0:0', dir]);
        }
      }
    }

    const inDir = (fn: (root: string, dir: string) => Promise<void>) =>
      withTempDir(async (dir) => fn(await makeRepository(dir), await realpath(dir)), '/tmp');

    it('are left out with the reason, the rest is taken', () =>
      inDir(async (root, dir) => {
        await writeFile(path.join(root, 'closed.txt'), 'closed\n');
        await writeFile(path.join(root, 'open.txt'), 'open\n');
        await mkdir(path.join(root, 'folder'));
        await writeFile(path.join(root, 'folder/inner.txt'), 'inner\n');
        await appendFile(path.join(root, file), 'changed, then closed\n');
        await asUser(dir, root, async (take) => {
          for (const name of ['closed.txt', 'folder', file]) await chmod(path.join(root, name), 0);
          const taken = await take();
          assert.equal(taken.unknown, null);
          assert.deepEqual(leftOutOf(taken), [
            'closed.txt: it cannot be read (EACCES)',
            'folder/: it cannot be read (Permission denied)',
            `${file}: it cannot be read (EACCES)`,
          ]);
          assert.deepEqual([...taken.untracked], ['open.txt']);
          for (const name of ['closed.txt', 'folder', file]) await chmod(path.join(root, name), 0o755);
        });
      }));

    it('are left out when they are tracked, in a folder that cannot be entered', () =>
      inDir(async (root, dir) =>
        asUser(dir, root, async (take) => {
          await chmod(path.join(root, 'src/000'), 0);
          const taken = await take();
          await chmod(path.join(root, 'src/000'), 0o755);
          assert.equal(taken.unknown, null);
          assert.deepEqual(leftOutOf(taken), [
            'src/000/: it cannot be read (Permission denied)',
            'src/000/file-00000.txt: it cannot be read (Permission denied)',
            'src/000/file-00001.txt: it cannot be read (Permission denied)',
            'src/000/file-00002.txt: it cannot be read (Permission denied)',
          ]);
          assert.equal(taken.dirty, true);
        }),
      ));

    it('make everything unknown when they tell what is ignored', () =>
      inDir(async (root, dir) => {
        await writeFile(path.join(root, '.gitignore'), '*.log\n');
        await asUser(dir, root, async (take) => {
          await chmod(path.join(root, '.gitignore'), 0);
          const taken = await take();
          await chmod(path.join(root, '.gitignore'), 0o644);
          assert.deepEqual(taken.unknown, { reason: 'file cannot be read', detail: '.gitignore' });
        });
      }));

    it('make everything unknown when the name of a folder does not come through', () =>
      inDir(async (root, dir) => {
        const folder = Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]);
        await mkdir(folder);
        await asUser(dir, root, async (take) => {
          await chmod(folder, 0);
          const taken = await take();
          await chmod(folder, 0o755);
          assert.deepEqual(taken.unknown, { reason: 'file cannot be read', detail: 'caf\ufffd' });
        });
      }));

    it('make everything unknown when one is the index', () =>
      inDir(async (root, dir) =>
        asUser(dir, root, async (take) => {
          await chmod(path.join(root, '.git/index'), 0);
          const taken = await take();
          await chmod(path.join(root, '.git/index'), 0o644);
          assert.equal(taken.unknown?.reason, 'git failed');
          assert.match(taken.unknown?.detail ?? '', /EACCES.*index/);
        }),
      ));
  });
});
