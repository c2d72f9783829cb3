import { strict as assert } from 'node:assert';
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Cell } from '../../../../src/contract/conflicts';
import { commitAll, runGit } from '../../support/repositories';
import { cellFor, files, fork, jobOf, judged, kindsOf, moved, type Step, steps, withBench } from './support';

const long = Array.from({ length: 20 }, (_, i) => `line ${i}\n`).join('');

/** The verdict of a pair made of three steps, held against real merges in both directions. */
function cell(base: Step, a: Step, b: Step): Promise<Cell> {
  return withBench(async (bench) => {
    await fork(bench.root, base, a, b);
    return judged(bench);
  });
}

describe('conflicts: what a pair says, held against real merges in both directions', () => {
  it('clean: different files, different lines', async () => {
    const said = await cell(
      files({ f: long, g: 'g\n' }),
      files({ f: long.replace('line 2\n', 'A\n') }),
      files({ f: long.replace('line 17\n', 'B\n'), g: 'B\n' }),
    );
    assert.deepEqual(said, { verdict: 'clean', reason: null, detail: null, direction: null, driver: null, files: [] });
  });

  it('content', async () => {
    const said = await cell(files({ f: 'f\n' }), files({ f: 'A\n' }), files({ f: 'B\n' }));
    assert.deepEqual(said.files, [
      { path: 'f', kind: 'content', type: null, who: null, strategy: null, candidate: false },
    ]);
  });

  it('add/add', async () => {
    const said = await cell(files({ f: 'f\n' }), files({ 'd/n': 'A\n' }), files({ 'd/n': 'B\n' }));
    assert.deepEqual(kindsOf(said), { 'd/n': 'add/add' });
  });

  it('modify/delete', async () => {
    const said = await cell(files({ f: 'f\n', g: 'g\n' }), files({ f: 'A\n' }), files({ f: null }));
    assert.deepEqual(kindsOf(said), { f: 'modify/delete' });
  });

  it('rename/rename', async () => {
    const said = await cell(files({ f: long, g: 'g\n' }), moved('f', 'fa'), moved('f', 'fb'));
    assert.deepEqual(kindsOf(said), { f: 'rename/rename', fa: 'rename/rename', fb: 'rename/rename' });
  });

  it('two renamed to one', async () => {
    const said = await cell(files({ f: long, g: long.replaceAll('line', 'zeile') }), moved('f', 'n'), moved('g', 'n'));
    assert.equal(kindsOf(said).n, 'add/add');
  });

  it('rename/delete', async () => {
    const said = await cell(files({ f: long, g: 'g\n' }), moved('f', 'n'), files({ f: null }));
    assert.deepEqual(kindsOf(said), { n: 'rename/delete' });
  });

  it('renamed by one, changed by both', async () => {
    const said = await cell(
      files({ f: long, g: 'g\n' }),
      steps(moved('f', 'n'), files({ n: long.replace('line 2\n', 'A\n') })),
      files({ f: long.replace('line 2\n', 'B\n') }),
    );
    assert.deepEqual(kindsOf(said), { n: 'content' });
  });

  it('file/directory, named by the path the sides know', async () => {
    const said = await cell(files({ f: 'f\n' }), files({ g: 'A\n' }), files({ 'g/h': 'B\n' }));
    assert.deepEqual(kindsOf(said), { g: 'file/directory' });
  });

  it('mode: the same new file, executable on one side only', async () => {
    const add = files({ n: 'n\n' });
    const said = await cell(
      files({ f: 'f\n' }),
      add,
      steps(add, (root) => chmod(path.join(root, 'n'), 0o755)),
    );
    assert.deepEqual(kindsOf(said), { n: 'mode' });
  });

  it('mode: clean where one side changes it and the other the content', async () => {
    const said = await cell(
      files({ f: long }),
      (root) => chmod(path.join(root, 'f'), 0o755),
      files({ f: `${long}B\n` }),
    );
    assert.equal(said.verdict, 'clean');
  });

  it('mode: a link against a file', async () => {
    const said = await cell(files({ f: 'f\n' }), (root) => symlink('f', path.join(root, 'n')), files({ n: 'B\n' }));
    assert.deepEqual(kindsOf(said), { n: 'mode' });
  });

  it('binary', async () => {
    const bytes = (last: number) => Buffer.from([0, 1, 2, last]);
    const said = await cell(files({ f: bytes(3) }), files({ f: bytes(4) }), files({ f: bytes(5) }));
    assert.deepEqual(kindsOf(said), { f: 'binary' });
  });

  it('a symbolic link that both point elsewhere', async () => {
    const to = (target: string) => async (root: string) => {
      await rm(path.join(root, 'l'), { force: true });
      await symlink(target, path.join(root, 'l'));
    };
    const said = await cell(to('x'), to('y'), to('z'));
    assert.deepEqual(kindsOf(said), { l: 'content' });
  });

  it('a folder renamed by one, a file added to it by the other', async () => {
    const said = await cell(
      files({ 'd/x': long, 'd/y': long.replaceAll('line', 'zeile') }),
      moved('d', 'e'),
      files({ 'd/new': 'B\n' }),
    );
    assert.deepEqual(kindsOf(said), { 'e/new': 'other' });
  });

  it('a folder split by one side: a conflict that names no file', async () => {
    const text = (name: string) => long.replaceAll('line', name);
    const said = await cell(
      files({ 'd/x': text('x'), 'd/y': text('y') }),
      steps(moved('d/x', 'e/x'), moved('d/y', 'f/y')),
      files({ 'd/new': 'B\n' }),
    );
    assert.equal(said.verdict, 'conflict');
    assert.deepEqual(said.files, []);
    assert.match(said.detail ?? '', /^CONFLICT \(directory rename split\)/);
  });

  it('names that are no UTF-8, with quotes, spaces and line breaks', async () => {
    const odd = Buffer.from('na\xffme "quoted"\nnext', 'latin1');
    const write = (text: string) => (root: string) => writeFile(Buffer.concat([Buffer.from(`${root}/`), odd]), text);
    const said = await cell(write('f\n'), write('A\n'), write('B\n'));
    const shown = 'na\ufffdme "quoted"\nnext';
    assert.deepEqual(said.files, [
      {
        path: shown,
        pathBytes: odd.toString('base64'),
        kind: 'content',
        type: null,
        who: null,
        strategy: null,
        candidate: false,
      },
    ]);
  });

  it('a file becomes a folder on one side and changes on the other', async () => {
    const said = await cell(
      files({ f: long, g: 'g\n' }),
      async (root) => {
        await rename(path.join(root, 'f'), path.join(root, 'f-'));
        await mkdir(path.join(root, 'f'));
        await rename(path.join(root, 'f-'), path.join(root, 'f', 'inner'));
      },
      files({ f: `${long}B\n` }),
    );
    assert.equal(said.verdict, 'clean');
  });
});

describe('conflicts: histories', () => {
  it('criss-cross: several merge bases, both directions', async () => {
    await withBench(async (bench) => {
      const { root } = bench;
      await fork(root, files({ f: 'f\n', g: long }), files({ f: 'A\n' }), files({ g: `${long}B\n` }));
      for (const [here, there] of [
        ['a', 'b'],
        ['b', 'a~0'],
      ] as const) {
        await runGit(root, 'checkout', '-q', here);
        await runGit(root, 'merge', '-q', '--no-ff', '-m', 'cross', here === 'a' ? there : 'a~1');
      }
      await runGit(root, 'checkout', '-q', 'a');
      await files({ f: 'A2\n' })(root);
      await commitAll(root, 'a2');
      await runGit(root, 'checkout', '-q', 'b');
      await files({ f: 'B2\n' })(root);
      await commitAll(root, 'b2');
      await runGit(root, 'checkout', '-q', 'main');
      const job = await jobOf(root);
      assert.equal((await judged(bench)).verdict, 'conflict');
      assert.deepEqual(kindsOf(await cellFor(bench, { ...job, crissCross: true })), { f: 'content' });
    });
  });

  it('unrelated histories are not merged, and cost the others of the batch nothing', async () => {
    await withBench(async (bench) => {
      const { root } = bench;
      await fork(root, files({ f: 'f\n' }), files({ f: 'A\n' }), files({ f: 'B\n' }));
      await runGit(root, 'checkout', '-q', '--orphan', 'u');
      await commitAll(root, 'u');
      await runGit(root, 'checkout', '-q', 'main');
      const jobs = [await jobOf(root, 'a', 'u'), await jobOf(root), await jobOf(root, 'u', 'b'), await jobOf(root)];
      const cells = await bench.merger.pairs(bench.at, jobs);
      assert.deepEqual(
        cells.map(({ verdict, reason }) => reason ?? verdict),
        ['unrelated histories', 'conflict', 'unrelated histories', 'conflict'],
      );
      const started = bench.git.started;
      const [told] = await bench.merger.pairs(bench.at, [{ ...(await jobOf(root, 'a', 'u')), unrelated: true }]);
      assert.equal(told?.reason, 'unrelated histories');
      assert.equal(bench.git.started, started);
    });
  });
});
