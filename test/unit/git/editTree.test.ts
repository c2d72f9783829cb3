import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import fc from 'fast-check';
import { editTree } from '../../../src/core/git/editTree';
import { createGit } from '../../../src/core/git/git';
import { diffTrees } from '../../../src/core/git/treeDiff';
import { silentLog } from '../../../src/core/ports';
import { memoryFolder, runGit, testEnvironment, withTempDir } from '../support/repositories';
import { sampled } from '../support/sampled';

// Names that sort differently as files and as folders, and that git has to be asked about with care.
const part = fc.constantFrom('a', 'a.b', 'a-b', 'a0', 'A', 'a\nb', 'x missing\n', '\xe9', '\xff', 'é', ' ', '"');
const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const entry = fc.record({ mode: fc.constantFrom('100644', '100755', '120000'), text: fc.constantFrom('1', '2', '3') });
const tree = fc.dictionary(name, entry, { maxKeys: 12 }).map((files) => {
  const names = Object.keys(files).sort();
  const free = names.filter((one, i) => !names.slice(0, i).some((other) => one.startsWith(`${other}/`)));
  return free.map((one) => ({ name: one, mode: files[one]?.mode ?? '', text: files[one]?.text ?? '' }));
});

describe('git: edit a tree', () => {
  it('property: laying a difference over one tree gives the other', async () => {
    await withTempDir(async (dir) => {
      await runGit(dir, 'init', '-q');
      const git = createGit({ gitPath: null, env: testEnvironment(), log: silentLog });
      const blobs = new Map<string, string>();
      for (const text of ['1', '2', '3']) {
        const options = { cwd: dir, env: testEnvironment(), input: text, encoding: 'utf8' as const };
        blobs.set(text, execFileSync('git', ['hash-object', '-w', '--stdin'], options).trim());
      }
      const treeOf = (files: readonly { name: string; mode: string; text: string }[]) => {
        const env = testEnvironment({ GIT_INDEX_FILE: path.join(dir, `index-${randomUUID()}`) });
        const lines = files.map((file) => `${file.mode} ${blobs.get(file.text)}\t${file.name}\0`).join('');
        const input = Buffer.from(lines, 'latin1');
        execFileSync('git', ['update-index', '-z', '--index-info'], { cwd: dir, env, input });
        return execFileSync('git', ['write-tree'], { cwd: dir, env, encoding: 'utf8' }).trim();
      };
      const at = { cwd: dir, args: [], env: {}, objects: path.join(dir, '.git', 'objects') };
      await fc.assert(
        fc.asyncProperty(tree, tree, async (before, after) => {
          const [from, to] = [treeOf(before), treeOf(after)];
          assert.equal(await editTree(git, at, from, await diffTrees(git, at, from, to)), to);
        }),
        sampled(60),
      );
      await runGit(dir, 'fsck', '--strict');
    }, memoryFolder());
  });
});
