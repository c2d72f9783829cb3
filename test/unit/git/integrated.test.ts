import { strict as assert } from 'node:assert';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Integrated } from '../../../src/contract/json';
import { createGit } from '../../../src/core/git/git';
import { type IntegratedOptions, isIntegrated } from '../../../src/core/git/integrated';
import { silentLog } from '../../../src/core/ports';
import { commitAll, makeBare, makeRepository, runGit, testEnvironment, withTempDir } from '../support/repositories';

interface Case {
  readonly dir: string;
  readonly root: string;
  readonly git: (...args: string[]) => Promise<string>;
  /** Writes a file of ten lines, `change` laid over them by number, and commits it on the branch that is checked out. */
  readonly commit: (file: string, change?: Record<number, string>) => Promise<string>;
  readonly ask: (o?: Partial<IntegratedOptions>) => Promise<Integrated>;
}

/** `main` with a.txt and b.txt, and `work` checked out, cut from it. */
async function withCase(fn: (c: Case) => Promise<void>, name = 'repo'): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir, { name });
    const git = (...args: string[]) => runGit(root, ...args);
    const commit = async (file: string, change: Record<number, string> = {}) => {
      const lines = Array.from({ length: 10 }, (_, n) => change[n] ?? `line ${n}`);
      await writeFile(path.join(root, file), `${lines.join('\n')}\n`);
      return commitAll(root, `${file} ${JSON.stringify(change)}`);
    };
    await commit('a.txt');
    await commit('b.txt');
    await git('switch', '-q', '-c', 'work');
    const scratchDir = path.join(dir, 'scratch');
    const ask = (o: Partial<IntegratedOptions> = {}) =>
      isIntegrated(
        createGit({ gitPath: null, env: testEnvironment(), log: silentLog }),
        { cwd: root },
        {
          branch: 'refs/heads/work',
          bases: ['refs/heads/main'],
          scratchDir,
          ...o,
        },
      );
    await fn({ dir, root, git, commit, ask });
  });
}

const main = (by: string) => ({ verdict: 'yes', by, into: 'main' });

describe('whether a branch is integrated', () => {
  it('same-commit: nothing was done on it, or it was merged by fast-forward', () =>
    withCase(async ({ git, commit, ask }) => {
      assert.deepEqual(await ask(), main('same-commit'));
      await commit('a.txt', { 1: 'mine' });
      assert.deepEqual(await ask(), { verdict: 'no' });
      await git('branch', '-f', 'main', 'work');
      assert.deepEqual(await ask(), main('same-commit'));
    }));

  it('ancestor: a merge commit holds it, also after the merge was reverted', () =>
    withCase(async ({ git, commit, ask }) => {
      await commit('a.txt', { 1: 'mine' });
      await git('switch', '-q', 'main');
      await git('merge', '-q', '--no-ff', '--no-edit', 'work');
      assert.deepEqual(await ask(), main('ancestor'));
      await git('revert', '--no-edit', '-m', '1', 'HEAD');
      assert.deepEqual(await ask(), main('ancestor'));
    }));

  it('empty-diff: what it did it took back, and the base moved on', () =>
    withCase(async ({ git, commit, ask }) => {
      await commit('a.txt', { 1: 'mine' });
      await git('revert', '--no-edit', 'HEAD');
      await git('switch', '-q', 'main');
      await commit('b.txt', { 1: 'theirs' });
      assert.deepEqual(await ask(), main('empty-diff'));
    }));

  it('same-tree: squashed in one commit, without shared history too', () =>
    withCase(async ({ git, commit, ask }) => {
      await commit('a.txt', { 1: 'mine' });
      await commit('a.txt', { 1: 'mine', 5: 'too' });
      await git('switch', '-q', 'main');
      await git('merge', '-q', '--squash', 'work');
      await git('commit', '-q', '-m', 'squashed');
      assert.deepEqual(await ask(), main('same-tree'));
      await git('switch', '-q', '--orphan', 'other');
      await git('checkout', '-q', 'work', '--', '.');
      await git('commit', '-q', '-m', 'anew');
      assert.deepEqual(await ask({ bases: ['refs/heads/other'] }), { verdict: 'yes', by: 'same-tree', into: 'other' });
    }));

  it('merge-adds-nothing: squashed, and the base moved on in other lines', () =>
    withCase(async ({ git, commit, ask }) => {
      await commit('a.txt', { 1: 'mine' });
      await commit('new.txt', { 5: 'too' });
      await git('switch', '-q', 'main');
      await git('merge', '-q', '--squash', 'work');
      await git('commit', '-q', '-m', 'squashed');
      await commit('a.txt', { 1: 'mine', 8: 'theirs' });
      assert.deepEqual(await ask(), main('merge-adds-nothing'));
    }));

  it('same-patch: squashed, and the base changed the same lines since', () =>
    withCase(async ({ git, commit, ask }) => {
      await commit('a.txt', { 1: 'mine' });
      await commit('a.txt', { 1: 'mine', 5: 'too' });
      await git('switch', '-q', 'main');
      await commit('b.txt', { 2: 'before' });
      await git('merge', '-q', '--squash', 'work');
      await git('commit', '-q', '-m', 'squashed');
      await commit('a.txt', { 1: 'theirs', 5: 'theirs' });
      assert.deepEqual(await ask(), main('same-patch'));
    }));

  it('same-patch: rebased onto the base and merged, which changed the same lines since', () =>
    withCase(async ({ git, commit, ask }) => {
      await commit('a.txt', { 1: 'mine' });
      await commit('a.txt', { 1: 'mine', 5: 'too' });
      await git('switch', '-q', 'main');
      await commit('b.txt', { 2: 'before' });
      await git('cherry-pick', 'main..work');
      await commit('a.txt', { 1: 'theirs', 5: 'theirs' });
      assert.deepEqual(await ask(), main('same-patch'));
    }));

  it('same-patch: landed by a squash that was reverted since: it is in the history', () =>
    withCase(async ({ git, commit, ask }) => {
      await commit('a.txt', { 1: 'mine' });
      await commit('b.txt', { 1: 'mine' });
      await git('switch', '-q', 'main');
      await commit('c.txt');
      await git('merge', '-q', '--squash', 'work');
      await git('commit', '-q', '-m', 'squashed');
      await git('revert', '--no-edit', 'HEAD');
      assert.deepEqual(await ask(), main('same-patch'));
    }));

  it('same-patch: the branch took the base in by a merge, then was squashed and changed over', () =>
    withCase(async ({ git, commit, ask }) => {
      await commit('a.txt', { 1: 'mine' });
      await git('switch', '-q', 'main');
      await commit('b.txt', { 2: 'theirs' });
      await git('switch', '-q', 'work');
      await git('merge', '-q', '--no-edit', 'main');
      await commit('a.txt', { 1: 'mine', 5: 'too' });
      await git('switch', '-q', 'main');
      await git('merge', '-q', '--squash', 'work');
      await git('commit', '-q', '-m', 'squashed');
      await commit('a.txt', { 1: 'theirs', 5: 'theirs' });
      assert.deepEqual(await ask(), main('same-patch'));
    }));

  it('no: partly cherry-picked, partly squashed, or with one commit more than was merged', () =>
    withCase(async ({ git, commit, ask }) => {
      const first = await commit('a.txt', { 1: 'mine' });
      await commit('b.txt', { 1: 'mine' });
      await git('switch', '-q', 'main');
      await commit('c.txt');
      await git('cherry-pick', first);
      assert.deepEqual(await ask(), { verdict: 'no' });
      await git('merge', '-q', '--squash', 'work');
      await git('commit', '-q', '-m', 'squashed');
      assert.equal((await ask()).verdict, 'yes');
      await git('switch', '-q', 'work');
      await commit('d.txt');
      assert.deepEqual(await ask(), { verdict: 'no' });
    }));

  it('no: what a merge commit on the branch did by itself does not pass as merged', () =>
    withCase(async ({ git, commit, ask }) => {
      const first = await commit('a.txt', { 1: 'mine' });
      await git('switch', '-q', 'main');
      await commit('c.txt');
      await git('cherry-pick', first);
      await git('switch', '-q', 'work');
      await git('merge', '-q', '--no-edit', '--no-commit', '--no-ff', 'main~1');
      await commit('evil.txt');
      assert.deepEqual(await ask(), { verdict: 'no' });
    }));

  it('no: the base has a change that the branch made otherwise', () =>
    withCase(async ({ git, commit, ask }) => {
      await commit('a.txt', { 1: 'mine' });
      await git('switch', '-q', 'main');
      await commit('a.txt', { 1: 'theirs' });
      assert.deepEqual(await ask(), { verdict: 'no' });
    }));

  it('any of the bases will do, and the one it is in is named', () =>
    withCase(async ({ git, commit, ask }) => {
      await commit('a.txt', { 1: 'mine' });
      await git('update-ref', 'refs/remotes/origin/main', 'work');
      const bases = ['refs/heads/gone', 'refs/heads/main', 'refs/remotes/origin/main'];
      assert.deepEqual(await ask({ bases }), { verdict: 'yes', by: 'same-commit', into: 'origin/main' });
    }));

  it('unknown: no base, no branch, no shared history, a name that is none', () =>
    withCase(async ({ git, commit, ask }) => {
      await commit('a.txt', { 1: 'mine' });
      await git('switch', '-q', '--orphan', 'other');
      await commit('z.txt');
      const all = [
        await ask({ bases: [] }),
        await ask({ bases: ['refs/heads/gone'] }),
        await ask({ branch: 'refs/heads/gone' }),
        await ask({ bases: ['refs/heads/other'] }),
        await ask({ branch: '--all' }),
        await ask({ branch: 'refs/heads/work\nrefs/heads/main' }),
      ];
      assert.deepEqual(new Set(all.map(({ verdict }) => verdict)), new Set(['unknown']));
    }));

  it('unknown: a shallow history says yes where it sees it, and never no', () =>
    withCase(async ({ dir, root, git, commit, ask }) => {
      await commit('a.txt', { 1: 'mine' });
      await git('switch', '-q', 'main');
      await commit('c.txt');
      const shallow = path.join(dir, 'shallow');
      await runGit(dir, 'clone', '-q', '--depth=1', '--no-single-branch', `file://${root}`, shallow);
      const git2 = createGit({ gitPath: null, env: testEnvironment(), log: silentLog });
      const o = { branch: 'refs/remotes/origin/work', bases: ['refs/heads/main'], scratchDir: path.join(dir, 's') };
      const answer = await isIntegrated(git2, { cwd: shallow }, o);
      assert.equal(answer.verdict === 'unknown' && /shallow/.test(answer.why), true, JSON.stringify(answer));
      assert.deepEqual(await ask(), { verdict: 'no' });
      await runGit(shallow, 'update-ref', 'refs/remotes/origin/work', 'refs/heads/main');
      assert.equal((await isIntegrated(git2, { cwd: shallow }, o)).verdict, 'yes');
    }));

  it('unknown: git fails, takes too long, or is cancelled', () =>
    withCase(async ({ dir, commit, ask }) => {
      await commit('a.txt', { 1: 'mine' });
      assert.equal((await ask({ timeoutMs: 0 })).verdict, 'unknown');
      assert.equal((await ask({ signal: AbortSignal.abort() })).verdict, 'unknown');
      const git = createGit({ gitPath: null, env: testEnvironment(), log: silentLog });
      const o = { branch: 'refs/heads/work', bases: ['refs/heads/main'], scratchDir: path.join(dir, 's') };
      assert.equal((await isIntegrated(git, { cwd: dir }, o)).verdict, 'unknown');
      await writeFile(path.join(dir, 'file'), '');
      assert.equal((await ask({ scratchDir: path.join(dir, 'file', 'sub') })).verdict, 'unknown');
    }));

  it('writes nothing into the repository, nothing stays in the scratch folder, and odd folder names do no harm', () =>
    withCase(async ({ dir, root, git, commit, ask }) => {
      await commit('a.txt', { 1: 'mine' });
      await git('switch', '-q', 'main');
      await commit('a.txt', { 8: 'theirs' });
      const list = () => readdir(path.join(root, '.git', 'objects'), { recursive: true });
      const before = await list();
      assert.deepEqual(await ask(), { verdict: 'no' });
      assert.deepEqual(await list(), before);
      assert.deepEqual(await readdir(path.join(dir, 'scratch')), []);
    }, 'a "b": c\\d é'));

  it('works in a bare repository', () =>
    withTempDir(async (dir) => {
      const { bare, side } = await makeBare(dir);
      await writeFile(path.join(side, 'new.txt'), 'x');
      await commitAll(side, 'new');
      const git = createGit({ gitPath: null, env: testEnvironment(), log: silentLog });
      const at = { cwd: bare, args: [`--git-dir=${bare}`] };
      const o = { branch: 'refs/heads/side', bases: ['refs/heads/main'], scratchDir: path.join(dir, 's') };
      assert.deepEqual(await isIntegrated(git, at, o), { verdict: 'no' });
      await runGit(bare, 'update-ref', 'refs/heads/main', 'refs/heads/side');
      assert.deepEqual(await isIntegrated(git, at, o), main('same-commit'));
    }));
});
