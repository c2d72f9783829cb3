import * as z from 'zod/mini';
import type { LeftOut } from '../../../contract/events';
import type { TaskRef } from '../../../contract/plan';
import type { BytePath } from '../../git/bytePath';
import type { Git } from '../../git/git';
import { placeOf, type RepositoryLayout } from '../../git/repository';
import { WorktreeError } from '../errors';
import type { StageEntry } from '../state/dirt';

/** What an archive's commit says besides its trees and parents: JSON in its message, below one line for people. */
export interface Manifest {
  readonly v: 1;
  /** null: nothing was committed yet. */
  readonly head: string | null;
  /** Short name; null: HEAD was detached. */
  readonly branch: string | null;
  readonly branchTip: string | null;
  /** false: nothing had ever been checked out. */
  readonly hasIndex: boolean;
  readonly intentToAdd: BytePath[];
  readonly assumeUnchanged: BytePath[];
  /** Empty in a sparse checkout, whose patterns say the same. */
  readonly skipWorktree: BytePath[];
  /** Those of them whose file was not there. */
  readonly absent: BytePath[];
  /** The patterns of a sparse checkout (`info/sparse-checkout`). */
  readonly sparse: string | null;
  /** Permission bits where they are neither 644 nor 755. */
  readonly modes: [BytePath, number][];
  readonly leftOut: LeftOut[];
}

const manifestSchema = z.object({
  v: z.literal(1),
  head: z.nullable(z.string()),
  branch: z.nullable(z.string()),
  branchTip: z.nullable(z.string()),
  hasIndex: z.boolean(),
  intentToAdd: z.array(z.string()),
  assumeUnchanged: z.array(z.string()),
  skipWorktree: z.array(z.string()),
  absent: z.array(z.string()),
  sparse: z.nullable(z.string()),
  modes: z.array(z.tuple([z.string(), z.number()])),
  leftOut: z.array(z.object({ path: z.string(), why: z.string() })),
}) satisfies z.ZodMiniType<Manifest>;

/** What an archive ref keeps. Paths are bytes (see BytePath); the trees are those of files relative to the worktree. */
export interface ArchiveContent extends Omit<Manifest, 'v'> {
  readonly commit: string;
  /** Tracked and untracked files as they were on the disk. */
  readonly worktreeTree: string;
  /** What was staged, without the paths in conflict. */
  readonly indexTree: string;
  /** The sides of the paths in conflict. */
  readonly stages: readonly StageEntry[];
}

export function messageOf(ref: TaskRef, manifest: Manifest): string {
  return `Archive of ${ref.plan}/${ref.task}\n\n${JSON.stringify(manifest)}\n`;
}

/**
 * Reads an archive back. Two or three git processes.
 * @param ref `refs/switchyard/archive/…`, or the archive's commit
 * @throws WorktreeError nothing-to-restore when it is not there or is none; GitError
 */
export async function readArchive(git: Git, layout: RepositoryLayout, ref: string): Promise<ArchiveContent> {
  const at = placeOf(layout);
  const { stdoutBytes } = await git.run([...at.args, 'cat-file', '--batch'], {
    cwd: at.cwd,
    input: `${ref}^{commit}\n`,
  });
  const end = stdoutBytes.indexOf(0x0a);
  const commit = /^([0-9a-f]+) commit \d+$/.exec(stdoutBytes.subarray(0, end).toString('latin1'))?.[1];
  if (commit === undefined) throw nothingThere(ref, 'it does not exist');
  const manifest = parseMessage(ref, stdoutBytes.subarray(end + 1).toString('utf8'));
  const trees = new Map((await listTree(git, layout, [commit])).map(({ id, path }) => [path, id]));
  const worktreeTree = trees.get('worktree');
  const indexTree = trees.get('index');
  if (worktreeTree === undefined || indexTree === undefined) throw nothingThere(ref, 'its trees are not those of one');
  const stagesTree = trees.get('index-stages');
  const sides = stagesTree === undefined ? [] : await listTree(git, layout, ['-r', stagesTree]);
  const stages = sides.map(({ mode, id, path }) => ({ mode, id, stage: stageOf(ref, path), path: path.slice(2) }));
  const { v: _, ...content } = manifest;
  return { ...content, commit, worktreeTree, indexTree, stages };
}

function parseMessage(ref: string, commit: string): Manifest {
  const message = commit.slice(commit.indexOf('\n\n') + 2);
  try {
    return manifestSchema.parse(JSON.parse(message.slice(message.indexOf('\n\n') + 2)));
  } catch (error) {
    throw nothingThere(ref, 'it is none of ours, or of a newer version', error);
  }
}

function stageOf(ref: string, file: BytePath): 1 | 2 | 3 {
  const stage = file.startsWith('1/') ? 1 : file.startsWith('2/') ? 2 : file.startsWith('3/') ? 3 : null;
  if (stage === null) throw nothingThere(ref, 'its trees are not those of one');
  return stage;
}

/** Parses `git ls-tree -z`: `<mode> SP <type> SP <id> TAB <path> NUL`. */
async function listTree(git: Git, layout: RepositoryLayout, args: readonly string[]) {
  const at = placeOf(layout);
  const { stdoutBytes } = await git.run([...at.args, 'ls-tree', '-z', '--full-tree', ...args], { cwd: at.cwd });
  return stdoutBytes
    .toString('latin1')
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const tab = line.indexOf('\t');
      const [mode = '', , id = ''] = line.slice(0, tab).split(' ');
      return { mode, id, path: line.slice(tab + 1) };
    });
}

function nothingThere(ref: string, why: string, cause?: unknown): WorktreeError {
  return new WorktreeError('nothing-to-restore', `${ref} is no archive to restore from: ${why}.`, cause);
}
