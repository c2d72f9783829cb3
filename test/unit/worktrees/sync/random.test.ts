import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { syncWorktree } from '../../../../src/core/worktrees/sync/syncWorktree';
import { addWorktree, commitAll, runGit, testEnvironment, withTempDir } from '../../support/repositories';
import { sampled } from '../../support/sampled';
import { leftovers, photograph, ref, syncDeps } from './support';

const names = ['a.txt', 'b.txt', 'dir/c.txt', 'dir/d.txt', 'dir/deep/e.txt', 'f.bin'];
const newNames = ['new.txt', 'dir/new.txt', 'a-dir/x.txt', 'dir/deep/y.txt'];

/** One thing done to a working folder; what does not fit (a file that is gone) does nothing. */
const change = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('edit'), file: fc.nat(5), line: fc.nat(29), text: fc.nat(99) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('add'), file: fc.nat(3), text: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete'), file: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename'), file: fc.nat(5), to: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mode'), file: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('link'), file: fc.nat(3), text: fc.nat(3) }) },
);
interface Change {
  readonly do: string;
  readonly file: number;
  readonly line?: number;
  readonly text?: number;
  readonly to?: number;
}

async function apply(root: string, c: Change): Promise<void> {
  const file = path.join(root, names[c.file] ?? 'a.txt');
  const fresh = path.join(root, newNames[c.to ?? c.file] ?? 'new.txt');
  const quiet = (error: NodeJS.ErrnoException) => {
    if (!['ENOENT', 'EEXIST', 'EINVAL', 'ELOOP', 'ENOTDIR'].includes(error.code ?? '')) throw error;
  };
  if (c.do === 'edit') {
    const lines = (await readFile(file, 'latin1').catch(() => null))?.split('\n');
    if (lines === undefined) return;
    lines[c.line ?? 0] = `edited ${c.text}`;
    await writeFile(file, lines.join('\n'), 'latin1').catch(quiet);
  }
  if (c.do === 'delete') await rm(file, { force: true });
  if (c.do === 'mode') await chmod(file, 0o755).catch(quiet);
  await mkdir(path.dirname(fresh), { recursive: true }).catch(quiet);
  if (c.do === 'add') await writeFile(fresh, `new ${c.text}\n`).catch(quiet);
  if (c.do === 'link') await symlink(`to-${c.text}`, fresh).catch(quiet);
  if (c.do === 'rename') await rename(file, fresh).catch(quiet);
}

const commit = fc.record({
  changes: fc.array(change, { maxLength: 3 }),
  message: fc.constantFrom(
    'One line',
    'A title\n\nA body: ä, ö.\n\n  indented\n',
    'Signed\n\nSigned-off-by: A <a@b>\n',
  ),
  author: fc.constantFrom('A B <a@b.example>', 'Ünal Öz <u@example>'),
  encoding: fc.constantFrom('', '', 'ISO-8859-1'),
});

const history = fc.record({
  mine: fc.array(commit, { minLength: 1, maxLength: 3 }),
  theirs: fc.array(commit, { minLength: 1, maxLength: 2 }),
  /** The base picks one of mine. */
  picked: fc.boolean(),
  staged: fc.array(change, { maxLength: 2 }),
  unstaged: fc.array(change, { maxLength: 2 }),
});

async function commitOne(root: string, c: typeof commit extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
  for (const each of c.changes) await apply(root, each);
  await runGit(root, 'add', '-A');
  const encoding = c.encoding === '' ? [] : ['-c', `i18n.commitEncoding=${c.encoding}`];
  await runGit(root, ...encoding, 'commit', '-q', '--allow-empty', '--author', c.author, '-m', c.message);
}

async function startRepository(dir: string): Promise<string> {
  const root = path.join(dir, 'repo');
  await mkdir(path.join(root, 'dir', 'deep'), { recursive: true });
  await runGit(dir, 'init', '-q', root);
  for (const name of names) {
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i} of ${name}`);
    await writeFile(path.join(root, name), name.endsWith('.bin') ? '\0binary\n' : `${lines.join('\n')}\n`);
  }
  await commitAll(root, 'first');
  return root;
}

/** What a rebase makes, without committer and times. */
function commitsOf(cwd: string): string {
  const format = '%T%n%an <%ae> %ad%n%e%n%B%x00';
  const args = ['-c', 'i18n.logOutputEncoding=UTF-8', 'log', `--format=${format}`, 'main..HEAD'];
  return execFileSync('git', args, { cwd, env: testEnvironment(), encoding: 'utf8' }).replace(
    /\nISO-8859-1\n/g,
    '\n\n',
  );
}

/** Whether git itself carries commits and uncommitted work over; in a copy, because stashes are shared. */
async function asGitDoes(copy: string): Promise<boolean> {
  const worktree = path.join(copy, 'w');
  const admin = path.join(copy, 'repo', '.git', 'worktrees', 'w');
  // By hand: `worktree repair` would follow the copied pointer back into the original.
  await writeFile(path.join(worktree, '.git'), `gitdir: ${admin}\n`);
  await writeFile(path.join(admin, 'gitdir'), `${path.join(worktree, '.git')}\n`);
  const dirty = (await runGit(worktree, 'status', '--porcelain', '--untracked-files=no')) !== '';
  if (dirty) await runGit(worktree, 'stash', 'push', '-q');
  try {
    await runGit(worktree, 'rebase', '-q', 'main');
    if (dirty) await runGit(worktree, 'stash', 'pop', '-q', '--index');
    return true;
  } catch {
    return false;
  }
}

/** Without what must differ, and without folders: git removes one that was empty before when it passes through it. */
function filesOf(photo: Record<string, string>): Record<string, string> {
  const entries = Object.entries(photo).filter(([name]) => !/^\((head|status)\)$|\/$/.test(name));
  return Object.fromEntries(entries);
}

describe('worktrees: random syncs', () => {
  it('equal git rebase, or leave everything as before', async function () {
    this.timeout(process.env.SWITCHYARD_LONG === '1' ? 1_800_000 : 60_000);
    const seen = { synced: 0, conflicting: 0, 'up-to-date': 0, held: 0 };
    const property = fc.asyncProperty(history, (h) =>
      withTempDir(async (dir) => {
        const root = await startRepository(dir);
        const worktree = await addWorktree(root, path.join(dir, 'w'), 'agent/api', 'main');
        for (const each of h.mine) await commitOne(worktree, each);
        if (h.picked) {
          const pick = runGit(root, 'cherry-pick', '--allow-empty', '--keep-redundant-commits', 'agent/api');
          await pick.catch(() => runGit(root, 'cherry-pick', '--abort'));
        }
        for (const each of h.theirs) await commitOne(root, each);
        for (const each of h.staged) await apply(worktree, each);
        await runGit(worktree, 'add', '-A');
        for (const each of h.unstaged) await apply(worktree, each);
        // Added but unknown to git: those are no part of what git carries.
        const copy = path.join(dir, 'copy');
        for (const part of ['repo', 'w']) {
          await cp(path.join(dir, part), path.join(copy, part), { recursive: true, verbatimSymlinks: true });
        }
        const before = await photograph(worktree);
        const commitsBefore = commitsOf(worktree);
        const base = await runGit(root, 'rev-parse', 'main');
        const deps = await syncDeps(root);
        const request = { ref, worktree, branch: 'agent/api', base, baseName: 'main', method: 'rebase' } as const;
        const outcome = await syncWorktree(deps, request);
        seen[outcome.result] += 1;
        const carried = await asGitDoes(copy);
        assert.deepEqual(await leftovers({ root, worktree, deps }), []);
        await runGit(root, 'fsck', '--connectivity-only');
        if (outcome.result !== 'synced') {
          // Commits made in the same second with the same content are the same commits.
          if (outcome.result === 'up-to-date') await runGit(worktree, 'merge-base', '--is-ancestor', base, 'HEAD');
          else assert.equal(outcome.result, 'conflicting');
          assert.equal(commitsOf(worktree), commitsBefore);
          assert.deepEqual(await photograph(worktree), before);
          return;
        }
        assert.equal(commitsOf(worktree), commitsOf(path.join(copy, 'w')));
        if (!carried) return;
        assert.deepEqual(filesOf(await photograph(worktree)), filesOf(await photograph(path.join(copy, 'w'))));
      }),
    );
    await fc.assert(property, sampled(10));
    console.log(`      ${JSON.stringify(seen)}`);
  });
});
