import { strict as assert } from 'node:assert';
import { access, chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PairJob } from '../../../../src/core/conflicts/parts';
import type { Snapshot } from '../../../../src/core/conflicts/side';
import { bytePath } from '../../../../src/core/git/bytePath';
import { createGit } from '../../../../src/core/git/git';
import { silentLog } from '../../../../src/core/ports';
import { commitAll, runGit, testEnvironment } from '../../support/repositories';
import { cellFor, files, fork, jobOf, kindsOf, moved, rulesSettled, type Step, sideOf, withBench } from './support';

const long = Array.from({ length: 20 }, (_, i) => `line ${i}\n`).join('');

/** The cell of `a`, which has left out `path`, against `b`. */
async function leftOut(left: string, base: Step, b: Step, more: Partial<PairJob> = {}) {
  return withBench(async (bench) => {
    const { root } = bench;
    await fork(root, base, files({ other: 'A\n' }), b);
    const a = await sideOf(root, 'a', { leftOut: [{ path: bytePath(left), why: 'too large' }] });
    const job = { a, b: await sideOf(root, 'b'), crissCross: false, ...more };
    const cell = await cellFor(bench, job);
    assert.equal((await cellFor(bench, { ...job, a: job.b, b: job.a })).reason, cell.reason);
    return cell.reason === 'left out' ? cell.detail : cell.verdict;
  });
}

describe('conflicts: working states', () => {
  it('untracked on both sides: their kind says so, that of others stays', async () => {
    await withBench(async (bench) => {
      const { root } = bench;
      await fork(
        root,
        files({ f: 'f\n' }),
        files({ new: 'A\n', f: 'A\n', half: 'A\n' }),
        files({ new: 'B\n', f: 'B\n', half: 'B\n' }),
      );
      const a = await sideOf(root, 'a', { untracked: new Set(['new', 'half']) });
      const b = await sideOf(root, 'b', { untracked: new Set(['new']) });
      const cell = await cellFor(bench, { a, b, crissCross: false });
      assert.deepEqual(kindsOf(cell), { new: 'untracked', f: 'content', half: 'add/add' });
    });
  });

  it('an unknown side: its reason, without any process', async () => {
    await withBench(async (bench) => {
      const { root } = bench;
      await fork(root, files({ f: 'f\n' }), files({ f: 'A\n' }), files({ f: 'B\n' }));
      const unknown: Partial<Snapshot> = {
        commit: null,
        tree: null,
        unknown: { reason: 'operation in progress', detail: 'merge' },
      };
      const job = { a: await sideOf(root, 'a'), b: await sideOf(root, 'b', unknown), crissCross: false };
      const started = bench.git.started;
      const cell = await cellFor(bench, job);
      assert.deepEqual([cell.verdict, cell.reason, cell.detail], ['unknown', 'operation in progress', 'merge']);
      const merged = await bench.merger.into(bench.at, job.a, job.b);
      assert.deepEqual([merged.cell.reason, merged.tree], ['operation in progress', null]);
      assert.equal(bench.git.started, started);
    });
  });

  it('left out: the other side adds it, changes it, removes it', async () => {
    assert.equal(await leftOut('d/big', files({ f: 'f\n' }), files({ 'd/big': 'B\n' })), 'd/big');
    assert.equal(await leftOut('d/big', files({ 'd/big': 'f\n' }), files({ 'd/big': 'B\n' })), 'd/big');
    assert.equal(await leftOut('d/big', files({ 'd/big': 'f\n', f: 'f\n' }), files({ 'd/big': null })), 'd/big');
  });

  it('left out: a folder in which the other side changes something', async () => {
    assert.equal(await leftOut('d/', files({ 'd/e/f': 'f\n' }), files({ 'd/e/f': 'B\n' })), 'd/');
    assert.equal(await leftOut('d/', files({ f: 'f\n' }), files({ d: 'B\n' })), 'd/');
  });

  it('left out: the other side moves the folder away, or makes it a file', async () => {
    const base = files({ 'd/e/f': long, 'd/g': 'g\n' });
    assert.equal(await leftOut('d/e/big', base, moved('d/e', 'n')), 'd/e/big');
    assert.equal(await leftOut('d/e/big', base, moved('d', 'n')), 'd/e/big');
    assert.equal(
      await leftOut('d/e/big', base, async (root) => {
        await runGit(root, 'rm', '-qr', 'd');
        await files({ d: 'B\n' })(root);
      }),
      'd/e/big',
    );
  });

  it('left out, and the other side does not touch it: clean', async () => {
    const base = files({ 'd/e/f': long, big: 'f\n' });
    assert.equal(await leftOut('d/e/big', base, files({ 'd/e/f': 'B\n', 'd/e/bigger': 'B\n' })), 'clean');
    assert.equal(await leftOut('big', base, files({ 'd/e/f': 'B\n' })), 'clean');
    assert.equal(await leftOut('n/big', base, files({ 'n/f': 'B\n' })), 'clean');
  });

  it('left out with odd names', async () => {
    assert.equal(await leftOut('d/*', files({ f: 'f\n' }), files({ 'd/x': 'B\n' })), 'clean');
    assert.equal(await leftOut('d/*', files({ f: 'f\n' }), files({ 'd/*': 'B\n' })), 'd/*');
    assert.equal(await leftOut(':(top)\n"', files({ f: 'f\n' }), files({ ':(top)\n"': 'B\n' })), ':(top)\n"');
  });

  it('left out under a name that is no UTF-8', async () => {
    await withBench(async (bench) => {
      const { root } = bench;
      await fork(root, files({ 'd/f': 'f\n' }), files({ g: 'A\n' }), files({ 'd/\xff': 'B\n' }));
      await runGit(root, 'checkout', '-q', 'b');
      await writeFile(Buffer.from(`${root}/d/n\xffx`, 'latin1'), 'B\n');
      await commitAll(root, 'odd');
      const b = await sideOf(root, 'b');
      const cellOf = async (left: string) => {
        const a = await sideOf(root, 'a', { leftOut: [{ path: left, why: 'too large' }] });
        return (await cellFor(bench, { a, b, crissCross: false })).verdict;
      };
      assert.equal(await cellOf('d/n\xffx'), 'unknown');
      assert.equal(await cellOf('d/n\xffy'), 'clean');
    });
  });

  it('left out on both sides: unknown', async () => {
    await withBench(async (bench) => {
      const { root } = bench;
      await fork(root, files({ f: 'f\n' }), files({ g: 'A\n' }), files({ h: 'B\n' }));
      const a = await sideOf(root, 'a', { leftOut: [{ path: 'd/', why: 'repository' }] });
      const b = await sideOf(root, 'b', { leftOut: [{ path: 'd/big', why: 'too large' }] });
      assert.equal((await cellFor(bench, { a, b, crissCross: false })).reason, 'left out');
    });
  });

  it('left out, and a conflict elsewhere: a conflict; and nothing is asked twice', async () => {
    await withBench(async (bench) => {
      const { root } = bench;
      await fork(root, files({ f: 'f\n' }), files({ f: 'A\n' }), files({ f: 'B\n', big: 'B\n' }));
      const left = [{ path: 'big', why: 'too large' }];
      const a = await sideOf(root, 'a', { leftOut: left });
      assert.equal((await cellFor(bench, { a, b: await sideOf(root, 'b'), crissCross: false })).verdict, 'conflict');
      const main = await sideOf(root, 'main', { leftOut: left });
      const job = { a: main, b: await sideOf(root, 'b'), crissCross: false };
      assert.equal((await cellFor(bench, job)).reason, 'left out');
      const started = await rulesSettled(bench);
      assert.equal((await cellFor(bench, job)).reason, 'left out');
      assert.equal(bench.git.started - started, 1);
    });
  });
});

describe('conflicts: merging in memory', () => {
  it('changes nothing in the repository', async () => {
    await withBench(async (bench) => {
      const { root, at } = bench;
      const attributes = files({ '.gitattributes': '*.lock merge=mine\n', 'x.lock': 'x\n', f: long });
      await fork(
        root,
        attributes,
        files({ 'x.lock': 'A\n', f: `${long}A\n` }),
        files({ 'x.lock': 'B\n', f: `B\n${long}` }),
      );
      await runGit(root, 'config', 'merge.mine.driver', 'touch made-by-the-driver');
      const before = await everyFile(root);
      await Promise.all(Array.from({ length: 4 }, async () => bench.mergerWith({}).pairs(at, [await jobOf(root)])));
      await bench.merger.into(at, await sideOf(root, 'a'), await sideOf(root, 'b'));
      assert.deepEqual(await everyFile(root), before);
    });
  });

  it('gives the tree of a real merge, and one with markers where it conflicts', async () => {
    await withBench(async (bench) => {
      const { root, at, git } = bench;
      await fork(root, files({ f: long }), files({ f: `${long}A\n` }), files({ f: `B\n${long}` }));
      const { cell, tree } = await bench.merger.into(at, await sideOf(root, 'a'), await sideOf(root, 'b'));
      assert.equal(cell.verdict, 'clean');
      await runGit(root, 'checkout', '-q', 'a');
      await runGit(root, 'merge', '-q', '-m', 'merged', 'b');
      assert.equal(tree, await runGit(root, 'rev-parse', 'HEAD^{tree}'));
      await runGit(root, 'checkout', '-q', 'main');
      await runGit(root, 'checkout', '-q', '-b', 'c');
      await files({ f: long.replace('line 0\n', 'C\n') })(root);
      await commitAll(root, 'c');
      const conflict = await bench.merger.into(at, await sideOf(root, 'b'), await sideOf(root, 'c'));
      assert.deepEqual(kindsOf(conflict.cell), { f: 'content' });
      const { stdout } = await git.run(['cat-file', '-p', `${conflict.tree}:f`], { cwd: root, env: { ...at.env } });
      assert.match(stdout, /^<<<<<<< /m);
    });
  });

  it('a commit that is gone costs its own pairs only, wherever they stand', async () => {
    await withBench(async (bench) => {
      const { root, at } = bench;
      await fork(root, files({ f: 'f\n' }), files({ f: 'A\n' }), files({ f: 'B\n' }));
      const good = await jobOf(root);
      const gone = await sideOf(root, 'a', { commit: '1'.repeat(40) });
      const odd = await sideOf(root, 'a', { commit: '2'.repeat(40), tree: '3'.repeat(40) });
      const bad = { ...good, a: gone };
      const cells = await bench.merger.pairs(at, [bad, good, bad, { ...good, b: odd }, good, bad]);
      const said = cells.map(({ reason, verdict }) => reason ?? verdict);
      assert.deepEqual(said, ['git failed', 'conflict', 'git failed', 'git failed', 'conflict', 'git failed']);
      assert.match(cells[0]?.detail ?? '', /1111/);
    });
  });

  it('an assertion that fails in git costs its own pair only', async () => {
    await withBench(async (bench) => {
      const { root, at, dir } = bench;
      await fork(root, files({ f: 'f\n' }), files({ f: 'A\n' }), files({ f: 'B\n' }));
      // A git that aborts at one commit, as 2.39 does for some renames of links, and takes all answers along.
      const marked = (await sideOf(root, 'main')).snapshot.commit ?? '';
      const program = path.join(dir, 'git-that-aborts');
      const script = `#!/bin/sh\ncase " $* " in *" merge-tree "*) ;; *) exec git "$@";; esac\nin=$(cat)\ncase "$in" in *${marked}*) kill -ABRT $$;; esac\nprintf '%s\\n' "$in" | git "$@"\n`;
      await writeFile(program, script);
      await chmod(program, 0o755);
      const git = createGit({ gitPath: program, env: testEnvironment(), log: silentLog });
      const good = await jobOf(root);
      const bad = await jobOf(root, 'a', 'main');
      const cells = await bench.mergerWith({ git }).pairs(at, [good, good, bad, good, good, good, bad, good]);
      const said = cells.map(({ reason, verdict }) => reason ?? verdict);
      const c = 'conflict';
      assert.deepEqual(said, [c, c, 'git failed', c, c, c, 'git failed', c]);
    });
  });

  it('is cancelled by the signal', async () => {
    await withBench(async (bench) => {
      const { root, at } = bench;
      await fork(
        root,
        files({ f: 'f\n', '.gitattributes': 'f merge=slow\n' }),
        files({ f: 'A\n' }),
        files({ f: 'B\n' }),
      );
      await runGit(root, 'config', 'merge.slow.driver', `touch '${path.join(bench.dir, 'began')}'; sleep 600`);
      const cancel = new AbortController();
      const asked = bench.merger.pairs(at, [await jobOf(root)], cancel.signal);
      asked.catch(() => undefined);
      while (!(await exists(path.join(bench.dir, 'began')))) await new Promise((resolve) => setTimeout(resolve, 10));
      cancel.abort();
      await assert.rejects(asked, { reason: 'cancelled' });
      assert.deepEqual(await readdir(path.join(at.dir, 'apart')), []);
    });
  });

  it('a repository that is gone: unknown, soon', async () => {
    await withBench(async (bench) => {
      const { root, at } = bench;
      await fork(root, files({ f: 'f\n' }), files({ f: 'A\n' }), files({ f: 'B\n' }));
      const job = await jobOf(root);
      await bench.merger.pairs(at, [job]);
      await rm(path.join(root, '.git'), { recursive: true });
      const started = bench.git.started;
      const cells = await bench.merger.pairs(
        at,
        Array.from({ length: 500 }, () => job),
      );
      assert.ok(cells.every((cell) => cell.reason === 'git failed'));
      assert.ok(bench.git.started - started < 100, String(bench.git.started - started));
    });
  });

  it('in a repository with sha256', async () => {
    await withBench(
      async (bench) => {
        const attributes = files({ f: 'f\n', '.gitattributes': 'g merge=union\n' });
        await fork(bench.root, attributes, files({ f: 'A\n' }), files({ f: 'B\n' }));
        assert.deepEqual(kindsOf(await cellFor(bench, await jobOf(bench.root))), { f: 'content' });
      },
      ['--object-format=sha256'],
    );
  });
});

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** Contents and times of every file of a repository, the git directory included. */
async function everyFile(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const { mtimeNs } = await stat(file, { bigint: true });
    const content = entry.isFile() ? (await readFile(file)).toString('base64') : '';
    // Git renews the time of an object that it would have written.
    const isObject = path.relative(root, entry.parentPath).startsWith(path.join('.git', 'objects'));
    found[path.relative(root, file)] = `${isObject ? '' : mtimeNs} ${content}`;
  }
  return found;
}
