import { constants } from 'node:fs';
import { chmod, chown, copyFile, lstat, mkdir, readdir, utimes } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { childEnvironment } from '../../git/environment';
import { errorCode } from '../paths';

/** From this many children on a folder is copied by several processes. */
const manyChildren = 32;
/** More do not help: they wait for the same disk. */
const mostProcesses = 4;

/**
 * Copies one file, sharing its blocks where the disk can; modes and times stay.
 * @param source a plain file
 * @returns null: it is whole
 * @throws the system's error
 */
export async function cloneFile(source: string, target: string): Promise<null> {
  await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const { atime, mtime } = await lstat(source);
  await utimes(target, atime, mtime);
  return null;
}

/**
 * Copies a folder with all in it: links as links, modes and times kept, blocks shared where the disk can. The work is
 * done by the system's own program, because `fs.cp` takes ten times as long and the thread with it.
 * @param target does not exist yet; when this fails, part of it may
 * @returns why it is not whole, one clause; null: it is
 */
export async function cloneFolder(
  source: string,
  target: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  if (process.platform === 'win32') return copyOnWindows(source, target, signal);
  const children = await readdir(source, { encoding: 'buffer' });
  const names = children.map((child) => child.toString('utf8'));
  // A name that is not UTF-8 cannot be given to a program; inside a folder that is named it does not matter.
  const nameable = children.every((child, index) => child.equals(Buffer.from(names[index] ?? '', 'utf8')));
  if (children.length < manyChildren || !nameable) return copyWith([source], target, signal);
  await mkdir(target, { mode: 0o700 });
  const failure = await copyChildren(source, names, target, signal);
  if (failure === null) await copyOwnAttributes(source, target);
  return failure;
}

/** One process after another takes the next batch, so that they end together whatever is in the children. */
async function copyChildren(
  source: string,
  names: readonly string[],
  target: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const workers = Math.min(mostProcesses, Math.max(2, availableParallelism()));
  // Not more than fits on a command line, and some for everybody.
  const size = Math.min(200, Math.ceil(names.length / (workers * 4)));
  const queue: string[][] = [];
  for (let at = 0; at < names.length; at += size) {
    queue.push(names.slice(at, at + size).map((name) => path.join(source, name)));
  }
  let failure: string | null = null;
  const work = async () => {
    for (let batch = queue.shift(); batch !== undefined && failure === null; batch = queue.shift()) {
      failure ??= await copyWith(batch, `${target}/`, signal);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return failure;
}

async function copyOwnAttributes(source: string, target: string): Promise<void> {
  const { uid, gid, mode, atime, mtime } = await lstat(source);
  // As with `cp -a`: who may not give files away keeps them.
  await chown(target, uid, gid).catch(() => undefined);
  await chmod(target, mode & 0o7777);
  await utimes(target, atime, mtime);
}

/**
 * Ways to call `cp`, the best first. GNU: `-a` keeps all and follows nothing; the BSD one of macOS has no `-a` that
 * keeps times on every version, and clones with `-c`. The second serves a `cp` that does not know the flag.
 */
const cpOptions =
  process.platform === 'darwin'
    ? [
        ['-c', '-p', '-R', '-P'],
        ['-p', '-R', '-P'],
      ]
    : [['-a', '--reflink=auto'], ['-a']];
let known = 0;

async function copyWith(sources: readonly string[], target: string, signal: AbortSignal | undefined) {
  const first = known;
  const answer = await runCp(cpOptions[first] ?? [], sources, target, signal);
  const refused = answer !== null && /(unrecognized|unknown|illegal|invalid) option|clonefile/i.test(answer);
  if (!refused || first + 1 >= cpOptions.length) return answer;
  known = first + 1;
  return runCp(cpOptions[known] ?? [], sources, target, signal);
}

async function runCp(
  options: readonly string[],
  sources: readonly string[],
  target: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  return runProgram('cp', [...options, '--', ...sources, target], signal, (exit) => exit === 0);
}

/**
 * robocopy: `/E` all folders, `/SL /SJ` links and junctions as such, `/COPY:DAT` content, attributes and times, no
 * second tries, no output. Exit codes below 8 say what was copied (Microsoft's page on robocopy, "Exit return codes").
 */
function copyOnWindows(source: string, target: string, signal: AbortSignal | undefined): Promise<string | null> {
  const silent = ['/NFL', '/NDL', '/NJH', '/NJS', '/NP'];
  const args = [source, target, '/E', '/SL', '/SJ', '/COPY:DAT', '/DCOPY:DAT', '/MT:8', '/R:0', '/W:0', ...silent];
  return runProgram('robocopy', args, signal, (exit) => exit < 8);
}

async function runProgram(
  program: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
  isGood: (exit: number) => boolean,
): Promise<string | null> {
  const result = await execa(program, [...args], {
    env: childEnvironment(process.env, { LC_ALL: 'C' }),
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    windowsHide: true,
    // A folder full of unreadable files has a line for each; the first says enough, and the copy is over.
    maxBuffer: 64 * 1024,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (result.exitCode !== undefined && isGood(result.exitCode) && !result.isMaxBuffer) return null;
  if (result.code === 'ENOENT') return `there is no program ${program} on PATH to copy it with`;
  const said = `${result.stderr}\n${result.stdout}`.split('\n').find((line) => line.trim() !== '');
  return said === undefined ? `${program} failed (exit ${result.exitCode ?? 'by signal'})` : said.trim();
}

/** An error of the system as one clause. */
export function whyOf(error: unknown): string {
  const code = errorCode(error);
  const meanings: Readonly<Record<string, string>> = {
    EACCES: 'permission was denied',
    EPERM: 'permission was denied',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    ENOENT: 'it is gone',
    ENAMETOOLONG: 'its name is too long',
  };
  return meanings[code ?? ''] ?? (code === undefined ? String(error) : `the system refused (${code})`);
}
