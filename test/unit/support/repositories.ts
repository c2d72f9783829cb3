import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createGit, type Git, type GitVersion } from '../../../src/core/git/git';
import { type Log, silentLog } from '../../../src/core/ports';

/**
 * Runs `fn` in a new real-path temporary folder, which is removed afterwards, also when `fn` fails.
 * @param parent where it is made
 */
export async function withTempDir<T>(fn: (dir: string) => Promise<T>, parent = tmpdir()): Promise<T> {
  const dir = await realpath(await mkdtemp(path.join(parent, 'switchyard-')));
  try {
    return await fn(dir);
  } finally {
    await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** A folder in memory where the system has one: for tests of many rounds, each of which forces files to the disk. */
export function memoryFolder(): string {
  return process.platform === 'linux' && existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
}

/** A folder on another disk than that for temporary files; where there is none, the tests that want one are skipped. */
export function otherDisk(): string {
  const own = statSync(tmpdir()).dev;
  const places = ['/dev/shm', '/var/tmp', '/tmp'].filter((place) => existsSync(place));
  return places.find((place) => statSync(place).dev !== own) ?? tmpdir();
}

let version: Promise<GitVersion> | undefined;

/** As `createGit` with the real git, whose version is asked once for all tests of a process. */
export function openGit(log: Log = silentLog, env = testEnvironment()): Git {
  const git = createGit({ gitPath: null, env, log });
  const known = version ?? git.version();
  version = known;
  git.version = () => known;
  return git;
}

let configFile: string | undefined;

/** A git configuration of the tests' own: who runs them, and how that person configured git, must not matter. */
function globalConfig(): string {
  if (configFile !== undefined) return configFile;
  const dir = realpathSync(mkdtempSync(path.join(tmpdir(), 'switchyard-config-')));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  // What git's own template has besides are samples of hooks: fourteen files for each repository.
  const template = path.join(dir, 'template');
  for (const folder of ['hooks', 'info']) mkdirSync(path.join(template, folder), { recursive: true });
  writeFileSync(path.join(template, 'info', 'exclude'), '# What git ignores here.\n');
  const file = path.join(dir, 'gitconfig');
  const lines = [
    '[user]',
    '\tname = Test User',
    '\temail = test@example.com',
    '[init]',
    '\tdefaultBranch = main',
    `\ttemplateDir = "${template.replaceAll('\\', '/')}"`,
    '[core]',
    '\tfsync = none',
    '\tautocrlf = false',
    '[gc]',
    '\tauto = 0',
    '[maintenance]',
    '\tauto = false',
    '[protocol "file"]',
    '\tallow = always',
    '[advice]',
    '\tdetachedHead = false',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  configFile = file;
  return file;
}

/** The environment for git and for children in tests: this process's, without its `GIT_*`, with the tests' own configuration. */
export function testEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [key, value] of Object.entries(process.env)) {
    if (value !== undefined && !key.toUpperCase().startsWith('GIT_')) env[key] = value;
  }
  const config = globalConfig();
  // Agents of the user's own leave their usage files there.
  const data = path.join(path.dirname(config), 'data');
  const own = {
    GIT_CONFIG_GLOBAL: config,
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C',
    XDG_DATA_HOME: data,
    LOCALAPPDATA: data,
  };
  return { ...env, ...own, ...extra };
}

/** Runs the real git; resolves with its standard output without the last line end, rejects when it fails. */
export function runGit(cwd: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('git', args, { cwd, env: testEnvironment(), maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`git ${args.join(' ')} in ${cwd}: ${stderr || error.message}`));
      else resolve(stdout.replace(/\n$/, ''));
    });
  });
}

/** Writes `count` small files, at most 100 a folder: `src/000/file-00000.txt` … */
export async function writeFiles(root: string, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    const folder = path.join(root, 'src', String(Math.floor(i / 100)).padStart(3, '0'));
    if (i % 100 === 0) await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, `file-${String(i).padStart(5, '0')}.txt`), `line one of ${i}\nline two\n`);
  }
}

export async function commitAll(root: string, message: string): Promise<string> {
  await runGit(root, 'add', '-A');
  await runGit(root, 'commit', '-q', '--allow-empty', '-m', message);
  return headOf(root);
}

/** The commit that is checked out, read from git's files as they are after a commit: so it costs no process. */
export async function headOf(root: string): Promise<string> {
  const dotGit = path.join(root, '.git');
  const gitDir = statSync(dotGit).isDirectory()
    ? dotGit
    : path.resolve(root, readFileSync(dotGit, 'utf8').slice('gitdir: '.length).trimEnd());
  const common = path.join(gitDir, 'commondir');
  const commonDir = existsSync(common) ? path.resolve(gitDir, readFileSync(common, 'utf8').trimEnd()) : gitDir;
  const head = readFileSync(path.join(gitDir, 'HEAD'), 'utf8').trimEnd();
  if (/^[0-9a-f]{40,64}$/.test(head)) return head;
  const ref = head.startsWith('ref: refs/heads/') ? path.join(commonDir, head.slice('ref: '.length)) : null;
  const id = ref !== null && existsSync(ref) ? readFileSync(ref, 'utf8').trimEnd() : '';
  return /^[0-9a-f]{40,64}$/.test(id) ? id : runGit(root, 'rev-parse', 'HEAD');
}

/** A plain repository `<dir>/<name>` with `files` files (default 3) in one commit on `main`. */
export async function makeRepository(dir: string, o: { name?: string; files?: number } = {}): Promise<string> {
  const root = path.join(dir, o.name ?? 'repo');
  const files = o.files ?? 3;
  const known = templates.get(files);
  if (known !== undefined) {
    await mkdir(root, { recursive: true });
    await cp(known, path.join(root, '.git'), { recursive: true });
    await writeFiles(root, files);
    await runGit(root, 'update-index', '-q', '--refresh');
    return root;
  }
  await mkdir(root, { recursive: true });
  await runGit(root, 'init', '-q');
  await writeFiles(root, files);
  await commitAll(root, 'first');
  // Of many files a copy costs as much as they do.
  if (files <= 100) await keepTemplate(files, path.join(root, '.git'));
  return root;
}

/** By number of files: the git directory of such a repository, for the next one. */
const templates = new Map<number, string>();

async function keepTemplate(files: number, gitDir: string): Promise<void> {
  const kept = path.join(path.dirname(globalConfig()), `repository-${files}-${randomUUID()}`);
  await cp(gitDir, kept, { recursive: true });
  templates.set(files, kept);
}

/** A clone `<dir>/repo` with the bare `<dir>/remote.git` as `origin`. */
export async function makeWithRemote(
  dir: string,
  o: { files?: number } = {},
): Promise<{ root: string; remote: string }> {
  const seed = await makeRepository(dir, { ...o, name: 'seed' });
  const remote = path.join(dir, 'remote.git');
  await runGit(dir, 'clone', '-q', '--bare', seed, remote);
  await rm(seed, { recursive: true, force: true });
  const root = path.join(dir, 'repo');
  await runGit(dir, 'clone', '-q', remote, root);
  return { root, remote };
}

/** Pushes one more commit to the remote's `main` from another clone; resolves with its id. */
export async function pushFromElsewhere(dir: string, remote: string, file = 'elsewhere.txt'): Promise<string> {
  const other = await realpath(await mkdtemp(path.join(dir, 'other-')));
  await runGit(dir, 'clone', '-q', remote, other);
  await writeFile(path.join(other, file), `${file}\n`);
  const head = await commitAll(other, `add ${file}`);
  await runGit(other, 'push', '-q', 'origin', 'HEAD:main');
  await rm(other, { recursive: true, force: true });
  return head;
}

/** A bare repository with linked worktrees `main` (branch main) and `side` (branch side). */
export async function makeBare(dir: string): Promise<{ bare: string; main: string; side: string }> {
  const seed = await makeRepository(dir, { name: 'seed' });
  const bare = path.join(dir, 'project.git');
  await runGit(dir, 'clone', '-q', '--bare', seed, bare);
  await rm(seed, { recursive: true, force: true });
  const main = path.join(dir, 'main');
  const side = path.join(dir, 'side');
  await runGit(bare, 'worktree', 'add', '-q', main, 'main');
  await runGit(bare, 'worktree', 'add', '-q', '-b', 'side', side, 'main');
  return { bare, main, side };
}

/** A repository with the submodule `libs/part`. */
export async function makeSubmodule(dir: string): Promise<{ root: string; submodule: string }> {
  const source = await makeRepository(dir, { name: 'part-source' });
  const root = await makeRepository(dir, { name: 'super' });
  await runGit(root, 'submodule', '--quiet', 'add', source, 'libs/part');
  await commitAll(root, 'add the submodule');
  return { root, submodule: path.join(root, 'libs', 'part') };
}

/** A repository whose git directory lies elsewhere (`git init --separate-git-dir`). */
export async function makeSeparate(dir: string): Promise<{ root: string; gitDir: string }> {
  const root = path.join(dir, 'checkout');
  const gitDir = path.join(dir, 'store', 'checkout.git');
  await mkdir(path.dirname(gitDir), { recursive: true });
  await runGit(dir, 'init', '-q', `--separate-git-dir=${gitDir}`, root);
  await writeFiles(root, 3);
  await commitAll(root, 'first');
  return { root, gitDir };
}

/** A plain repository and a symbolic link to it. */
export async function makeSymlinked(dir: string): Promise<{ root: string; link: string }> {
  const root = await makeRepository(dir, { name: 'real' });
  const link = path.join(dir, 'link');
  await symlink(root, link, process.platform === 'win32' ? 'junction' : 'dir');
  return { root, link };
}

/** A linked worktree on a new branch. */
export async function addWorktree(root: string, worktree: string, branch: string, base = 'HEAD'): Promise<string> {
  await runGit(root, 'worktree', 'add', '-q', '--no-track', '-b', branch, worktree, base);
  return realpath(worktree);
}

/** The linked and other worktrees' paths as git lists them, sorted. */
export async function worktreePaths(root: string): Promise<string[]> {
  const text = await runGit(root, 'worktree', 'list', '--porcelain', '-z');
  const paths = text.split('\0').filter((line) => line.startsWith('worktree '));
  return paths.map((line) => path.normalize(line.slice('worktree '.length))).sort();
}
