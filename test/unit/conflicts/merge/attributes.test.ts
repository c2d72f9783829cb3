import { strict as assert } from 'node:assert';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { runGit, testEnvironment } from '../../support/repositories';
import { cellFor, files, fork, jobOf, judged, kindsOf, rulesSettled, sideOf, steps, withBench } from './support';

const both = (name: string) =>
  [files({ [name]: 'f\n' }), files({ [name]: 'f\nA\n' }), files({ [name]: 'f\nB\n' })] as const;

describe('conflicts: attributes, each direction with those of the side that is checked out', () => {
  it('union in one side only: one direction conflicts', async () => {
    await withBench(async (bench) => {
      const [base, a, b] = both('f');
      await fork(bench.root, base, steps(a, files({ '.gitattributes': 'f merge=union\n' })), b);
      const cell = await judged(bench);
      assert.equal(cell.verdict, 'conflict');
      assert.equal(cell.direction, 'a-into-b');
      // A built-in driver is none that a hosting service lacks.
      assert.equal(cell.driver, null);
    });
  });

  it('union in both: clean, in one process of one direction', async () => {
    await withBench(async (bench) => {
      const [base, a, b] = both('f');
      await fork(bench.root, steps(base, files({ '.gitattributes': 'f merge=union\n' })), a, b);
      assert.equal((await judged(bench)).verdict, 'clean');
      const job = await jobOf(bench.root);
      const started = await rulesSettled(bench);
      await cellFor(bench, job);
      assert.equal(bench.git.started - started, 1);
    });
  });

  it('nested attribute files, and one that is only removed', async () => {
    await withBench(async (bench) => {
      const [base, a, b] = both('d/e/f');
      const attributes = files({ 'd/.gitattributes': '* merge=union\n', '.gitattributes': '* -merge\n' });
      await fork(bench.root, steps(base, attributes), steps(a, files({ 'd/.gitattributes': null })), b);
      const cell = await judged(bench);
      assert.equal(cell.direction, 'b-into-a');
      assert.deepEqual(kindsOf(cell), { 'd/e/f': 'binary' });
    });
  });

  it('a link called .gitattributes is none', async () => {
    await withBench(async (bench) => {
      const [base, a, b] = both('f');
      const link = async (root: string) => {
        await writeFile(path.join(root, 'union'), 'f merge=union\n');
        await symlink('union', path.join(root, '.gitattributes'));
      };
      await fork(bench.root, base, steps(a, link), b);
      assert.equal((await judged(bench)).direction, null);
    });
  });

  it('info/attributes, and core.attributesFile', async () => {
    await withBench(async (bench) => {
      const [base, a, b] = both('f');
      await fork(bench.root, base, a, b);
      assert.equal((await judged(bench)).verdict, 'conflict');
      const before = await bench.merger.rules();
      assert.equal(await bench.merger.rules(), before);
      await mkdir(path.join(bench.layout.commonDir, 'info'), { recursive: true });
      await writeFile(path.join(bench.layout.commonDir, 'info', 'attributes'), 'f merge=union\n');
      assert.equal((await judged(bench)).verdict, 'clean');
      assert.notEqual(await bench.merger.rules(), before);
      await writeFile(path.join(bench.layout.commonDir, 'info', 'attributes'), '');
      assert.equal((await judged(bench)).verdict, 'conflict');
      await writeFile(path.join(bench.dir, 'mine'), 'f merge=union\n');
      await runGit(bench.root, 'config', 'core.attributesFile', path.join(bench.dir, 'mine'));
      assert.equal((await judged(bench)).verdict, 'clean');
    });
  });

  it('merge.renormalize with line ends: clean only with it', async () => {
    await withBench(async (bench) => {
      const text = 'one\ntwo\nthree\nfour\nfive\n';
      const dos = text.replaceAll('\n', '\r\n');
      await fork(
        bench.root,
        files({ f: dos }),
        files({ f: dos.replace('five', 'FIVE') }),
        files({ f: text.replace('one', 'ONE'), '.gitattributes': 'f text\n' }),
      );
      assert.equal((await judged(bench)).verdict, 'conflict');
      await runGit(bench.root, 'config', 'merge.renormalize', 'true');
      assert.equal((await judged(bench)).verdict, 'clean');
    });
  });

  it('configuration of the repository: renames off, folders not renamed', async () => {
    await withBench(async (bench) => {
      const long = Array.from({ length: 20 }, (_, i) => `line ${i}\n`).join('');
      await fork(
        bench.root,
        files({ 'd/x': long, 'd/y': `${long}y` }),
        async (root) => runGit(root, 'mv', 'd', 'e'),
        files({ 'd/new': 'B\n', 'd/x': `B\n${long}` }),
      );
      assert.equal((await judged(bench)).verdict, 'conflict');
      await runGit(bench.root, 'config', 'merge.directoryRenames', 'true');
      assert.equal((await judged(bench)).verdict, 'clean');
      await runGit(bench.root, 'config', 'merge.renames', 'false');
      await judged(bench);
    });
  });

  it('paths that leave the folder are not written there', async () => {
    await withBench(async (bench) => {
      const [base, a, b] = both('f');
      await fork(bench.root, base, a, b);
      const { root } = bench;
      // A tree such as no `git add` makes: `../.gitattributes` beside f.
      const blob = await runGit(root, 'hash-object', '-w', '--', 'f');
      const up = await hashTree(root, [`100644 blob ${blob}\t.gitattributes`]);
      const tree = await hashTree(root, [`040000 tree ${up}\t..`, `100644 blob ${blob}\tf`]);
      const commit = await runGit(root, 'commit-tree', tree, '-p', 'b', '-m', 'odd');
      await runGit(root, 'branch', 'odd', commit);
      await cellFor(bench, await jobOf(root, 'a', 'odd'));
      const attributes = path.join(bench.at.dir, 'attributes');
      assert.ok(!(await readdir(attributes)).includes('.gitattributes'));
    });
  });

  it('two mergers at once lay out the same folder', async () => {
    await withBench(async (bench) => {
      const [base, a, b] = both('f');
      await fork(bench.root, base, steps(a, files({ '.gitattributes': 'f merge=union\n' })), b);
      const job = await jobOf(bench.root);
      const cells = await Promise.all(Array.from({ length: 6 }, () => bench.mergerWith({}).pairs(bench.at, [job])));
      for (const [cell] of cells) assert.equal(cell?.direction, 'a-into-b');
      const folders = await readdir(path.join(bench.at.dir, 'attributes'));
      assert.equal(folders.filter((name) => name.startsWith('new-')).length, 0, folders.join(' '));
    });
  });

  it('sides that are said to have the same attribute files are not looked at', async () => {
    await withBench(async (bench) => {
      const [base, a, b] = both('f');
      await fork(bench.root, steps(base, files({ '.gitattributes': 'f merge=union\n' })), a, b);
      await cellFor(bench, await jobOf(bench.root));
      await runGit(bench.root, 'checkout', '-q', '-b', 'c', 'a');
      await files({ g: 'g\n' })(bench.root);
      await runGit(bench.root, 'add', '-A');
      await runGit(bench.root, 'commit', '-qm', 'c');
      const job = { a: await sideOf(bench.root, 'b'), b: await sideOf(bench.root, 'c'), crissCross: false };
      const started = await rulesSettled(bench);
      assert.equal((await cellFor(bench, { ...job, sameAttributes: true })).verdict, 'clean');
      assert.equal(bench.git.started - started, 1);
    });
  });
});

async function hashTree(root: string, entries: readonly string[]): Promise<string> {
  const raw = entries.map((entry) => {
    const [, mode = '', , id = '', name = ''] = /^0?(\d+) (\w+) (\w+)\t(.+)$/.exec(entry) ?? [];
    return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]);
  });
  const { stdout } = await execa('git', ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], {
    cwd: root,
    env: testEnvironment(),
    extendEnv: false,
    input: Buffer.concat(raw),
  });
  return stdout;
}
