import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import { isFolder, readTrimmed } from '../../git/layoutFiles';
import { readBlob } from '../../git/status';
import { errorCode, kindAt } from '../paths';
import type { JournalEntry } from './journal';

interface Inspected {
  readonly git: Git;
  readonly scratchDir: string;
  readonly adminDir: string;
  readonly entry: JournalEntry;
}

/** One entry of the base's tree. */
export interface CheckedOutFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly submodule: boolean;
}

/**
 * Whether a worktree holds nothing but what git checked out at the base. `why` says what else there is; null: nothing,
 * and `files` are the files of the base. Compared with an index of our own, because the worktree's may be half written.
 * @throws GitError
 */
export async function whyNotUntouched(
  o: Inspected,
): Promise<
  { readonly why: string; readonly files?: never } | { readonly why: null; readonly files: CheckedOutFile[] }
> {
  const worked = await signOfWork(o);
  if (worked !== null) return { why: worked };
  try {
    return await withIndexIn(o.scratchDir, (env) => compareWithBase(o, env));
  } catch (error) {
    if (!isUnwritten(error)) throw error;
    // The disk of the repository is full, perhaps just because of the worktree.
    return withIndexIn(tmpdir(), (env) => compareWithBase(o, env));
  }
}

async function withIndexIn<T>(dir: string, work: (env: Record<string, string>) => Promise<T>): Promise<T> {
  const index = path.join(dir, `worktree-add-${randomUUID()}.index`);
  await mkdir(dir, { recursive: true });
  try {
    return await work({ GIT_INDEX_FILE: index });
  } finally {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
  }
}

/** git's words in read-cache.c and lockfile.c, or the system's. */
function isUnwritten(error: unknown): boolean {
  if (GitError.is(error)) return /unable to write|could not write|write error|No space left/.test(error.stderr);
  return errorCode(error) === 'ENOSPC' || errorCode(error) === 'EDQUOT';
}

/** What git's own files in the worktree's git directory tell about someone having worked there. */
async function signOfWork({ git, adminDir, entry }: Inspected): Promise<string | null> {
  const head = await readTrimmed(path.join(adminDir, 'HEAD'));
  // git writes zeros first and the branch as soon as it exists.
  if (head !== null && head !== `ref: refs/heads/${entry.branch}` && !/^0*$/.test(head)) {
    return `${entry.worktree} is on another branch than ${entry.branch}`;
  }
  const log = await readTrimmed(path.join(adminDir, 'logs', 'HEAD'));
  const ids = (log ?? '').split('\n').flatMap((line) => line.split(' ').slice(0, 2));
  if (ids.some((id) => id !== entry.base && !/^0*$/.test(id))) return `${entry.worktree} has been at other commits`;
  for (const mark of ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply', 'modules']) {
    if ((await kindAt(path.join(adminDir, mark))) !== 'nothing') return `${entry.worktree} has ${mark}`;
  }
  if ((await kindAt(path.join(adminDir, 'index'))) === 'other') {
    const args = ['diff-index', '--cached', '--quiet', '--ignore-submodules=none', entry.base, '--'];
    const { exitCode } = await git.run(args, { cwd: entry.worktree, okExitCodes: [0, 1] });
    if (exitCode === 1) return `${entry.worktree} has staged changes`;
  }
  return null;
}

async function compareWithBase(o: Inspected, env: Record<string, string>) {
  const { git, entry } = o;
  const run = async (...args: string[]) => (await git.run(args, { cwd: entry.worktree, env })).stdout;
  await run('read-tree', entry.base);
  // Without `--exclude-standard`: ignored files are somebody's too.
  const others = splitZ(await run('ls-files', '-z', '--others'));
  if (others[0] !== undefined) return { why: `${entry.worktree} holds ${others[0]}, which git did not put there` };
  // An index just read knows no sizes and times: by itself diff-files would call every file changed.
  await git.run(['update-index', '-q', '--refresh'], { cwd: entry.worktree, env, okExitCodes: [0, 1] });
  const changes = splitZ(await run('diff-files', '-z', '--name-status', '--no-renames', '--ignore-submodules=none'));
  let looked = 0;
  for (let i = 0; i + 1 < changes.length; i += 2) {
    const file = changes[i + 1] ?? '';
    // D: git had not come to it yet.
    if (changes[i] === 'D') continue;
    looked += 1;
    // git writes at most a few files at once, so many that differ are not the work of a killed git.
    if (looked > 64 || !(await isBeginning(git, entry, file)))
      return { why: `${file} in ${entry.worktree} was changed` };
  }
  const files = splitZ(await run('ls-files', '-z', '--stage')).map((line) => ({
    path: line.slice(line.indexOf('\t') + 1),
    submodule: line.startsWith('160000 '),
  }));
  for (const { path: file } of files.filter(({ submodule }) => submodule)) {
    if ((await kindAt(path.join(entry.worktree, file))) === 'folder') {
      return { why: `the submodule ${file} in ${entry.worktree} is filled` };
    }
  }
  return { why: null, files };
}

/** Whether the file is what git would have written, cut off: git was killed in the middle of it. */
async function isBeginning(git: Git, entry: JournalEntry, file: string): Promise<boolean> {
  const here = path.join(entry.worktree, file);
  if (!(await lstat(here)).isFile() || !(await isFolder(path.dirname(here)))) return false;
  const content = await readFile(here);
  if (content.length === 0) return true;
  const blob = await readBlob(git, entry.worktree, entry.base, file);
  return blob !== null && content.length < blob.length && blob.subarray(0, content.length).equals(content);
}

function splitZ(z: string): string[] {
  return z.split('\0').slice(0, -1);
}
