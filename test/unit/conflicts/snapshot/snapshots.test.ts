import assert from 'node:assert/strict';
import { appendFile, chmod, mkdir, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { commitAll, makeRepository, runGit } from '../../support/repositories';
import { committedTree, withRepository } from './support';

const file = 'src/000/file-00000.txt';

describe('snapshots: what is taken', () => {
  const cases: Record<string, (root: string) => Promise<unknown>> = {
    'a staged file': async (root) => {
      await appendFile(path.join(root, file), 'staged\n');
      await runGit(root, 'add', file);
    },
    'an unstaged file': (root) => appendFile(path.join(root, file), 'unstaged\n'),
    'a file staged and changed again': async (root) => {
      await appendFile(path.join(root, file), 'staged\n');
      await runGit(root, 'add', file);
      await appendFile(path.join(root, file), 'and more\n');
    },
    'an untracked file': (root) => writeFile(path.join(root, 'new.txt'), 'new\n'),
    'a deleted file': (root) => unlink(path.join(root, file)),
    'a renamed file': (root) => rename(path.join(root, file), path.join(root, 'renamed.txt')),
    'a renamed and staged file': (root) => runGit(root, 'mv', file, 'renamed.txt'),
    'a new mode': (root) => chmod(path.join(root, file), 0o755),
    'a new symbolic link': (root) => symlink('nowhere', path.join(root, 'link')),
    'a file that became a symbolic link': async (root) => {
      await unlink(path.join(root, file));
      await symlink('file-00001.txt', path.join(root, file));
    },
    'a file that became a folder': async (root) => {
      await unlink(path.join(root, file));
      await mkdir(path.join(root, file));
      await writeFile(path.join(root, file, 'inside.txt'), 'inside\n');
    },
    'a folder that became a file': async (root) => {
      await rm(path.join(root, 'src'), { recursive: true });
      await writeFile(path.join(root, 'src'), 'a file now\n');
    },
    'a folder that became a symbolic link': async (root) => {
      await rename(path.join(root, 'src'), path.join(root, 'other'));
      await symlink('other', path.join(root, 'src'));
    },
    'a folder that became an ignored symbolic link': async (root) => {
      await writeFile(path.join(root, '.gitignore'), 'src\nother\n');
      await rename(path.join(root, 'src'), path.join(root, 'other'));
      await symlink('other', path.join(root, 'src'));
    },
    'a new file in a new folder': async (root) => {
      await mkdir(path.join(root, 'a', 'b'), { recursive: true });
      await writeFile(path.join(root, 'a', 'b', 'c'), 'deep\n');
    },
    'an intent to add': async (root) => {
      await writeFile(path.join(root, 'later.txt'), 'later\n');
      await runGit(root, 'add', '-N', 'later.txt');
    },
    'an intent to add whose file is gone': async (root) => {
      await writeFile(path.join(root, 'later.txt'), 'later\n');
      await runGit(root, 'add', '-N', 'later.txt');
      await unlink(path.join(root, 'later.txt'));
    },
    'a file added by force that git ignores': async (root) => {
      await writeFile(path.join(root, '.gitignore'), '*.log\n');
      await writeFile(path.join(root, 'kept.log'), 'kept\n');
      await writeFile(path.join(root, 'ignored.log'), 'ignored\n');
      await runGit(root, 'add', '-f', 'kept.log');
    },
    'a tracked file taken out of the index': (root) => runGit(root, 'rm', '-q', '--cached', file),
    'an ignored file taken out of the index': async (root) => {
      await writeFile(path.join(root, '.gitignore'), 'file-00000.txt\n');
      await runGit(root, 'rm', '-q', '--cached', file);
    },
    'a file that git was told not to look at': async (root) => {
      await runGit(root, 'update-index', '--assume-unchanged', file);
      await appendFile(path.join(root, file), 'overlooked\n');
    },
    'a skipped file': async (root) => {
      await runGit(root, 'update-index', '--skip-worktree', file);
      await unlink(path.join(root, file));
      await writeFile(path.join(root, 'new.txt'), 'new\n');
    },
    'a name with a line break, one with quotes, one that begins like an option': async (root) => {
      await writeFile(path.join(root, 'line\nbreak'), 'one\n');
      await writeFile(path.join(root, '"quoted" \'name\'\t.txt'), 'two\n');
      await writeFile(path.join(root, '--force'), 'three\n');
      await writeFile(path.join(root, ':(exclude)x*?[a]'), 'four\n');
    },
    'a name that is not UTF-8': (root) =>
      writeFile(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]), 'latin\n'),
    'line ends that are converted': async (root) => {
      await runGit(root, 'config', 'core.autocrlf', 'true');
      await writeFile(path.join(root, file), 'one\r\ntwo\r\n');
      await writeFile(path.join(root, 'new.txt'), 'one\r\ntwo\nthree\r\n');
    },
    'a clean filter': async (root) => {
      await runGit(root, 'config', 'filter.upper.clean', 'tr a-z A-Z');
      await writeFile(path.join(root, '.gitattributes'), '*.up filter=upper\n');
      await writeFile(path.join(root, 'text.up'), 'loud\n');
    },
    'a split index': async (root) => {
      await runGit(root, 'update-index', '--split-index');
      await writeFile(path.join(root, 'new.txt'), 'new\n');
      await runGit(root, 'add', 'new.txt');
      await appendFile(path.join(root, file), 'changed\n');
    },
    'an index of version 4': async (root) => {
      await runGit(root, 'update-index', '--index-version', '4');
      await appendFile(path.join(root, file), 'changed\n');
    },
    'a worktree without an index': async (root) => {
      await rm(path.join(root, '.git', 'index'));
      await appendFile(path.join(root, file), 'changed\n');
    },
    'a detached HEAD': async (root) => {
      await runGit(root, 'checkout', '-q', '--detach');
      await appendFile(path.join(root, file), 'changed\n');
    },
  };
  for (const [name, edit] of Object.entries(cases)) {
    it(`takes ${name} as git add and git commit would`, () =>
      withRepository(makeRepository, async (root, looking, dir) => {
        // Before and after: the second look works with what the first one kept.
        assert.equal((await looking.take()).commit, await runGit(root, 'rev-parse', 'HEAD'));
        await edit(root);
        for (const turn of ['first', 'second']) {
          const taken = await looking.take();
          assert.deepEqual(taken.unknown, null);
          assert.deepEqual(taken.leftOut, []);
          const tree = await looking.inScratch('rev-parse', `${taken.commit}^{tree}`);
          assert.equal(tree, await committedTree(root, dir), turn);
        }
      }));
  }

  it('says HEAD itself of a clean worktree, with one git process', () =>
    withRepository(makeRepository, async (root, looking) => {
      await looking.take();
      const before = looking.git.started;
      const taken = await looking.take();
      assert.equal(looking.git.started - before, 1);
      const head = await runGit(root, 'rev-parse', 'HEAD');
      assert.deepEqual(
        { ...taken, scannedAt: '' },
        {
          commit: head,
          tree: await runGit(root, 'rev-parse', 'HEAD^{tree}'),
          head,
          dirty: false,
          untracked: new Set(),
          leftOut: [],
          unknown: null,
          scannedAt: '',
        },
      );
      await runGit(root, 'gc', '-q');
      assert.deepEqual([(await looking.take()).commit, (await looking.take()).tree], [head, null]);
      assert.ok(Math.abs(Date.parse(taken.scannedAt) - Date.now()) < 60_000);
    }));

  it('takes a dirty worktree with three git processes, and the same state under the same id', () =>
    withRepository(makeRepository, async (root, looking) => {
      await writeFile(path.join(root, 'new.txt'), 'new\n');
      await appendFile(path.join(root, file), 'changed\n');
      const before = looking.git.started;
      const taken = await looking.take();
      assert.equal(looking.git.started - before, 3);
      assert.equal(taken.dirty, true);
      assert.deepEqual([...taken.untracked], ['new.txt']);
      const head = await runGit(root, 'rev-parse', 'HEAD');
      assert.equal(
        await looking.inScratch('rev-parse', `${taken.commit}^1`, `${taken.commit}^{tree}`),
        `${head}\n${taken.tree}`,
      );
      assert.equal((await looking.take()).commit, taken.commit);
      await commitAll(root, 'committed');
      const clean = await looking.take();
      assert.equal(clean.commit, await runGit(root, 'rev-parse', 'HEAD'));
      assert.equal(clean.dirty, false);
    }));
});
