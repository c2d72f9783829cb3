import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GitError } from '../../../../src/core/git/errors';
import { commitAll, makeRepository, runGit } from '../../support/repositories';
import { committedTree, type Looking, withRepository } from './support';

const file = 'src/000/file-00000.txt';

/** Two branches that change the same file, `other` with three commits; HEAD on main. */
async function makeForked(dir: string): Promise<string> {
  const root = await makeRepository(dir);
  await runGit(root, 'checkout', '-q', '-b', 'other');
  await writeFile(path.join(root, 'apart.txt'), 'apart\n');
  await commitAll(root, 'apart');
  await writeFile(path.join(root, file), 'theirs\n');
  await commitAll(root, 'theirs');
  await writeFile(path.join(root, 'last.txt'), 'last\n');
  await commitAll(root, 'last');
  await runGit(root, 'checkout', '-q', 'main');
  await writeFile(path.join(root, file), 'ours\n');
  await commitAll(root, 'ours');
  return root;
}

const unknownOf = async (looking: Looking) => (await looking.take()).unknown;

describe('snapshots: unknown', () => {
  it('before the first commit', () =>
    withRepository(
      async (dir) => {
        await runGit(dir, 'init', '-q', 'repo');
        await writeFile(path.join(dir, 'repo', 'file'), 'staged\n');
        await runGit(path.join(dir, 'repo'), 'add', 'file');
        return path.join(dir, 'repo');
      },
      async (_root, looking) => {
        const taken = await looking.take();
        assert.deepEqual(
          [taken.unknown, taken.head, taken.commit],
          [{ reason: 'no commit yet', detail: null }, null, null],
        );
      },
    ));

  const operations: Record<string, { begin: (root: string) => Promise<unknown>; detail: string }> = {
    'a merge with conflicts': {
      begin: (root) => runGit(root, 'merge', '-q', 'other').catch(() => ''),
      detail: 'merge',
    },
    'a merge without conflicts that is not committed': {
      begin: (root) => runGit(root, 'merge', '-q', '--no-commit', '--no-ff', 'other~2'),
      detail: 'merge',
    },
    'a rebase with conflicts': {
      begin: (root) => runGit(root, 'rebase', '-q', 'other').catch(() => ''),
      detail: 'rebase',
    },
    'a rebase that stopped without conflicts': {
      begin: (root) => runGit(root, 'rebase', '-q', '--exec', 'false', 'HEAD~1').catch(() => ''),
      detail: 'rebase',
    },
    'a cherry-pick with conflicts': {
      begin: (root) => runGit(root, 'cherry-pick', 'other~1').catch(() => ''),
      detail: 'cherry-pick',
    },
    'several picks, between two of them': {
      begin: async (root) => {
        await runGit(root, 'cherry-pick', 'other~3..other').catch(() => '');
        await runGit(root, 'checkout', '-q', '--theirs', file);
        await commitAll(root, 'resolved');
      },
      detail: 'cherry-pick',
    },
    'a revert with conflicts': {
      begin: async (root) => {
        await writeFile(path.join(root, file), 'and again\n');
        await commitAll(root, 'again');
        await runGit(root, 'revert', '--no-edit', 'HEAD~1').catch(() => '');
      },
      detail: 'revert',
    },
    'entries of a conflict without any operation': {
      begin: async (root) => {
        await runGit(root, 'merge', '-q', 'other').catch(() => '');
        await rm(path.join(root, '.git/MERGE_HEAD'));
      },
      detail: file,
    },
  };
  for (const [name, { begin, detail }] of Object.entries(operations)) {
    it(`while an operation is in progress: ${name}`, () =>
      withRepository(makeForked, async (root, looking) => {
        await looking.take();
        await begin(root);
        assert.deepEqual(await unknownOf(looking), { reason: 'operation in progress', detail });
        await runGit(root, 'reset', '-q', '--hard');
        await runGit(root, detail === file ? 'merge' : detail, '--quit').catch(() => '');
        await runGit(root, 'checkout', '-q', '-f', 'main');
        assert.equal((await looking.take()).commit, await runGit(root, 'rev-parse', 'HEAD'));
      }));
  }

  it('when the index is corrupt, with the line of git; known again when it is mended', () =>
    withRepository(makeRepository, async (root, looking) => {
      await truncate(path.join(root, '.git/index'), 40);
      const unknown = await unknownOf(looking);
      assert.equal(unknown?.reason, 'git failed');
      assert.match(unknown?.detail ?? '', /index/);
      await rm(path.join(root, '.git/index'));
      await runGit(root, 'reset', '-q');
      assert.deepEqual(await unknownOf(looking), null);
    }));

  it('when a filter fails that must not', () =>
    withRepository(makeRepository, async (root, looking) => {
      await runGit(root, 'config', 'filter.broken.clean', 'false');
      await runGit(root, 'config', 'filter.broken.required', 'true');
      await writeFile(path.join(root, '.gitattributes'), '*.b filter=broken\n');
      await writeFile(path.join(root, 'file.b'), 'b\n');
      const unknown = await unknownOf(looking);
      assert.equal(unknown?.reason, 'git failed');
      assert.match(unknown?.detail ?? '', /file\.b|broken/);
    }));

  it('when git gives no answer in time', () =>
    withRepository(
      makeRepository,
      async (root, looking) => {
        await runGit(root, 'config', 'filter.slow.clean', 'sleep 60');
        await writeFile(path.join(root, '.gitattributes'), '*.s filter=slow\n');
        await writeFile(path.join(root, 'file.s'), 's\n');
        const began = performance.now();
        const unknown = await unknownOf(looking);
        assert.equal(unknown?.reason, 'timeout');
        assert.ok(performance.now() - began < 20_000);
      },
      { timeoutMs: 700 },
    ));

  it('never when it was cancelled: that is thrown', () =>
    withRepository(makeRepository, async (root, looking) => {
      await runGit(root, 'config', 'filter.slow.clean', 'sleep 60');
      await writeFile(path.join(root, '.gitattributes'), '*.s filter=slow\n');
      await writeFile(path.join(root, 'file.s'), 's\n');
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 300);
      const cancelled = (error: unknown) => GitError.is(error) && error.reason === 'cancelled';
      await assert.rejects(looking.take(root, { signal: controller.signal }), cancelled);
      await assert.rejects(looking.take(root, { signal: AbortSignal.abort() }), cancelled);
      await runGit(root, 'config', '--unset', 'filter.slow.clean');
      assert.deepEqual([...(await looking.take()).untracked], ['.gitattributes', 'file.s']);
    }));
});

describe('snapshots: in spite of', () => {
  it('an index.lock that somebody holds', () =>
    withRepository(makeRepository, async (root, looking, dir) => {
      await writeFile(path.join(root, '.git/index.lock'), '');
      await appendFile(path.join(root, file), 'changed\n');
      const taken = await looking.take();
      assert.equal(taken.tree, await committedTree(root, dir));
    }));

  it('a bisection', () =>
    withRepository(makeForked, async (root, looking, dir) => {
      await runGit(root, 'bisect', 'start', 'other', 'other~3');
      await writeFile(path.join(root, 'new.txt'), 'new\n');
      assert.equal((await looking.take()).tree, await committedTree(root, dir));
    }));

  it('line ends that git would refuse to convert', () =>
    withRepository(makeRepository, async (root, looking) => {
      await runGit(root, 'config', 'core.autocrlf', 'true');
      await runGit(root, 'config', 'core.safecrlf', 'true');
      await writeFile(path.join(root, 'mixed.txt'), 'one\r\ntwo\nthree\r\n');
      const taken = await looking.take();
      assert.deepEqual(taken.unknown, null);
      assert.equal(await looking.inScratch('cat-file', 'blob', `${taken.commit}:mixed.txt`), 'one\ntwo\nthree');
    }));

  const damages: Record<string, (folder: string, kept: string) => Promise<unknown>> = {
    'a kept index that was deleted': (_folder, kept) => rm(kept),
    'a kept index that is damaged': (_folder, kept) => writeFile(kept, 'no index at all'),
    'a kept index that was cut off': (_folder, kept) => truncate(kept, 100),
    'a lock that a killed git left on it': (_folder, kept) => writeFile(`${kept}.lock`, ''),
    'the indexes having been deleted': (folder) => rm(folder, { recursive: true }),
  };
  for (const [name, damage] of Object.entries(damages)) {
    it(name, () =>
      withRepository(makeRepository, async (root, looking, dir) => {
        await appendFile(path.join(root, file), 'changed\n');
        await looking.take();
        await looking.use(async (at) => {
          const [worktree = ''] = await readdir(path.join(at.dir, 'indexes'));
          const folder = path.join(at.dir, 'indexes', worktree);
          const names = await readdir(folder);
          assert.equal(names.length, 1, String(names));
          await damage(folder, path.join(folder, names[0] ?? ''));
        });
        await mkdir(path.join(root, 'more'));
        await writeFile(path.join(root, 'more/new.txt'), 'new\n');
        assert.equal((await looking.take()).tree, await committedTree(root, dir));
      }),
    );
  }

  it('the scratch having been deleted, between looks and during a use', () =>
    withRepository(makeRepository, async (root, looking, dir) => {
      await appendFile(path.join(root, file), 'changed\n');
      const first = await looking.take();
      await rm(path.join(dir, 'memory'), { recursive: true });
      await mkdir(path.join(dir, 'memory'));
      assert.equal((await looking.take()).commit, first.commit);
      await looking.inScratch('cat-file', '-e', `${first.commit}:${file}`);
      const side = { path: root, gitDir: path.join(root, '.git'), main: true };
      await looking.use(async (at) => {
        await rm(at.dir, { recursive: true });
        const taken = await looking.snapshots.take(at, side, { worktrees: [] });
        assert.equal(taken.commit, first.commit);
      });
      assert.equal((await looking.take()).commit, first.commit);
      await looking.inScratch('cat-file', '-e', `${first.commit}:${file}`);
    }));

  it('a scratch that cannot be written, from the next generation on', () =>
    withRepository(makeRepository, async (root, looking) => {
      await appendFile(path.join(root, file), 'changed\n');
      await looking.use(async (at) => {
        for (let i = 0; i < 256; i += 1) {
          await writeFile(path.join(at.dir, 'objects', i.toString(16).padStart(2, '0')), 'in the way of a folder');
        }
      });
      assert.equal((await unknownOf(looking))?.reason, 'git failed');
      const { commit, unknown } = await looking.take();
      assert.equal(unknown, null);
      await looking.inScratch('cat-file', '-e', `${commit}:${file}`);
    }));
});
