import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ConflictsJson } from '../../../src/contract/conflicts';
import { addWorktree, commitAll, makeRepository, memoryFolder, runGit, withTempDir } from '../support/repositories';
import { cli, cliJson, spawnTasks, writePlan } from './support';

interface Made {
  readonly dir: string;
  readonly root: string;
  /** Worktrees of agent/a, agent/b and agent/c. */
  readonly a: string;
  readonly b: string;
  readonly c: string;
}

/** `a` has committed, `b` has changed and not committed the same line, `c` adds a file that nobody tracks. */
async function withThree(fn: (made: Made) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    await writeFile(path.join(root, 'shared.txt'), 'one\ntwo\nthree\n');
    await commitAll(root, 'shared');
    const [a = '', b = '', c = ''] = await Promise.all(['a', 'b', 'c'].map((name) => path.join(dir, name)));
    for (const [at, name] of [
      [a, 'a'],
      [b, 'b'],
      [c, 'c'],
    ] as const)
      await addWorktree(root, at, `agent/${name}`);
    await writeFile(path.join(a, 'shared.txt'), 'one\nA\nthree\n');
    await commitAll(a, 'a');
    await writeFile(path.join(b, 'shared.txt'), 'one\nB\nthree\n');
    await writeFile(path.join(c, 'new.txt'), 'new\n');
    await fn({ dir, root, a, b, c });
  }, memoryFolder());
}

const conflicts = (root: string, ...args: string[]) => cliJson<ConflictsJson>(root, ['conflicts', ...args]);
const verdicts = (json: ConflictsJson) => json.pairs.map(({ a, b, verdict }) => `${a} ${b} ${verdict}`);

/** Names, sizes and times of all files; git freshens the time of objects that it would write again. */
async function filesOf(dir: string, skip: (name: string) => boolean): Promise<string[]> {
  const names = (await readdir(dir, { recursive: true })).filter((name) => !skip(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const found = await stat(path.join(dir, name));
      if (found.isDirectory()) return `${name}/`;
      return `${name} ${found.size} ${name.includes('.git/objects/') ? '' : found.mtimeMs}`;
    }),
  );
}

describe('cli: conflicts', function () {
  this.timeout(60_000);

  it('merges working states: what is not committed conflicts too, in the order and the train as well', async () => {
    await withThree(async ({ root, a }) => {
      const json = await conflicts(root);
      assert.deepEqual(verdicts(json), [
        'agent/a agent/b conflict',
        'agent/a agent/c clean',
        'agent/a main clean',
        'agent/b agent/c clean',
        'agent/b main clean',
        'agent/c main clean',
      ]);
      assert.equal(json.base, 'main');
      assert.deepEqual(
        json.pairs[0]?.files.map(({ path: name, kind }) => [name, kind]),
        [['shared.txt', 'content']],
      );
      assert.deepEqual(json.mergeOrder, ['agent/c', 'agent/a', 'agent/b']);
      assert.deepEqual(
        json.train.map(({ ref, verdict }) => [ref, verdict]),
        [
          ['agent/c', 'clean'],
          ['agent/a', 'clean'],
          ['agent/b', 'conflict'],
        ],
      );
      assert.deepEqual(
        json.againstBase.map(({ ref, verdict }) => [ref, verdict]),
        [
          ['agent/a', 'clean'],
          ['agent/b', 'clean'],
          ['agent/c', 'clean'],
        ],
      );
      const [first] = json.branches;
      assert.equal(first?.worktree, a);
      assert.equal(first?.dirty, false);
      assert.equal(first?.changedFiles, 1);
      assert.ok(json.timing.gitProcesses > 0 && json.timing.ms > 0 && json.timing.pairs === 6);
    });
  });

  it('compares only commits with --committed', async () => {
    await withThree(async ({ root }) => {
      const json = await conflicts(root, '--committed');
      assert.ok(json.pairs.every(({ verdict }) => verdict === 'clean'));
      assert.deepEqual(json.mergeOrder, ['agent/b', 'agent/c', 'agent/a']);
    });
  });

  it('orders by the plan, and names the tasks', async () => {
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const task = (title: string, more = '') => `---\ntitle: ${title}\nagent: demo\n${more}---\nDo it.\n`;
      await writePlan(root, 'p', { one: task('One', 'dependsOn: [two]\n'), two: task('Two') });
      await spawnTasks(root, ['p/one', 'p/two']);
      const json = await conflicts(root);
      assert.deepEqual(json.mergeOrder, ['agent/two', 'agent/one']);
      assert.equal(json.train[1]?.why, 'after agent/two (depends on it)');
      assert.deepEqual(
        json.branches.map(({ ref, task: owner }) => [ref, owner]),
        [
          ['agent/one', 'p/one'],
          ['agent/two', 'p/two'],
          ['main', null],
        ],
      );
      assert.deepEqual((await conflicts(root, 'p/one', 'agent/two')).branches.length, 2);
    }, memoryFolder());
  });

  it('names hazards of what merges cleanly, and mutes them one by one', async () => {
    await withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await mkdir(path.join(root, 'src'), { recursive: true });
      await writeFile(path.join(root, 'src/parse.ts'), 'export function parse(text: string) {\n  return text;\n}\n');
      await commitAll(root, 'parse');
      const [a = '', b = ''] = ['a', 'b'].map((name) => path.join(dir, name));
      await addWorktree(root, a, 'agent/a');
      await addWorktree(root, b, 'agent/b');
      await writeFile(path.join(a, 'src/parse.ts'), 'export {};\n');
      await writeFile(path.join(b, 'src/use.ts'), "import { parse } from './parse';\n\nparse('x');\n");
      const json = await conflicts(root);
      const [hazard, ...more] = json.hazards;
      assert.deepEqual(
        [hazard?.kind, hazard?.branches, hazard?.files[0], hazard?.line, hazard?.at, more],
        ['signature', ['agent/a', 'agent/b'], 'src/use.ts', 3, 'agent/b', []],
      );
      assert.deepEqual(
        json.pairs.map((pair) => [pair.verdict, pair.hazards]),
        [
          ['clean', ['signature']],
          ['clean', []],
          ['clean', []],
        ],
      );
      assert.deepEqual(
        json.againstBase.map(({ hazards }) => hazards),
        [[], []],
      );
      const id = hazard?.id ?? assert.fail();
      assert.match((await cli(root, ['conflicts'])).stdout, new RegExp(`^  ${id}  signature: .*parse`, 'm'));
      const muted = await conflicts(root, '--mute', id, '--reason', 'b is rebased first');
      assert.deepEqual([muted.hazards[0]?.muted?.reason, muted.pairs[0]?.hazards], ['b is rebased first', []]);
      assert.deepEqual((await conflicts(root)).pairs[0]?.hazards, []);
      assert.deepEqual((await conflicts(root, '--unmute', id)).pairs[0]?.hazards, ['signature']);
    }, memoryFolder());
  });

  it('bad input: an id that is none, no reason, both at once: exit 2, one line', async () => {
    await withThree(async ({ root }) => {
      for (const args of [
        ['--mute', 'x', '--reason', 'none'],
        ['--mute', 'x'],
        ['--mute', 'x', '--reason', ' '],
        ['--reason', 'none'],
        ['--unmute', 'x'],
        ['--mute', 'x', '--unmute', 'x', '--reason', 'none'],
      ]) {
        const { code, stdout, stderr } = await cli(root, ['conflicts', ...args]);
        assert.deepEqual([code, stdout, stderr.trim().split('\n').length], [2, '', 1], args.join(' '));
      }
    });
  });

  it('answers "no" with --exit-code when anything is not clean, and only then', async () => {
    await withThree(async ({ root }) => {
      assert.equal((await cli(root, ['conflicts'])).code, 0);
      assert.equal((await cli(root, ['conflicts', '--exit-code'])).code, 1);
      assert.equal((await cli(root, ['conflicts', '--exit-code', 'agent/a', 'agent/c'])).code, 0);
    });
  });

  it('writes a table without colours where nobody sees them', async () => {
    await withThree(async ({ root }) => {
      const { stdout, stderr } = await cli(root, ['conflicts']);
      assert.equal(stderr, '');
      assert.match(stdout, /^2 {2}agent\/a {2}conflict {2}1 /m);
      assert.match(stdout, /^ {2}agent\/a and agent\/b\n {5}shared\.txt {2}content {2}.*human: /m);
      assert.ok(!stdout.includes('\u001b'));
    });
  });

  it('writes nothing but its own scratch: not a byte of the repository, its worktrees or its events', async () => {
    await withThree(async ({ dir, root }) => {
      // The store itself is made by the first command of all.
      await cliJson(root, ['tasks']);
      const skip = (name: string) => /(^|\/)\.git\/switchyard\/(cache|texts)(\/|$)/.test(name);
      const before = await filesOf(dir, skip);
      await Promise.all([conflicts(root), conflicts(root, '--committed')]);
      assert.deepEqual(await filesOf(dir, skip), before);
    });
  });

  describe('bad input', () => {
    const failsWith = async (root: string, args: readonly string[], code: number, says: RegExp) => {
      const result = await cli(root, ['conflicts', ...args, '--json']);
      assert.equal(result.code, code, result.stderr);
      assert.equal(result.stdout, '');
      assert.match(result.stderr, says);
      assert.equal(result.stderr.trim().split('\n').length, 1);
    };

    it('unknown ref', async () => {
      await withThree(({ root }) => failsWith(root, ['agent/a', 'nosuch'], 2, /"nosuch" is no branch/));
    });

    it('not a repository', async () => {
      await withTempDir((dir) => failsWith(dir, [], 3, /not in a git repository/));
    });

    it('--base that names nothing', async () => {
      await withThree(({ root }) => failsWith(root, ['--base', 'nosuch'], 2, /"nosuch"/));
    });

    it('two names for one ref', async () => {
      await withThree(async ({ root, a }) => {
        const json = await conflicts(root, 'agent/a', 'refs/heads/agent/a', a);
        assert.deepEqual(
          json.branches.map(({ ref }) => ref),
          ['agent/a'],
        );
        assert.deepEqual(json.pairs, []);
      });
    });

    it('one branch: no pairs', async () => {
      await withTempDir(async (dir) => {
        const root = await makeRepository(dir);
        const json = await conflicts(root);
        assert.deepEqual([json.branches.length, json.pairs, json.train], [1, [], []]);
        assert.equal((await cli(root, ['conflicts', '--exit-code'])).code, 0);
      });
    });

    it('no branch at all: a bare repository without worktrees', async () => {
      await withTempDir(async (dir) => {
        const root = await makeRepository(dir);
        const bare = path.join(dir, 'bare.git');
        await runGit(dir, 'clone', '-q', '--bare', root, bare);
        const json = await conflicts(bare);
        assert.deepEqual([json.branches, json.pairs, json.mergeOrder], [[], [], []]);
        assert.match((await cli(bare, ['conflicts'])).stdout, /^Nothing to compare/);
      });
    });

    it('no commit yet', async () => {
      await withTempDir(async (dir) => {
        await runGit(dir, 'init', '-q');
        const json = await conflicts(dir);
        assert.equal(json.base, null);
        assert.deepEqual(
          json.branches.map(({ ref, head, snapshot }) => [ref, head, snapshot]),
          [['main', null, null]],
        );
        assert.deepEqual([json.pairs, json.train], [[], []]);
      });
    });

    it('a merge in progress is unknown, with what to do', async () => {
      await withThree(async ({ root, b }) => {
        await commitAll(b, 'b');
        await assert.rejects(runGit(b, 'merge', '-q', 'agent/a'));
        const { stdout, code } = await cli(root, ['conflicts', '--exit-code']);
        assert.equal(code, 1);
        assert.match(stdout, /agent\/b with all others: operation in progress .*finish or abort it there/);
        assert.match(await readFile(path.join(b, 'shared.txt'), 'utf8'), /<<<<<<</);
      });
    });
  });
});
