import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { transform } from 'esbuild';
import picomatch from 'picomatch';
import { composeBrief } from '../../../src/core/agents/brief';
import { type DemoGit, demoSeconds, runDemoAgent } from '../../../src/core/agents/demo/agent';

/** No identity, no configuration of the machine: as at a newcomer's. */
const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', EMAIL: '', HOME: tmpdir() };

const git: DemoGit = {
  run: (args, { cwd, okExitCodes = [0] }) =>
    new Promise((resolve, reject) => {
      const child = execFile('git', [...args], { cwd, env }, (error, stdout, stderr) => {
        const exitCode = child.exitCode ?? -1;
        if (okExitCodes.includes(exitCode)) resolve({ exitCode, stdout });
        else reject(new Error(`git ${args.join(' ')}: ${stderr || String(error)}`));
      });
    }),
};

const contractText = `export interface ActivityEvent {
  readonly id: string;
  readonly userId: string;
  readonly kind: 'login' | 'comment';
  readonly occurredAt: string;
  readonly details?: string;
}
`;

describe('demo agent', () => {
  let root: string;
  let worktree: string;
  let said: string[];

  const run = async (
    scope: string[],
    extra: { contract?: string[]; title?: string; seconds?: number; signal?: AbortSignal } = {},
  ) => {
    const brief = composeBrief({
      plan: { fields: { contract: extra.contract ?? ['src/contract/activityEvent.ts'] } },
      task: {
        ref: { plan: 'dash', task: 'db' },
        fields: { title: extra.title ?? 'Database layer', scope },
        instructions: '',
      },
      base: 'main',
      branch: 'agent/db',
      contractTexts: [],
      contextTexts: [],
    });
    const print = (line: string) => said.push(line);
    const seconds = extra.seconds ?? 0;
    return runDemoAgent({ worktree, brief, task: 'dash/db', scope, seconds, git, print, signal: extra.signal });
  };
  const text = async (file: string) => readFile(path.join(worktree, file), 'utf8');
  const put = async (file: string, content: string) => {
    await mkdir(path.dirname(path.join(worktree, file)), { recursive: true });
    await writeFile(path.join(worktree, file), content);
  };
  const call = async (...args: string[]) => (await git.run(args, { cwd: worktree })).stdout.trim();

  beforeEach(async () => {
    root = await realpath(await mkdtemp(path.join(tmpdir(), 'switchyard-demo-')));
    const main = path.join(root, 'main');
    worktree = main;
    said = [];
    await mkdir(main);
    await call('init', '-q', '-b', 'main');
    await put('src/contract/activityEvent.ts', contractText);
    await put('src/server.ts', 'export const port = 1;\n');
    await call('add', '.');
    await call('-c', 'user.name=n', '-c', 'user.email=e@x', 'commit', '-qm', 'base');
    worktree = path.join(root, 'work tree');
    await git.run(['worktree', 'add', '-q', '-b', 'agent/db', worktree], { cwd: main });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const scopes: [string[], string[]][] = [
    [
      ['src/db/**', 'src/models/**'],
      ['src/db/activityRepository.ts', 'src/models/activityRepository.ts'],
    ],
    [
      ['src/handlers/**', 'src/middleware/**'],
      ['src/handlers/listActivity.ts', 'src/middleware/mayReadActivity.ts'],
    ],
    [
      ['src/components/**', 'src/hooks/**'],
      ['src/components/activityTimeline.ts', 'src/hooks/useActivity.ts'],
    ],
    [['tests/**'], ['tests/activity.test.ts']],
    [
      ['docs/**/*.md', 'db/migrations/*.sql'],
      ['db/migrations/0001_create_activity.sql', 'docs/activity.md'],
    ],
  ];
  for (const [scope, expected] of scopes) {
    it(`writes and commits what suits ${scope.join(' ')}`, async () => {
      const result = await run(scope);
      assert.deepEqual([...result.files].sort(), expected);
      const changed = (await call('diff', '--name-only', 'main', 'HEAD')).split('\n').sort();
      assert.deepEqual(changed, expected);
      assert.equal(result.commit, await call('rev-parse', 'HEAD'));
      assert.equal(await call('status', '--porcelain'), '');
      for (const file of expected.filter((name) => name.endsWith('.ts'))) {
        await transform(await text(file), { loader: 'ts' });
      }
    });
  }

  it('uses the type of the contract', async () => {
    await run(['src/db/**']);
    const written = await text('src/db/activityRepository.ts');
    assert.match(written, /import type \{ ActivityEvent \} from '\.\.\/contract\/activityEvent';/);
    assert.match(written, /row\.userId === owner/);
    assert.match(written, /b\.occurredAt/);
  });

  it('the test it writes passes', async () => {
    const { files } = await run(['tests/**']);
    const { code } = await transform(await text(files[0] ?? ''), { loader: 'ts', format: 'esm' });
    await writeFile(path.join(root, 'a.test.mjs'), code);
    await new Promise<void>((resolve, reject) => {
      const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...plain } = process.env;
      execFile(process.execPath, ['--test', 'a.test.mjs'], { cwd: root, env: plain }, (error, stdout) => {
        if (error === null && /pass 2/.test(stdout)) resolve();
        else reject(new Error(stdout));
      });
    });
  });

  it('without scope or contract makes something of the title', async () => {
    const { files } = await run([], { contract: [], title: 'Add a dark mode toggle' });
    assert.deepEqual(files, ['src/darkModeToggle.ts']);
  });

  it('edits a file that the scope names, and leaves the contract alone though the scope covers it', async () => {
    const { files } = await run(['src/server.ts', 'src/contract/activityEvent.ts', 'AGENTS.md', '.switchyard/**']);
    assert.deepEqual(files, ['src/server.ts']);
    assert.match(await text('src/server.ts'), /^export const port = 1;\n\n\/\/ Database layer/);
    assert.equal(await text('src/contract/activityEvent.ts'), contractText);
  });

  it('killed before its commit and started again: commits, and writes nothing twice', async () => {
    const controller = new AbortController();
    const killed = run(['src/db/**'], { seconds: 60, signal: controller.signal });
    controller.abort();
    await assert.rejects(killed);
    await run(['src/db/**']);
    const before = await text('src/db/activityRepository.ts');
    await call('reset', '-q', '--soft', 'main');
    assert.notEqual((await run(['src/db/**'])).commit, null);
    assert.equal(await text('src/db/activityRepository.ts'), before);
    assert.equal((await run(['src/db/**'])).commit, null);
  });

  it('Bad input: scopes that lead out of the worktree, into git or nowhere write nothing', async () => {
    const before = (await readdir(root)).sort();
    for (const scope of [
      '../**',
      '/etc/**',
      '../main/src/x.ts',
      '.git/**',
      'C:\\x\\**',
      'src/../../x.ts',
      '\0',
      '!src/**',
      '**/.git/**',
    ]) {
      const result = await run([scope]);
      assert.deepEqual(result, { files: [], commit: null }, scope);
    }
    assert.deepEqual((await readdir(root)).sort(), before);
    assert.equal(await call('status', '--porcelain'), '');
  });

  it('Bad input: a linked folder that leads out of the worktree is not written through', async function () {
    if (process.platform === 'win32') this.skip();
    const outside = path.join(root, 'outside');
    await mkdir(outside);
    await symlink(outside, path.join(worktree, 'src', 'db'));
    await symlink(path.join(outside, 'nothing.md'), path.join(worktree, 'src', 'activity.md'));
    const result = await run(['src/db/**', 'src/activity.md']);
    assert.deepEqual(result.files, []);
    assert.deepEqual(await readdir(outside), []);
  });

  it('Bad input: a title that would end a comment or start an option', async () => {
    const { files } = await run(['lib/**'], { contract: [], title: '--amend */ process.exit(1) /*' });
    const code = await text(files[0] ?? '');
    await transform(code, { loader: 'ts' });
    assert.doesNotMatch(code, /^\s*process\.exit/m);
    assert.equal(await call('rev-list', '--count', 'main..HEAD'), '1');
    assert.equal(await call('log', '-1', '--format=%s'), '--amend */ process.exit(1) /*');
  });

  it('stays inside any glob it finds a file for', async () => {
    const globs = ['packages/*/src/**', '**/*.py', 'a/{b,c}/*.ts', 'x/**/*.{css,scss}', '*.go', 'a b/*', 'src/[id]/**'];
    for (const glob of globs) {
      for (const file of (await run([glob])).files)
        assert.ok(picomatch.isMatch(file, glob, { dot: true }), `${glob}: ${file}`);
    }
    assert.ok(said.filter((line) => line.startsWith('Wrote')).length >= 5, said.join('\n'));
  });

  it('takes its seconds from the environment', () => {
    const of = (value?: string) => demoSeconds(value === undefined ? {} : { SWITCHYARD_DEMO_SECONDS: value });
    assert.deepEqual([of(), of('0'), of('1.5'), of('x'), of('-1'), of('1e9')], [6, 0, 1.5, 6, 6, 600]);
  });
});
