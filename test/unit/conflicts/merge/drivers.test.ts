import { strict as assert } from 'node:assert';
import { access, chmod, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runGit } from '../../support/repositories';
import { type Bench, cellFor, files, fork, jobOf, judged, kindsOf, moved, sideOf, steps, withBench } from './support';

const long = Array.from({ length: 20 }, (_, i) => `line ${i}\n`).join('');
const attributes = files({ '.gitattributes': '*.lock merge=mine\n' });

/** Both sides change `x.lock`, whose driver is `command`; `g` is merged by git itself. */
async function forked(bench: Bench, command: string | null): Promise<void> {
  const { root } = bench;
  const base = steps(attributes, files({ 'x.lock': 'x\n', g: 'g\n' }));
  await fork(root, base, files({ 'x.lock': 'A\n' }), files({ 'x.lock': 'B\n' }));
  if (command !== null) await runGit(root, 'config', 'merge.mine.driver', command);
}

describe('conflicts: merge drivers of the user', () => {
  it('decide, and the cell names them', async () => {
    await withBench(async (bench) => {
      await forked(bench, 'true');
      const cell = await judged(bench);
      assert.equal(cell.verdict, 'clean');
      assert.equal(cell.driver, 'mine');
      await runGit(bench.root, 'config', 'merge.mine.driver', 'false');
      assert.deepEqual(kindsOf(await judged(bench)), { 'x.lock': 'content' });
    });
  });

  it('that treat the sides differently: one direction conflicts', async () => {
    await withBench(async (bench) => {
      await forked(bench, 'grep -q A %A');
      const cell = await judged(bench);
      assert.equal(cell.direction, 'a-into-b');
      assert.equal(cell.driver, 'mine');
    });
  });

  it('are not named where they were not needed', async () => {
    await withBench(async (bench) => {
      const { root } = bench;
      const base = steps(attributes, files({ 'x.lock': 'x\n', g: 'g\n' }));
      await fork(root, base, files({ 'x.lock': 'A\n', g: 'A\n' }), files({ g: 'B\n' }));
      await runGit(root, 'config', 'merge.mine.driver', 'true');
      const cell = await judged(bench);
      assert.equal(cell.driver, null);
      assert.deepEqual(kindsOf(cell), { g: 'content' });
    });
  });

  it('are named also where git goes on without them: both rename the file', async () => {
    await withBench(async (bench) => {
      const { root, at } = bench;
      const base = steps(files({ '.gitattributes': '*.lock merge=mine\n', 'x.lock': long, g: 'g\n' }));
      const change = (name: string) =>
        steps(moved('x.lock', `${name}.lock`), files({ [`${name}.lock`]: `${long}${name}\n` }));
      await fork(root, base, change('a'), change('b'));
      await runGit(root, 'config', 'merge.mine.driver', 'echo merged > %A');
      const cell = await judged(bench);
      assert.deepEqual([cell.verdict, cell.driver], ['conflict', 'mine']);
      const [good, bad] = [await jobOf(root, 'a', 'main'), await jobOf(root)];
      const cells = await bench.merger.pairs(at, [good, bad, good, good, bad, bad, good]);
      const drivers = cells.map(({ driver }) => driver);
      assert.deepEqual(drivers, [null, 'mine', null, null, 'mine', 'mine', null]);
      const { tree } = await bench.merger.into(at, await sideOf(root, 'a'), await sideOf(root, 'b'));
      assert.equal(await catScratch(bench, `${tree}:a.lock`), 'merged\n');
    });
  });

  it('are not named for a pair that was merged just before one that needs several', async () => {
    await withBench(async (bench) => {
      const { root, at } = bench;
      // git goes on after the first, whose file both rename, and stops at the second.
      const change = (name: string) =>
        steps(moved('r.lock', `${name}.lock`), files({ [`${name}.lock`]: `${long}${name}\n`, 'x.lock': `${name}\n` }));
      await fork(root, steps(attributes, files({ 'r.lock': long, 'x.lock': 'x\n' })), change('a'), change('b'));
      await runGit(root, 'config', 'merge.mine.driver', 'true');
      const cells = await bench.merger.pairs(at, [await jobOf(root, 'a', 'main'), await jobOf(root)]);
      assert.deepEqual(
        cells.map(({ driver }) => driver),
        [null, 'mine'],
      );
    });
  });

  it('whose names are odd', async () => {
    await withBench(async (bench) => {
      const { root } = bench;
      const base = steps(files({ '.gitattributes': "* merge=a=b'c!\n" }), files({ f: 'f\n' }));
      await fork(root, base, files({ f: 'A\n' }), files({ f: 'B\n' }));
      await runGit(root, 'config', "merge.a=b'c!.driver", 'true');
      assert.equal((await judged(bench)).driver, "a=b'c!");
      const [cell] = await bench.mergerWith({ runDrivers: false }).pairs(bench.at, [await jobOf(root)]);
      assert.equal(cell?.detail, "a=b'c!");
    });
  });

  it('by merge.default', async () => {
    await withBench(async (bench) => {
      await fork(bench.root, files({ f: 'f\n' }), files({ f: 'A\n' }), files({ f: 'B\n' }));
      await runGit(bench.root, 'config', 'merge.default', 'other');
      await runGit(bench.root, 'config', 'merge.other.driver', 'true');
      assert.equal((await judged(bench)).driver, 'other');
    });
  });

  it('that write garbage, fail or kill themselves: what a real merge says', async () => {
    for (const command of ['head -c 99 /dev/zero > %A', 'rm -f %A; exit 3', 'kill -9 $$', 'exit 200']) {
      await withBench(async (bench) => {
        await forked(bench, command);
        const real = await judged(bench).catch((error: unknown) => error);
        assert.ok(!(real instanceof Error), `${command}: ${String(real)}`);
      });
    }
  });

  it('that are scripts of the repository find its files', async () => {
    await withBench(async (bench) => {
      const { root } = bench;
      const script = '#!/bin/sh\ncat "$(dirname "$0")/chosen" > "$1"\n';
      const tools = steps(files({ 'tools/merge lock.sh': script, 'tools/chosen': 'chosen\n' }), (top) =>
        chmod(path.join(top, 'tools', 'merge lock.sh'), 0o755),
      );
      const base = steps(attributes, tools, files({ 'x.lock': 'x\n' }));
      await fork(root, base, files({ 'x.lock': 'A\n' }), files({ 'x.lock': 'B\n' }));
      await runGit(root, 'config', 'merge.mine.driver', 'sh -e "tools/merge lock.sh" %A');
      const cell = await judged(bench);
      assert.equal(cell.verdict, 'clean');
      const [ours, theirs] = [await sideOf(root, 'b'), await sideOf(root, 'a')];
      const merged = await bench.merger.into(bench.at, ours, theirs);
      assert.equal(await catScratch(bench, `${merged.tree}:x.lock`), 'chosen\n');
      assert.deepEqual(await readdir(path.join(bench.at.dir, 'apart')), []);
    });
  });

  it('that hang cost their own pair only', async () => {
    await withBench(async (bench) => {
      const { root } = bench;
      await forked(bench, 'sleep 600');
      await runGit(root, 'checkout', '-q', '-b', 'c', 'main');
      await files({ g: 'C\n' })(root);
      await runGit(root, 'commit', '-qam', 'c');
      const merger = bench.mergerWith({ timeoutMs: 5_000 });
      const jobs = [await jobOf(root, 'a', 'c'), await jobOf(root), await jobOf(root, 'b', 'c')];
      const cells = await merger.pairs(bench.at, jobs);
      assert.deepEqual(
        cells.map(({ reason, verdict }) => reason ?? verdict),
        ['clean', 'timeout', 'clean'],
      );
    });
  });

  it('are not run where nothing may: unknown, and nothing has started', async () => {
    await withBench(async (bench) => {
      const { root } = bench;
      const mark = path.join(bench.dir, 'started');
      await forked(bench, `touch '${mark}'`);
      await runGit(root, 'checkout', '-q', '-b', 'c', 'main');
      await files({ g: 'C\n' })(root);
      await runGit(root, 'commit', '-qam', 'c');
      const merger = bench.mergerWith({ runDrivers: false });
      const cells = await merger.pairs(bench.at, [await jobOf(root), await jobOf(root, 'a', 'c')]);
      assert.deepEqual(
        cells.map(({ reason, verdict, detail }) => [reason ?? verdict, detail]),
        [
          ['merge driver not run', 'mine'],
          ['clean', null],
        ],
      );
      const { cell, tree } = await merger.into(bench.at, await sideOf(root, 'a'), await sideOf(root, 'b'));
      assert.equal(cell.reason, 'merge driver not run');
      assert.equal(tree, null);
      await assert.rejects(access(mark));
    });
  });

  it('filters of a renormalizing merge are not run either', async () => {
    await withBench(async (bench) => {
      const { root } = bench;
      const mark = path.join(bench.dir, 'started');
      await fork(
        root,
        files({ '.gitattributes': 'f filter=mine\n', f: 'f\n1\n2\n3\n' }),
        files({ f: 'A\n1\n2\n3\n' }),
        files({ f: 'f\n1\n2\nB\n' }),
      );
      await runGit(root, 'config', 'merge.renormalize', 'true');
      await runGit(root, 'config', 'filter.mine.clean', `sh -c "touch '${mark}'; cat"`);
      const job = await jobOf(root);
      const [cell] = await bench.mergerWith({ runDrivers: false }).pairs(bench.at, [job]);
      assert.deepEqual([cell?.reason, cell?.detail], ['merge driver not run', 'mine']);
      await assert.rejects(access(mark));
      // Where they may run, they do: the test would not notice a mark that is never made.
      await writeFile(path.join(bench.dir, 'nothing'), '');
      await cellFor(bench, job);
      await access(mark);
    });
  });
});

async function catScratch(bench: Bench, object: string): Promise<string> {
  const { stdout } = await bench.git.run(['cat-file', '-p', object], { cwd: bench.root, env: { ...bench.at.env } });
  return stdout;
}
