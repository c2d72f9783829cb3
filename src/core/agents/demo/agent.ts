import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanText } from '../prompt';
import { addition, fileContent } from './content';
import { type Entity, entityFromContract, entityFromTitle } from './entity';
import { chooseTargets, type Target } from './targets';

/** Runs git; core/git's `Git` fits. */
export interface DemoGit {
  run(
    args: readonly string[],
    options: { cwd: string; read?: boolean; okExitCodes?: readonly number[] },
  ): Promise<{ readonly exitCode: number; readonly stdout: string }>;
}

export interface DemoOptions {
  /** The current directory of the agent. */
  readonly worktree: string;
  readonly brief: string;
  /** `<plan>/<task>` */
  readonly task: string;
  readonly scope: readonly string[];
  /** How long it takes, spread over its steps. */
  readonly seconds: number;
  readonly git: DemoGit;
  readonly print: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface DemoResult {
  /** Files written, relative to the worktree. */
  readonly files: readonly string[];
  /** Null when there was nothing to commit. */
  readonly commit: string | null;
}

/** Seconds from SWITCHYARD_DEMO_SECONDS, 0 to 600; 6 where it is not set or no number. */
export function demoSeconds(env: Readonly<Record<string, string | undefined>>): number {
  const text = env.SWITCHYARD_DEMO_SECONDS?.trim() ?? '';
  const value = text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? Math.min(value, 600) : 6;
}

/**
 * Does what an agent does, without a model: reads the brief, writes a few small files inside the scope, commits, ends.
 * It can be killed and started again: what is there already is not written twice. It writes to nothing outside the
 * scope, through no link that leaves the worktree, and to no contract file.
 */
export async function runDemoAgent(options: DemoOptions): Promise<DemoResult> {
  const { git, worktree, print } = options;
  const title = titleOf(options);
  const tracked = (
    await git.run(['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: worktree })
  ).stdout
    .split('\0')
    .filter((file) => file !== '');
  const contract = contractPaths(options.brief);
  const entity = await findEntity(worktree, contract, title);
  const targets = chooseTargets(options.scope, { tracked, contract, entity });
  const pause = pacer(options, targets.length + 2);

  print(`Demo agent: ${title}`);
  print(
    `Reading the brief (${options.brief.split('\n').length} lines)${contract.length > 0 ? ` and the contract ${contract.join(', ')}` : ''}`,
  );
  await pause();
  if (targets.length === 0) {
    print('The scope allows no file that I could write. I stop here.');
    return { files: [], commit: null };
  }
  print(`Plan: ${targets.map((target) => target.file).join(', ')}`);
  await pause();
  const testLibrary = await findTestLibrary(worktree);
  const files: string[] = [];
  for (const target of targets) {
    const lines = await write(worktree, target, { entity, title, testLibrary });
    if (lines === null) print(`Left out ${target.file}: it leads out of the worktree, or is something else already`);
    else {
      files.push(target.file);
      print(`${target.exists ? 'Edited' : 'Wrote'} ${target.file} (+${lines})`);
    }
    await pause();
  }
  const commit = files.length === 0 ? null : await commitFiles(options, files, title);
  print(commit === null ? 'Nothing to commit.' : `Committed ${commit.slice(0, 10)}`);
  print('Done.');
  return { files, commit };
}

/** The brief's first heading is the task's title. */
function titleOf({ brief, task }: DemoOptions): string {
  const heading = /^# (.+)$/m.exec(cleanText(brief))?.[1]?.trim() ?? '';
  return heading === '' ? task : heading.slice(0, 100);
}

/** The list under "Contract" in a brief of ours. */
export function contractPaths(brief: string): string[] {
  const body = /^## Contract\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(cleanText(brief))?.[1] ?? '';
  return [...body.matchAll(/^- (`+)( ?)(.+?)\2\1$/gm)].map(([, , , file]) => file ?? '');
}

async function findEntity(worktree: string, contract: readonly string[], title: string): Promise<Entity> {
  for (const file of contract) {
    const text = await readInside(worktree, file);
    const entity = text === null ? null : entityFromContract(file, text);
    if (entity !== null) return entity;
  }
  return entityFromTitle(title);
}

async function findTestLibrary(worktree: string): Promise<string> {
  const text = (await readInside(worktree, 'package.json')) ?? '';
  return /"vitest"\s*:/.test(text) ? 'vitest' : 'node:test';
}

/** @returns lines added; 0 when the text is there already; null when the file may not be written */
async function write(
  worktree: string,
  target: Target,
  about: { entity: Entity; title: string; testLibrary: string },
): Promise<number | null> {
  const file = await insidePath(worktree, target.file);
  if (file === null) return null;
  const text = fileContent({ file: target.file, kind: target.kind, ...about });
  try {
    if (!target.exists) {
      await mkdir(path.dirname(file), { recursive: true });
      // "wx": a file that appeared meanwhile, that git ignores, or a link that leads nowhere is not ours.
      await writeFile(file, text, { flag: 'wx' });
      return lineCount(text);
    }
    const before = await readFile(file, 'utf8');
    if (before.includes('\0')) return null;
    const added = addition(target.file, about.title, before);
    // Written by a run that was killed before its commit.
    if (before === text || before.includes(added.trim())) return 0;
    await writeFile(file, before + added);
    return lineCount(added);
  } catch (error) {
    if (isFileError(error, ['EEXIST', 'ENOENT', 'ENOTDIR', 'EISDIR'])) return null;
    throw error;
  }
}

function lineCount(text: string): number {
  return text.split('\n').length - 1;
}

function isFileError(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

async function commitFiles(
  { git, worktree, task }: DemoOptions,
  files: string[],
  title: string,
): Promise<string | null> {
  await git.run(['add', '--', ...files.map((file) => `:(literal)${file}`)], { cwd: worktree, read: false });
  const staged = await git.run(['diff', '--cached', '--quiet'], { cwd: worktree, okExitCodes: [0, 1] });
  if (staged.exitCode === 0) return null;
  const named = await git.run(['config', 'user.email'], { cwd: worktree, okExitCodes: [0, 1] });
  // A newcomer's git may have no identity yet, and a passphrase prompt for signing would never be answered.
  const identity =
    named.exitCode === 0 ? [] : ['-c', 'user.name=Demo agent', '-c', 'user.email=demo@switchyard.invalid'];
  const message = `${title}\n\nWritten by the demo agent for ${task}.`;
  await git.run([...identity, 'commit', '--quiet', '--no-gpg-sign', '-m', message], { cwd: worktree, read: false });
  return (await git.run(['rev-parse', 'HEAD'], { cwd: worktree })).stdout.trim();
}

/** The absolute path, when its deepest existing folder really is inside the worktree; else null. */
async function insidePath(worktree: string, file: string): Promise<string | null> {
  const root = await realpath(worktree);
  const target = path.resolve(root, file);
  let folder = target;
  for (;;) {
    const real = await realpath(folder).catch(() => null); // not there yet: its parent decides
    if (real !== null) {
      const relative = path.relative(root, real);
      const outside = relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
      return outside ? null : target;
    }
    const parent = path.dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
}

async function readInside(worktree: string, file: string): Promise<string | null> {
  const target = await insidePath(worktree, file);
  // Unreadable is as good as absent: the demo then writes without knowing the file.
  return target === null ? null : readFile(target, 'utf8').catch(() => null);
}

function pacer({ seconds, signal }: DemoOptions, steps: number): () => Promise<void> {
  const ms = (seconds * 1000) / Math.max(1, steps);
  return async () => {
    signal?.throwIfAborted();
    if (ms > 0) await sleep(ms, undefined, signal === undefined ? {} : { signal });
  };
}
