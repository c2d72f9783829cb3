import { strict as assert } from 'node:assert';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GitError } from '../../../src/core/git/errors';
import { createGit, type Git } from '../../../src/core/git/git';
import { findRepository } from '../../../src/core/git/repository';
import { silentLog } from '../../../src/core/ports';
import { makeRepository, runGit, testEnvironment, withTempDir } from '../support/repositories';

const posix = process.platform !== 'win32';

function door(env: Record<string, string> = {}, gitPath: string | null = null, concurrency = 4): Git {
  return createGit({ gitPath, env: testEnvironment(env), log: silentLog, concurrency });
}

/** A program called git that is a shell script. */
async function fakeGit(dir: string, script: string): Promise<string> {
  const bin = path.join(dir, 'bin');
  await mkdir(bin);
  await writeFile(path.join(bin, 'git'), `#!/bin/sh\n${script}\n`);
  await chmod(path.join(bin, 'git'), 0o755);
  return bin;
}

async function failure(promise: Promise<unknown>): Promise<GitError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(GitError.is(error), `not a GitError: ${String(error)}`);
    assert.ok(!/[\r\n]/.test(error.message), `one line: ${error.message}`);
    return error;
  }
  throw new assert.AssertionError({ message: 'it did not fail' });
}

describe('git door', () => {
  it('runs git and keeps every byte of its answer', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await writeFile(path.join(root, 'bytes'), Buffer.from([0xff, 0, 10, 10]));
      const git = door();
      const added = await git.run(['hash-object', '-w', 'bytes'], { cwd: root, read: false });
      const back = await git.run(['cat-file', 'blob', added.stdout.trim()], { cwd: root });
      assert.deepEqual([...back.stdoutBytes], [0xff, 0, 10, 10]);
      assert.equal(git.started, 2);
    }));

  it('hands on input, environment and accepted exit codes', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const git = door();
      const hash = await git.run(['hash-object', '--stdin'], { cwd: root, input: 'hello\n' });
      assert.equal(hash.stdout, 'ce013625030ba8dba906f756967f9e9ca394464a\n');
      const no = await git.run(['config', '--get', 'no.such'], { cwd: root, okExitCodes: [0, 1] });
      assert.equal(no.exitCode, 1);
      const name = await git.run(['var', 'GIT_AUTHOR_IDENT'], { cwd: root, env: { GIT_AUTHOR_NAME: 'Someone Else' } });
      assert.match(name.stdout, /^Someone Else /);
    }));

  it('takes no optional locks for reads, speaks C and never asks on the terminal', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      const bin = await fakeGit(dir, 'echo "$GIT_OPTIONAL_LOCKS|$LC_ALL|$GIT_TERMINAL_PROMPT|$GIT_DIR|$NODE_OPTIONS"');
      const git = door({
        PATH: `${bin}:/usr/bin:/bin`,
        GIT_DIR: '/elsewhere',
        LC_ALL: 'de_DE.UTF-8',
        NODE_OPTIONS: '-x',
      });
      assert.equal((await git.run(['x'], { cwd: dir })).stdout, '0|C|0||\n');
      assert.equal((await git.run(['x'], { cwd: dir, read: false })).stdout, '|C|0||\n');
    });
  });

  it('keeps at most its number of processes alive at once', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      // Each process notes itself, waits until two were there at once (or long), and counts who is alive.
      const alive = path.join(dir, 'alive');
      const both = path.join(dir, 'both');
      await mkdir(alive);
      const bin = await fakeGit(
        dir,
        `touch "${alive}/$$"; i=0; while [ ! -e '${both}' ] && [ "$(ls "${alive}" | wc -l)" -lt 2 ] && [ $i -lt 200 ]; do sleep 0.05; i=$((i+1)); done; touch '${both}'; ls "${alive}" | wc -l; sleep 0.05; rm "${alive}/$$"`,
      );
      const git = door({ PATH: `${bin}:/usr/bin:/bin` }, null, 2);
      const answers = await Promise.all(Array.from({ length: 6 }, () => git.run(['x'], { cwd: dir })));
      const counts = answers.map((answer) => Number(answer.stdout));
      assert.equal(Math.max(...counts), 2);
    });
  });

  it('ends a process at its timeout, also when a grandchild holds the pipes', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      const bin = await fakeGit(dir, 'sleep 300 & echo $! > grandchild; wait');
      const git = door({ PATH: `${bin}:/usr/bin:/bin` });
      const error = await failure(git.run(['fetch'], { cwd: dir, timeoutMs: 1_500 }));
      assert.equal(error.reason, 'timeout');
      assert.match(error.message, /git fetch gave no answer within 1\.5 s/);
      process.kill(Number(await readFile(path.join(dir, 'grandchild'), 'utf8')));
    });
  });

  it('ends a process when it is cancelled, and starts none when cancelled before', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      const bin = await fakeGit(dir, 'exec sleep 300');
      const git = door({ PATH: `${bin}:/usr/bin:/bin` });
      const cancel = new AbortController();
      const running = failure(git.run(['fetch'], { cwd: dir, signal: cancel.signal }));
      while (git.started === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      cancel.abort();
      assert.equal((await running).reason, 'cancelled');
      assert.equal((await failure(git.run(['fetch'], { cwd: dir, signal: cancel.signal }))).reason, 'cancelled');
      assert.equal(git.started, 1);
    });
  });

  it('refuses an answer that is too large', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const error = await failure(door().run(['help', '-a'], { cwd: root, maxBuffer: 100 }));
      assert.equal(error.reason, 'failed');
      assert.match(error.message, /more than can be kept/);
    }));

  it('reports each process it ran', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const git = door();
      const seen: string[] = [];
      git.onDidRun((run) => seen.push(`${run.args[0]} ${run.exitCode} ${run.cwd === root && run.ms > 0}`));
      await git.run(['status'], { cwd: root });
      await failure(git.run(['nonsense'], { cwd: root }));
      await git.porcelain(root).status();
      assert.deepEqual(seen.slice(0, 2), ['status 0 true', 'nonsense 1 true']);
      assert.equal(git.started, 3);
    }));
});

describe('git door: everyday answers', () => {
  it('parses status and log of a repository with odd names', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await writeFile(path.join(root, "it's é file"), 'x');
      const git = door({ EDITOR: 'vi', PAGER: 'less', GIT_ASKPASS: '/ask', GIT_CONFIG_COUNT: '1' });
      const env = { GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' };
      const withConfig = door({ EDITOR: 'vi', PAGER: 'less', GIT_ASKPASS: '/ask', GIT_CONFIG_COUNT: '1', ...env });
      const status = await withConfig.porcelain(root).status();
      assert.deepEqual(status.not_added, ["it's é file"]);
      const log = await withConfig.porcelain(root).log(['--max-count=1']);
      assert.equal(log.latest?.message, 'first');
      await failure(git.porcelain(root).status());
    }));

  it('says by reason why an answer is missing', () =>
    withTempDir(async (dir) => {
      const error = await failure(door().porcelain(dir).status());
      assert.equal(error.reason, 'no-repository');
    }));
});

describe('git door: bad input', () => {
  it('no git on PATH', () =>
    withTempDir(async (dir) => {
      const error = await failure(findRepository(door({ PATH: dir }), dir));
      assert.equal(error.reason, 'no-git');
      assert.match(error.message, /install git 2\.39/);
    }));

  it('a git path in the settings that names nothing', () =>
    withTempDir(async (dir) => {
      const error = await failure(findRepository(door({}, path.join(dir, 'nothing')), dir));
      assert.equal(error.reason, 'no-git');
      assert.match(error.message, /nothing; correct the setting/);
    }));

  it('a git that is only found in the folder it would run in', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await writeFile(path.join(root, posix ? 'git' : 'git.exe'), '#!/bin/sh\ntouch pwned\n', { mode: 0o755 });
      const error = await failure(door({ PATH: `.${path.delimiter}` }).run(['status'], { cwd: root }));
      assert.equal(error.reason, 'no-git');
    }));

  it('a git older than 2.39', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      const bin = await fakeGit(dir, 'echo "git version 2.34.1"');
      const error = await failure(findRepository(door({ PATH: `${bin}:/usr/bin:/bin` }), dir));
      assert.equal(error.reason, 'too-old');
      assert.match(error.message, /2\.34\.1 is too old; install git 2\.39 or newer/);
    });
  });

  it('a program called git that is something else', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      const bin = await fakeGit(dir, 'echo hello');
      assert.equal((await failure(door({ PATH: `${bin}:/usr/bin:/bin` }).version())).reason, 'no-git');
    });
  });

  it('reads versions of other builds', async function () {
    if (!posix) this.skip();
    await withTempDir(async (dir) => {
      const bin = await fakeGit(dir, 'echo "git version 2.45.1.windows.1"');
      const version = await door({ PATH: `${bin}:/usr/bin:/bin` }).version();
      assert.deepEqual(version, { major: 2, minor: 45, patch: 1, text: '2.45.1.windows.1' });
    });
  });

  it('a folder that is no repository', () =>
    withTempDir(async (dir) => {
      const error = await failure(findRepository(door(), dir));
      assert.equal(error.reason, 'no-repository');
      assert.match(error.message, /is not in a git repository/);
    }));

  it('a folder that does not exist', () =>
    withTempDir(async (dir) => {
      const error = await failure(findRepository(door(), path.join(dir, 'gone')));
      assert.equal(error.reason, 'no-repository');
      assert.match(error.message, /does not exist/);
    }));

  it("another user's repository (dubious ownership)", () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const real = process.getuid?.() === 0;
      // A real owner where that can be had; else git's own switch for its tests.
      if (real) await runChown(root);
      const git = door(real ? {} : { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' });
      const error = await failure(findRepository(git, root));
      assert.equal(error.reason, 'dubious-ownership');
      assert.match(error.message, /safe\.directory ".*repo"/);
    }));

  it('an index lock that another git left', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      await writeFile(path.join(root, '.git', 'index.lock'), '');
      const error = await failure(door().run(['add', '-A'], { cwd: root, read: false }));
      assert.equal(error.reason, 'locked');
      assert.match(error.message, /index\.lock/);
    }));

  it('a command that fails says which, where and why', () =>
    withTempDir(async (dir) => {
      const root = await makeRepository(dir);
      const error = await failure(door().run(['-c', 'a.b=c', 'checkout', 'nowhere'], { cwd: root, read: false }));
      assert.equal(error.reason, 'failed');
      assert.match(error.message, /^git checkout failed \(exit 1\) in .*: pathspec 'nowhere' did not match/);
      assert.equal(error.exitCode, 1);
      assert.equal(await runGit(root, 'branch', '--show-current'), 'main');
    }));
});

async function runChown(root: string): Promise<void> {
  const { chown } = await import('node:fs/promises');
  await chown(root, 12345, 12345);
  await chown(path.join(root, '.git'), 12345, 12345);
}
