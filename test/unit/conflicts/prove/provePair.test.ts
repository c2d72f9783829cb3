import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sweepProofFolders } from '../../../../src/core/conflicts/prove/proofFolder';
import { type Proof, proofAgrees, provePair } from '../../../../src/core/conflicts/prove/provePair';
import { CellError } from '../../../../src/core/conflicts/sides/cellError';
import { GitError } from '../../../../src/core/git/errors';
import { silentLog } from '../../../../src/core/ports';
import { waitFor } from '../../../harness/waitFor';
import {
  addWorktree,
  commitAll,
  makeRepository,
  makeSubmodule,
  memoryFolder,
  runGit,
  testEnvironment,
  withTempDir,
} from '../../support/repositories';
import { lines, makePair, openRoom, type Room } from '../sides/support';

type Pair = Room & { readonly a: string; readonly b: string };

const prove = (pair: Pair, o: Parameters<typeof provePair>[2] = {}) =>
  provePair(
    { ...pair, log: silentLog },
    { a: { ref: 'agent/a', commit: pair.a }, b: { ref: 'agent/b', commit: pair.b } },
    o,
  );

const spoken = (proof: Proof) => proof.merges.flatMap(({ steps }) => steps.map(({ output }) => output)).join('');

/** Scratch copies that are there now, of this process and of those before. */
async function copies(room: Room): Promise<string[]> {
  const parents = [os.tmpdir(), path.join(room.layout.storeDir, 'cache')];
  const lists = await Promise.all(parents.map((parent) => readdir(parent)));
  return lists.flat().filter((name) => name.startsWith('switchyard-prove-'));
}

/** All that git keeps of a repository: refs, index, objects, worktrees, configuration. */
async function stateOf(root: string): Promise<unknown> {
  const gitDir = path.join(root, '.git');
  const names = await readdir(gitDir, { recursive: true });
  const facts = names
    .filter((name) => !name.startsWith('switchyard'))
    .sort()
    .map(async (name) => {
      const file = path.join(gitDir, name);
      const { mtimeMs, size } = await stat(file);
      return [name, size, name === 'index' ? (await readFile(file)).toString('hex') : '', mtimeMs];
    });
  return [await Promise.all(facts), await runGit(root, 'worktree', 'list'), await runGit(root, 'for-each-ref')];
}

describe('conflicts: prove it', function () {
  this.timeout(60_000);
  const variable = process.platform === 'win32' ? 'TEMP' : 'TMPDIR';
  const temporary = process.env[variable];
  afterEach(() => {
    if (temporary === undefined) delete process.env[variable];
    else process.env[variable] = temporary;
  });
  // The tests' own configuration is made in the folder for temporary files at its first use.
  before(() => void testEnvironment());
  /** With a folder for temporary files of its own: nobody else's copies are counted. */
  const inDir = (fn: (dir: string) => Promise<void>) => () =>
    withTempDir(async (dir) => {
      process.env[variable] = path.join(dir, 'tmp');
      await mkdir(path.join(dir, 'tmp'));
      await fn(dir);
    }, memoryFolder());
  const conflicting = (dir: string) =>
    makePair(dir, {
      base: (root) => writeFile(path.join(root, 'x.txt'), lines(9)),
      a: (root) => writeFile(path.join(root, 'x.txt'), lines(9, { 5: 'mine' })),
      b: (root) => writeFile(path.join(root, 'x.txt'), lines(9, { 5: 'theirs' })),
    });

  it(
    'shows the words of a real merge in both directions, and leaves everything as it was',
    inDir(async (dir) => {
      const pair = await conflicting(dir);
      await addWorktree(pair.root, path.join(dir, 'other'), 'other');
      const before = await stateOf(pair.root);
      const proof = await prove(pair);
      assert.deepEqual([proof.verdict, proof.direction], ['conflict', null]);
      const [aIntoB, bIntoA] = proof.merges;
      assert.deepEqual([aIntoB.ours, aIntoB.theirs, bIntoA.ours], ['agent/b', 'agent/a', 'agent/a']);
      const [checkout, merge, status] = aIntoB.steps;
      assert.deepEqual(checkout?.command, ['git', 'checkout', '--quiet', '--detach', 'agent/b', '--']);
      assert.deepEqual(merge?.command, ['git', 'merge', '--no-commit', '--no-ff', 'agent/a']);
      assert.match(merge?.output ?? '', /^CONFLICT \(content\): Merge conflict in x\.txt$/m);
      assert.equal(merge?.exit, 1);
      assert.equal(status?.output, 'UU x.txt\n');
      assert.deepEqual(await stateOf(pair.root), before);
      assert.deepEqual(await copies(pair), []);
      assert.equal(proofAgrees(proof, { verdict: 'conflict', direction: null }), true);
      assert.equal(proofAgrees(proof, { verdict: 'clean', direction: null }), false);
      assert.equal(proofAgrees(proof, { verdict: 'unknown', direction: null }), null);
    }),
  );

  it(
    'says clean of what merges, and of states that only the scratch store has',
    inDir(async (dir) => {
      const pair = await makePair(dir, {
        a: (root) => writeFile(path.join(root, 'a.txt'), 'a\n'),
        b: (root) => writeFile(path.join(root, 'b.txt'), 'b\n'),
      });
      const env = testEnvironment(pair.at.env);
      const tree = await runGit(pair.root, 'rev-parse', `${pair.a}^{tree}`);
      const { stdout } = await pair.git.run(['commit-tree', tree, '-p', pair.a, '-m', 'uncommitted work'], {
        cwd: pair.root,
        env,
      });
      await assert.rejects(runGit(pair.root, 'cat-file', '-e', stdout.trim()));
      const proof = await prove({ ...pair, a: stdout.trim() });
      assert.deepEqual([proof.verdict, proof.direction], ['clean', null]);
      assert.match(spoken(proof), /Automatic merge went well/);
      assert.deepEqual(proof.size, { files: 4, bytes: proof.size.bytes });
    }),
  );

  it(
    'knows that only one direction conflicts, by the attributes of the side that is merged into',
    inDir(async (dir) => {
      const pair = await makePair(dir, {
        base: (root) => writeFile(path.join(root, 'gen.txt'), lines(3)),
        a: async (root) => {
          await writeFile(path.join(root, 'gen.txt'), lines(3, { 2: 'mine' }));
          await writeFile(path.join(root, '.gitattributes'), 'gen.txt merge=union\n');
        },
        b: (root) => writeFile(path.join(root, 'gen.txt'), lines(3, { 2: 'theirs' })),
      });
      const proof = await prove(pair);
      assert.deepEqual([proof.verdict, proof.direction], ['conflict', 'a-into-b']);
    }),
  );

  it(
    "runs the repository's own drivers, attributes and included configuration, and none of its hooks",
    inDir(async (dir) => {
      const pair = await conflicting(dir);
      const { root } = pair;
      const hook = path.join(root, '.git', 'hooks', 'post-checkout');
      await mkdir(path.dirname(hook), { recursive: true });
      await writeFile(hook, `#!/bin/sh\ntouch '${dir}/hook-ran'\n`);
      await chmod(hook, 0o755);
      await mkdir(path.join(root, '.git', 'info'), { recursive: true });
      await writeFile(path.join(root, '.git', 'info', 'attributes'), 'x.txt merge=mine\n');
      await writeFile(path.join(root, '.git', 'drivers.cfg'), `[merge "mine"]\n\tdriver = touch '${dir}/driver-ran'\n`);
      await runGit(root, 'config', 'include.path', 'drivers.cfg');
      const proof = await prove(pair);
      assert.equal(proof.verdict, 'clean');
      const names = await readdir(dir);
      assert.deepEqual([names.includes('driver-ran'), names.includes('hook-ran')], [true, false]);
    }),
  );

  it(
    'calls the sides by their names, and by their ids where no branch can have the name',
    inDir(async (dir) => {
      const pair = await conflicting(dir);
      const [a, b] = [pair.a, pair.b];
      for (const [ref, shown] of [
        ['worktree:x', b],
        ['agent/a/b', b],
        ['--help', b],
        ['été', 'été'],
      ] as const) {
        const proof = await provePair(
          { ...pair, log: silentLog },
          { a: { ref: 'agent/a', commit: a }, b: { ref, commit: b } },
        );
        assert.deepEqual([proof.verdict, proof.merges[0].ours], ['conflict', shown]);
      }
    }),
  );

  it(
    'works in bare, sha256, sparse and shallow repositories, and with submodules',
    inDir(async (dir) => {
      const sha256 = path.join(dir, 'sha256');
      await mkdir(sha256);
      await runGit(sha256, 'init', '-q', '--object-format=sha256');
      const sides = async (root: string, file: string) => {
        await writeFile(path.join(root, file), lines(9));
        await commitAll(root, 'base');
        const side = async (name: string) => {
          await runGit(root, 'checkout', '-q', '-b', name, 'main');
          await writeFile(path.join(root, file), lines(9, { 5: name }));
          return commitAll(root, name);
        };
        return { a: await side('agent/a'), b: await side('agent/b') };
      };
      const proven = async (root: string, pair: { a: string; b: string }) =>
        (await prove({ ...(await openRoom(root)), ...pair })).verdict;
      assert.equal(await proven(sha256, await sides(sha256, 'x')), 'conflict');

      const { root, submodule } = await makeSubmodule(dir);
      const pair = await sides(root, 'x');
      assert.equal(await proven(root, pair), 'conflict');
      const inSubmodule = await sides(submodule, 'x');
      assert.equal(await proven(submodule, inSubmodule), 'conflict');

      const bare = path.join(dir, 'bare.git');
      await runGit(dir, 'clone', '-q', '--bare', root, bare);
      assert.equal(await proven(bare, pair), 'conflict');

      const shallow = path.join(dir, 'shallow');
      await runGit(dir, 'clone', '-q', '--no-single-branch', '--depth=2', `file://${bare}`, shallow);
      assert.equal(await proven(shallow, pair), 'conflict');

      const sparse = await makeRepository(dir, { name: 'sparse' });
      const sparsePair = await sides(sparse, 'x');
      await runGit(sparse, 'sparse-checkout', 'set', '--cone', 'src');
      assert.equal(await proven(sparse, sparsePair), 'conflict');
    }),
  );

  it(
    'looks into submodules as a real merge does, also at commits that only a linked worktree has',
    inDir(async (dir) => {
      const { root } = await makeSubmodule(dir);
      const other = await addWorktree(root, path.join(dir, 'other'), 'agent/b');
      await runGit(other, 'submodule', '--quiet', 'update', '--init');
      const inside = path.join(other, 'libs', 'part');
      const move = async (text: string) => {
        await writeFile(path.join(inside, 'part.txt'), text);
        return commitAll(inside, text);
      };
      const first = await move('one');
      await move('two');
      const b = await commitAll(other, 'move the submodule on');
      await runGit(root, 'checkout', '-q', '-b', 'agent/a');
      await runGit(root, 'update-index', '--cacheinfo', `160000,${first},libs/part`);
      await runGit(root, 'commit', '-q', '-m', 'move the submodule');
      const a = await runGit(root, 'rev-parse', 'HEAD');
      const proof = await prove({ ...(await openRoom(root)), a, b });
      assert.deepEqual([proof.verdict, proof.direction], ['clean', null], spoken(proof));
    }),
  );

  it(
    'says unknown, with the reason in git’s words, where git does not even try',
    inDir(async (dir) => {
      const pair = await makePair(dir, { a: async () => undefined, b: async () => undefined });
      const tree = await runGit(pair.root, 'rev-parse', 'main^{tree}');
      const unrelated = await runGit(pair.root, 'commit-tree', tree, '-m', 'from nowhere');
      const proof = await prove({ ...pair, b: unrelated });
      assert.deepEqual([proof.verdict, proof.direction], ['unknown', null]);
      assert.match(spoken(proof), /refusing to merge unrelated histories/);
      const missing = { ...pair, b: '1234567890'.repeat(4) };
      await assert.rejects(prove(missing), (error) => CellError.is(error) && error.reason === 'gone');
    }),
  );

  it(
    'asks first how large the copy may be, and writes nothing when told to leave it',
    inDir(async (dir) => {
      const pair = await conflicting(dir);
      const seen: unknown[] = [];
      const onSize = async (size: unknown) => {
        seen.push(size);
        return false;
      };
      await assert.rejects(prove(pair, { onSize }), (error) => GitError.is(error) && error.reason === 'cancelled');
      assert.equal(seen.length, 1);
      assert.deepEqual(await copies(pair), []);
    }),
  );

  /** A repository whose checkout waits: its filter says that it runs, and sleeps. */
  async function slow(dir: string): Promise<Pair> {
    const pair = await conflicting(dir);
    await writeFile(path.join(pair.root, '.git', 'info', 'attributes'), 'x.txt filter=slow\n');
    await runGit(pair.root, 'config', 'filter.slow.smudge', `touch '${dir}/began'; sleep 60; cat`);
    return pair;
  }
  const began = (dir: string) => waitFor('the checkout began', async () => (await readdir(dir)).includes('began'));

  it(
    'leaves nothing behind when it is cancelled',
    inDir(async (dir) => {
      const pair = await slow(dir);
      const stop = new AbortController();
      const proof = prove(pair, { signal: stop.signal });
      await Promise.race([began(dir), proof]);
      const [copy = ''] = await copies(pair);
      assert.equal((await stat(path.join(os.tmpdir(), copy))).mode & 0o777, 0o700);
      stop.abort();
      await assert.rejects(proof, (error) => GitError.is(error) && error.reason === 'cancelled');
      assert.deepEqual(await copies(pair), []);
    }),
  );

  it(
    'is swept by the next one when it was killed, while one that works is left alone',
    inDir(async (dir) => {
      const pair = await slow(dir);
      const script = path.join(dir, 'prove.mts');
      const source = (name: string) => path.resolve(import.meta.dirname, '../../../../src/core', name);
      await writeFile(
        script,
        `import { provePair } from ${JSON.stringify(source('conflicts/prove/provePair.ts'))};
import { createGit } from ${JSON.stringify(source('git/git.ts'))};
import { silentLog } from ${JSON.stringify(source('ports.ts'))};
const { layout, at, sides } = JSON.parse(process.argv[2]);
const git = createGit({ gitPath: null, env: process.env, log: silentLog });
await provePair({ git, layout, log: silentLog, scratch: { use: (fn) => fn(at) } }, sides);
`,
      );
      const { layout, at } = pair;
      const sides = { a: { ref: 'agent/a', commit: pair.a }, b: { ref: 'agent/b', commit: pair.b } };
      const child: ChildProcess = spawn(
        process.execPath,
        ['--import', 'tsx', script, JSON.stringify({ layout, at, sides })],
        { env: testEnvironment(), stdio: 'inherit', cwd: path.resolve(import.meta.dirname, '../../../..') },
      );
      const ended = once(child, 'exit');
      await began(dir);
      await sweepProofFolders(layout, silentLog);
      assert.equal((await copies(pair)).length, 1);
      child.kill('SIGKILL');
      await ended;
      await sweepProofFolders(layout, silentLog);
      assert.deepEqual(await copies(pair), []);
      await endSleepers(dir);
    }),
  );
});

/** The killed process's git and its filter live on for a while: they are ended by what they were started with. */
async function endSleepers(dir: string): Promise<void> {
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => ''); // ended meanwhile
    if (!command.includes(`${dir}/began`)) continue;
    const { 4: group } = (await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')).split(' ');
    if (group !== undefined && Number(group) > 1) process.kill(-Number(group), 'SIGKILL');
  }
}
