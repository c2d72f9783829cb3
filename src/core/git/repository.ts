import { realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorOfExit, GitError } from './errors';
import type { Git, GitVersion } from './git';
import { gitDirOf, isFile, isFolder, isGitDir, readTrimmed, realpathOrNull, storeDirOf } from './layoutFiles';

export type RepositoryKind = 'plain' | 'bare' | 'submodule' | 'separate';

/** Where the parts of one repository lie. All paths are real paths. */
export interface RepositoryLayout {
  readonly commonDir: string;
  /** null: bare, or a separate git directory whose checkout is not known. */
  readonly mainWorktree: string | null;
  /** For people and for default folder names; never empty. */
  readonly name: string;
  readonly kind: RepositoryKind;
  /** `<main>/.switchyard`, or `<common>/switchyard/plans` without a main worktree. */
  readonly plansDir: string;
  /** `<common>/switchyard`. */
  readonly storeDir: string;
}

/** What `.git`, `gitdir` and `commondir` say about a folder, read without any git process. */
export interface WorktreeFiles {
  /** Real path. */
  readonly commonDir: string;
  /** Real path of this worktree's own git directory. */
  readonly gitDir: string;
  readonly storeDir: string;
  /** Whether the folder is a linked worktree (made by `git worktree add`). */
  readonly linked: boolean;
}

/**
 * The layout of a worktree's top folder, read from its files alone: for windows that are not trusted, where no
 * program may start. null when `folder` is no worktree's top folder, or its files do not fit together.
 * Formats: gitrepository-layout(5), "gitdir" and "commondir"; gitfiles, `gitdir: <path>`, may be relative.
 */
export async function readLayoutWithoutGit(folder: string): Promise<WorktreeFiles | null> {
  const gitDir = await gitDirOf(folder);
  if (gitDir === null) return null;
  const commondir = await readTrimmed(path.join(gitDir, 'commondir'));
  const commonDir = commondir === null ? gitDir : await realpathOrNull(path.resolve(gitDir, commondir));
  if (commonDir === null || !(await isGitDir(commonDir))) return null;
  return { commonDir, gitDir, storeDir: storeDirOf(commonDir), linked: commondir !== null };
}

/** Older gits lack `merge-tree --stdin`, which the conflict matrix stands on. */
const oldest = { major: 2, minor: 39 };

/**
 * The repository that `cwd` is in, whatever its layout. One or two git processes besides the first `--version`.
 * @throws GitError no-git, too-old, no-repository, dubious-ownership
 */
export async function findRepository(git: Git, cwd: string): Promise<RepositoryLayout> {
  // The version decides first: an old git may fail the other question in ways that mislead.
  const [version, answer] = await Promise.allSettled([git.version(), askPlace(git, cwd)]);
  if (version.status === 'rejected') throw await betterReason(version.reason, cwd);
  refuseOld(version.value);
  if (answer.status === 'rejected') throw answer.reason;
  const { bare, top } = answer.value;
  const commonDir = await realpath(answer.value.commonDir);
  const isMain = (await realpath(answer.value.gitDir)) === commonDir;
  if (bare) return bareLayout(commonDir);
  // Without a top level the question came from inside a git directory; the files there tell the rest.
  if (isMain && top !== null) return layoutOf(commonDir, await realpath(top));
  const config = await readCoreConfig(git, commonDir);
  if (config.bare) return bareLayout(commonDir);
  const main = await findMainWorktree(commonDir, config.worktree);
  return main === null ? unknownMain(commonDir) : layoutOf(commonDir, main);
}

/**
 * The top folder of the worktree that `cwd` is in, as a real path.
 * @throws GitError bare, no-repository, dubious-ownership
 */
export async function topLevel(git: Git, cwd: string): Promise<string> {
  const { stdout } = await git.run(['rev-parse', '--path-format=absolute', '--show-toplevel'], { cwd });
  return realpath(stdout.replace(/\r?\n$/, ''));
}

/**
 * Where questions about the whole repository are asked: folder, and arguments before the command. A bare one is named
 * outright, because `safe.bareRepository=explicit` forbids finding it.
 */
export function placeOf(layout: RepositoryLayout): { readonly cwd: string; readonly args: readonly string[] } {
  if (layout.mainWorktree !== null) return { cwd: layout.mainWorktree, args: [] };
  return { cwd: layout.commonDir, args: [`--git-dir=${layout.commonDir}`] };
}

/**
 * Notes where the checkout of a separate git directory lies: git itself does not record it, so from a linked worktree
 * it could never be found again. Does nothing for the other layouts. The store's folder must exist.
 */
export async function rememberMainWorktree(layout: RepositoryLayout): Promise<void> {
  if (layout.kind !== 'separate' || layout.mainWorktree === null) return;
  const file = path.join(layout.storeDir, mainWorktreeFile);
  if ((await readTrimmed(file)) !== layout.mainWorktree) await writeFile(file, layout.mainWorktree);
}

interface Place {
  readonly commonDir: string;
  readonly gitDir: string;
  readonly bare: boolean;
  /** null inside a git directory. */
  readonly top: string | null;
}

/** One process as a rule. rev-parse has no `-z`, so a path with a line break is asked for by itself. */
async function askPlace(git: Git, cwd: string): Promise<Place> {
  const ask = async (...questions: string[]) =>
    git.run(['rev-parse', '--path-format=absolute', ...questions], { cwd, okExitCodes: [0, 128] });
  const all = await ask('--git-common-dir', '--git-dir', '--is-bare-repository', '--show-toplevel');
  const [commonDir, gitDir, bare, ...top] = all.stdout.split('\n');
  if (commonDir === undefined || commonDir === '' || gitDir === undefined || bare === undefined) {
    throw errorOfExit(['rev-parse'], cwd, all.exitCode, all.stderr);
  }
  if (bare === 'true' || bare === 'false')
    return { commonDir, gitDir, bare: bare === 'true', top: lineOf(top.join('\n')) };
  const one = async (question: string) => lineOf((await ask(question)).stdout);
  return {
    commonDir: (await one('--git-common-dir')) ?? commonDir,
    gitDir: (await one('--git-dir')) ?? gitDir,
    bare: (await one('--is-bare-repository')) === 'true',
    top: await one('--show-toplevel'),
  };
}

function lineOf(text: string): string | null {
  const line = text.replace(/\r?\n$/, '');
  return line === '' ? null : line;
}

const mainWorktreeFile = 'main-worktree';

function refuseOld(version: GitVersion): void {
  if (version.major > oldest.major || (version.major === oldest.major && version.minor >= oldest.minor)) return;
  throw new GitError(
    'too-old',
    `git ${version.text} is too old; install git ${oldest.major}.${oldest.minor} or newer, or name another one in a setting.`,
  );
}

/** A missing folder makes every program fail to start: then the folder is what is wrong. */
async function betterReason(error: unknown, cwd: string): Promise<unknown> {
  if (!GitError.is(error) || (await isFolder(cwd))) return error;
  return new GitError('no-repository', `The folder ${cwd} does not exist; open one that does.`, { cwd, cause: error });
}

async function layoutOf(commonDir: string, main: string): Promise<RepositoryLayout> {
  return {
    commonDir,
    mainWorktree: main,
    name: nameOf(main),
    kind: await kindOf(commonDir, main),
    plansDir: path.join(main, '.switchyard'),
    storeDir: storeDirOf(commonDir),
  };
}

function bareLayout(commonDir: string): RepositoryLayout {
  const storeDir = storeDirOf(commonDir);
  return {
    commonDir,
    mainWorktree: null,
    name: nameOfGitDir(commonDir),
    kind: 'bare',
    plansDir: path.join(storeDir, 'plans'),
    storeDir,
  };
}

function unknownMain(commonDir: string): RepositoryLayout {
  return { ...bareLayout(commonDir), kind: 'separate' };
}

async function kindOf(commonDir: string, main: string): Promise<RepositoryKind> {
  if (await isInsideModules(commonDir)) return 'submodule';
  return commonDir === path.join(main, '.git') ? 'plain' : 'separate';
}

/** A submodule's git directory lies at `<superproject's git dir>/modules/<name>`, where a name may have slashes. */
async function isInsideModules(commonDir: string): Promise<boolean> {
  for (let dir = commonDir; dir !== path.dirname(dir); dir = path.dirname(dir)) {
    if (path.basename(dir) === 'modules' && (await isFile(path.join(path.dirname(dir), 'HEAD')))) return true;
  }
  return false;
}

function nameOf(folder: string): string {
  return path.basename(folder) || 'repository';
}

/** `project.git` → `project`; a hidden one (`.git`, `.bare`) is named by the folder around it. */
function nameOfGitDir(gitDir: string): string {
  const base = path.basename(gitDir);
  return base.startsWith('.') ? nameOf(path.dirname(gitDir)) : base.replace(/\.git$/i, '') || 'repository';
}

/** `core.bare` and `core.worktree` as the common directory has them: a linked worktree's own answers differ. */
async function readCoreConfig(git: Git, commonDir: string): Promise<{ bare: boolean; worktree: string | null }> {
  const { stdout } = await git.run(
    [`--git-dir=${commonDir}`, 'config', '-z', '--get-regexp', '^core\\.(bare|worktree)$'],
    { cwd: commonDir, okExitCodes: [0, 1] },
  );
  let bare = false;
  let worktree: string | null = null;
  for (const entry of stdout.split('\0')) {
    const split = entry.indexOf('\n');
    const [key, value] = split < 0 ? [entry, null] : [entry.slice(0, split), entry.slice(split + 1)];
    // A key without a value is true (git-config(1), "Values", boolean).
    if (key === 'core.bare') bare = value === null || /^(true|yes|on|1)$/i.test(value);
    if (key === 'core.worktree') worktree = value;
  }
  return { bare, worktree };
}

/** The checkout that belongs to `commonDir` itself; only a folder whose `.git` leads back there counts. */
async function findMainWorktree(commonDir: string, worktree: string | null): Promise<string | null> {
  const candidates = [
    worktree === null ? null : path.resolve(commonDir, worktree),
    path.basename(commonDir) === '.git' ? path.dirname(commonDir) : null,
    await readTrimmed(path.join(storeDirOf(commonDir), mainWorktreeFile)),
  ];
  for (const candidate of candidates) {
    if (candidate === null || candidate === '') continue;
    const real = await realpathOrNull(candidate);
    if (real !== null && (await gitDirOf(real)) === commonDir) return real;
  }
  return null;
}
