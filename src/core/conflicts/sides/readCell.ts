import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { BytePath } from '../../git/bytePath';
import type { Git } from '../../git/git';
import { TreeMerger } from '../../git/mergeTrees';
import type { RepositoryLayout } from '../../git/repository';
import type { GitPlace } from '../../git/treeDiff';
import type { ScratchPlace } from '../parts';
import { gone } from './cellError';
import { type MergeAnswer, parseMergeAnswer } from './mergeAnswer';
import { findObjects, objectPlace } from './objects';

export interface CellDeps {
  readonly git: Git;
  readonly layout: RepositoryLayout;
}

/** The two states that a cell is about, as commits: full ids. */
export interface CellCommits {
  readonly ours: string;
  readonly theirs: string;
}

/** A cell, looked into: `theirs` merged in memory into `ours`, with the attributes of `ours`. */
export interface Cell extends CellCommits {
  /** All merge bases. None: the histories are unrelated. Several: git merges those first, into one that no commit holds. */
  readonly bases: readonly string[];
  readonly answer: MergeAnswer;
}

/**
 * Merges the two states of a cell as `git merge` would where `ours` is checked out, and keeps all that git says.
 * @throws CellError `gone` when a state is not kept any more; GitError
 */
export async function readCell(
  { git, layout }: CellDeps,
  at: ScratchPlace,
  { ours, theirs }: CellCommits,
  signal?: AbortSignal,
): Promise<Cell> {
  const place = objectPlace(layout, at);
  const [first, second] = await findObjects(git, place, [ours, theirs], signal);
  if (first?.type !== 'commit' || second?.type !== 'commit') throw gone();
  const folder = await mkdtemp(path.join(at.dir, 'cell-'));
  try {
    const merger = new TreeMerger(git, layout.commonDir, at.env, path.join(folder, 'attributes'));
    await merger.useAttributesOf(ours);
    const [bases, answer] = await Promise.all([
      mergeBases(git, place, ours, theirs, signal),
      merger.answer(ours, theirs, signal),
    ]);
    return { ours, theirs, bases, answer: parseMergeAnswer(answer) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function mergeBases(
  git: Git,
  at: GitPlace,
  ours: string,
  theirs: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const args = [...at.args, 'merge-base', '--all', ours, theirs];
  const { stdout } = await git.run(args, { cwd: at.cwd, env: { ...at.env }, okExitCodes: [0, 1], signal });
  return stdout.split('\n').filter((line) => line !== '');
}

/** One state of a file. */
export interface FileVersion {
  readonly path: BytePath;
  /** Full id of its blob, or of the commit of a submodule. */
  readonly id: string;
  readonly submodule: boolean;
}

/** A conflicted file on both sides and before. null: it is not there. */
export interface FileSides {
  readonly path: BytePath;
  readonly base: FileVersion | null;
  readonly ours: FileVersion | null;
  readonly theirs: FileVersion | null;
  /** What a merge leaves, with conflict markers; null: nothing of that name. */
  readonly result: FileVersion | null;
}

const roles = ['base', 'ours', 'theirs'] as const;
type Role = (typeof roles)[number];

/**
 * Where a file of a cell lies on both sides, in their base and in the result; each path in the order given. Git's
 * stages say it, also of renamed files; where there are none (git names no file in some conflicts of folders) the
 * trees do.
 * @throws GitError
 */
export async function sidesOfFiles(
  { git, layout }: CellDeps,
  at: ScratchPlace,
  cell: Cell,
  paths: readonly BytePath[],
  signal?: AbortSignal,
): Promise<FileSides[]> {
  const commits = { base: cell.bases[0] ?? null, ours: cell.ours, theirs: cell.theirs };
  const asked = paths.flatMap((each) => [
    ...roles.map((role) => (commits[role] === null ? '' : `${commits[role]}:${each}`)),
    `${cell.answer.tree}:${each}`,
  ]);
  // An empty name would be an error of the whole question.
  const named = asked.filter((name) => name !== '');
  const answers = await findObjects(git, objectPlace(layout, at), named, signal);
  const found = new Map(named.map((name, index) => [name, answers[index] ?? null]));
  const inTree = (tree: string | null, name: BytePath): FileVersion | null => {
    const object = found.get(`${tree ?? ''}:${name}`) ?? null;
    return object?.type === 'blob' ? { path: name, id: object.id, submodule: false } : null;
  };
  return paths.map((name) => {
    const staged = stagedVersions(cell.answer, name);
    const version = (role: Role) => (staged === null ? inTree(commits[role], name) : staged[role]);
    const result = inTree(cell.answer.tree, name);
    return { path: name, base: version('base'), ours: version('ours'), theirs: version('theirs'), result };
  });
}

/** null: git lists no stage of this path, nor of another name of the same file. */
function stagedVersions(answer: MergeAnswer, name: BytePath): Readonly<Record<Role, FileVersion | null>> | null {
  const own = versionsAt(answer, name);
  // Two of them say how it came about (deleted here, added there); one alone is a part of a rename.
  if (roles.filter((role) => own[role] !== null).length >= 2) return own;
  const found = { ...own };
  for (const other of namesOfSameFile(answer, name)) {
    const versions = versionsAt(answer, other);
    for (const role of roles) found[role] ??= versions[role];
  }
  return roles.every((role) => found[role] === null) ? null : found;
}

function versionsAt(answer: MergeAnswer, name: BytePath): Record<Role, FileVersion | null> {
  const stages = answer.stages.get(name);
  const version = (role: Role): FileVersion | null => {
    const entry = stages?.[role] ?? null;
    return entry === null ? null : { path: name, id: entry.id, submodule: entry.mode === '160000' };
  };
  return { base: version('base'), ours: version('ours'), theirs: version('theirs') };
}

function namesOfSameFile(answer: MergeAnswer, name: BytePath): Set<BytePath> {
  const speaking = answer.messages.filter(({ type, paths }) => type.startsWith('CONFLICT') && paths.includes(name));
  return new Set(speaking.flatMap(({ paths }) => paths));
}
