import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Cell } from '../../../../src/contract/conflicts';
import { createMerger, type MergerDeps } from '../../../../src/core/conflicts/merge/merger';
import type { Merger, PairJob, ScratchPlace } from '../../../../src/core/conflicts/parts';
import { committedSnapshot, type Side, type Snapshot } from '../../../../src/core/conflicts/side';
import type { Git } from '../../../../src/core/git/git';
import { findRepository, type RepositoryLayout } from '../../../../src/core/git/repository';
import { openScratchObjects } from '../../../../src/core/git/scratchObjects';
import { silentLog } from '../../../../src/core/ports';
import { commitAll, memoryFolder, openGit, runGit, testEnvironment, withTempDir } from '../../support/repositories';

/** A repository, a scratch beside it, and the merger over both. */
export interface Bench {
  /** Holds the repository, the scratch and the copies. */
  readonly dir: string;
  readonly root: string;
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly at: ScratchPlace;
  readonly merger: Merger;
  /** Another one over the same. */
  mergerWith(o: Partial<MergerDeps>): Merger;
}

/**
 * Waits until the rules are known without a process: those of a HEAD that was just written are read again until it is
 * old enough.
 * @returns how many processes have started by then
 */
export async function rulesSettled({ git, merger }: Bench): Promise<number> {
  for (;;) {
    const started = git.started;
    await merger.rules();
    if (git.started === started) return started;
  }
}

export async function withBench<T>(fn: (bench: Bench) => Promise<T>, init: readonly string[] = []): Promise<T> {
  return withTempDir(async (dir) => {
    const root = path.join(dir, 'repo');
    await mkdir(root);
    await runGit(root, 'init', '-q', ...init);
    const git = openGit();
    const layout = await findRepository(git, root);
    const scratch = await openScratchObjects(layout.commonDir, path.join(dir, 'scratch', 'objects'));
    const at = { dir: path.join(dir, 'scratch'), generation: 'one', env: scratch.env };
    const mergerWith = (o: Partial<MergerDeps>) => createMerger({ git, layout, log: silentLog, ...o });
    return fn({ dir, root, git, layout, at, merger: mergerWith({}), mergerWith });
  }, memoryFolder());
}

/** Changes the files of a worktree. */
export type Step = (root: string) => Promise<unknown>;

/** Writes files by path; null removes. Folders are made. */
export function files(contents: Readonly<Record<string, string | Buffer | null>>): Step {
  return async (root) => {
    for (const [name, content] of Object.entries(contents)) {
      const file = path.join(root, name);
      if (content === null) {
        await rm(file, { recursive: true });
        continue;
      }
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
    }
  };
}

/** `from` renamed to `to`, folders too. */
export function moved(from: string, to: string): Step {
  return async (root) => {
    await mkdir(path.dirname(path.join(root, to)), { recursive: true });
    await runGit(root, 'mv', from, to);
  };
}

export function steps(...all: readonly Step[]): Step {
  return async (root) => {
    for (const step of all) await step(root);
  };
}

/** A commit on `main`, and on branches `a` and `b` one more each. The worktree stands on `main` afterwards. */
export async function fork(root: string, base: Step, a: Step, b: Step): Promise<void> {
  await base(root);
  await commitAll(root, 'base');
  for (const [branch, step] of [
    ['a', a],
    ['b', b],
  ] as const) {
    await runGit(root, 'checkout', '-q', '-f', '-b', branch, 'main');
    await step(root);
    await commitAll(root, branch);
  }
  await runGit(root, 'checkout', '-q', '-f', 'main');
}

export async function sideOf(root: string, ref: string, more: Partial<Snapshot> = {}): Promise<Side> {
  const [commit = '', tree = ''] = (await runGit(root, 'rev-parse', ref, `${ref}^{tree}`)).split('\n');
  return { ref, snapshot: { ...committedSnapshot({ commit, tree }, '2026-01-01T00:00:00.000Z'), ...more } };
}

export async function jobOf(root: string, a = 'a', b = 'b'): Promise<PairJob> {
  const merges = (await runGit(root, 'merge-base', '--all', a, b).catch(() => '')).split('\n').length;
  return { a: await sideOf(root, a), b: await sideOf(root, b), crissCross: merges > 1 };
}

export async function cellFor({ merger, at }: Bench, job: PairJob): Promise<Cell> {
  const [cell] = await merger.pairs(at, [job]);
  assert.ok(cell);
  return cell;
}

export interface RealMerge {
  readonly clean: boolean;
  /** git itself could not do it. */
  readonly gaveUp: boolean;
  /** Unmerged paths, one character a byte, those put aside (`g~HEAD`) by their own names. */
  readonly paths: readonly string[];
  readonly output: string;
}

/** What git itself says: a copy of the whole repository, `ours` checked out, `theirs` merged into it. */
export async function realMerge(root: string, ours: string, theirs: string): Promise<RealMerge> {
  const copy = await mkdtemp(`${root}-copy-`);
  try {
    // Node's own copy loses names that are no UTF-8.
    await run(root, 'cp', ['-a', '.', copy]);
    await runGit(copy, 'checkout', '-q', '-f', '--detach', ours);
    // Else git may read files anew under the attributes of the result, and take them for changed.
    await run(copy, 'find', [
      '.',
      '-name',
      '.git',
      '-prune',
      '-o',
      '-type',
      'f',
      '-exec',
      'touch',
      '-d',
      '2020-01-01',
      '{}',
      '+',
    ]);
    await run(copy, 'git', ['update-index', '-q', '--refresh']);
    const merged = await run(copy, 'git', ['merge', '--no-commit', '--no-ff', '-m', 'merge', theirs]);
    const unmerged = (await run(copy, 'git', ['ls-files', '-u', '-z'])).stdout.toString('latin1').split('\0');
    const names = unmerged.filter((line) => line !== '').map((line) => line.slice(line.indexOf('\t') + 1));
    const aside = names.map((name) => name.replace(/~(HEAD|[0-9a-f]{40}|a|b)$/, ''));
    return {
      clean: merged.code === 0,
      gaveUp: merged.code !== 0 && merged.code !== 1,
      paths: [...new Set(aside)].sort(),
      output: `${merged.stdout}${merged.stderr}`,
    };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function run(
  cwd: string,
  program: string,
  args: readonly string[],
): Promise<{ code: number | null; stdout: Buffer; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: testEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(chunks), stderr }));
  });
}

/** The cell of `a` and `b`, which must say what real merges in both directions say. */
export async function judged(bench: Bench): Promise<Cell> {
  const { root } = bench;
  const cell = await cellFor(bench, await jobOf(root));
  const aIntoB = await realMerge(root, 'b', 'a');
  const bIntoA = await realMerge(root, 'a', 'b');
  const said = JSON.stringify({ cell, aIntoB, bIntoA }, null, 1);
  if (aIntoB.gaveUp && bIntoA.gaveUp) {
    assert.equal(cell.reason, 'git failed', said);
    return cell;
  }
  assert.equal(cell.verdict, aIntoB.clean && bIntoA.clean ? 'clean' : 'conflict', said);
  const only = aIntoB.clean === bIntoA.clean ? null : aIntoB.clean ? 'b-into-a' : 'a-into-b';
  assert.equal(cell.direction, only, said);
  const real = new Set([...aIntoB.paths, ...bIntoA.paths]);
  assert.deepEqual(cell.files.map(bytesOf).sort(), [...real].sort(), said);
  return cell;
}

function bytesOf(file: Cell['files'][number]): string {
  const bytes = file.pathBytes === undefined ? Buffer.from(file.path) : Buffer.from(file.pathBytes, 'base64');
  return bytes.toString('latin1');
}

/** Kinds by path. */
export function kindsOf(cell: Cell): Record<string, string> {
  return Object.fromEntries(cell.files.map(({ path: name, kind }) => [name, kind]));
}
