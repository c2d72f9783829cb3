import type { BytePath } from '../../git/bytePath';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import type { RepositoryLayout } from '../../git/repository';
import type { GitPlace, TreeEntry } from '../../git/treeDiff';
import { mergeApart } from '../merge/apart';
import { AttributeFolders } from '../merge/attributeFolders';
import { AttributeSets } from '../merge/attributeSets';
import type { Answer } from '../merge/batch';
import type { MergeRecord } from '../merge/mergeRecords';
import { RulesReader } from '../merge/rules';
import type { ScratchPlace } from '../parts';
import { CellError, gone } from './cellError';
import { findObjects, objectPlace } from './objects';
import { pathsOfBlobs } from './realPaths';

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
  /** All merge bases. Several: git merges those first, into one that no commit holds. */
  readonly bases: readonly string[];
  readonly record: MergeRecord;
}

/** Somebody waits for one merge. */
const timeoutMs = 60_000;

/**
 * Merges the two states of a cell as `git merge` would where `ours` is checked out, and keeps all that git says.
 * @throws CellError `gone` when a state is not kept any more, `not-merged` when git cannot merge them; GitError
 */
export async function readCell(
  { git, layout }: CellDeps,
  at: ScratchPlace,
  { ours, theirs }: CellCommits,
  signal?: AbortSignal,
): Promise<Cell> {
  const place = objectPlace(layout, at);
  const [tree, commit] = await findObjects(git, place, [`${ours}^{tree}`, theirs], signal);
  if (tree?.type !== 'tree' || commit?.type !== 'commit') throw gone();
  const [bases, answer] = await Promise.all([
    mergeBases(git, place, ours, theirs, signal),
    merge({ git, layout }, at, { ours, theirs, tree: tree.id }, signal),
  ]);
  if (answer?.kind === 'merged') return { ours, theirs, bases, record: answer.record };
  const why = answer === undefined ? '' : `: ${answer.detail || answer.reason}`;
  throw new CellError('not-merged', `git cannot merge these two${why}; prove it to see what git says.`);
}

/** In a folder of its own, where merge drivers find what they need, as the matrix asks where one is in play. */
async function merge(
  { git, layout }: CellDeps,
  at: ScratchPlace,
  { ours, theirs, tree }: CellCommits & { readonly tree: string },
  signal: AbortSignal | undefined,
): Promise<Answer | undefined> {
  const folders = new AttributeFolders(git, layout.commonDir);
  const set = (await new AttributeSets(git).of(folders.bare(at), [tree], [], signal)).get(tree);
  if (set === undefined || GitError.is(set)) throw set ?? gone();
  const { commands } = await new RulesReader(git, layout.commonDir, false).read(signal);
  const group = { set, lines: [{ ours, theirs }], commands: [...commands.values()], modules: [], env: {} };
  return (await mergeApart({ git, layout, folders }, at, group, { timeoutMs, signal }))[0];
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
type Versions = Readonly<Record<Role, FileVersion | null>>;

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
  const trees = { base: cell.bases[0] ?? null, ours: cell.ours, theirs: cell.theirs };
  const staged = stagesByPath(cell.record);
  const names = new Map(paths.map((each) => [each, namesOfSameFile(cell.record, each)]));
  const asked = new Set<string>();
  for (const [each, others] of names) {
    for (const tree of Object.values(trees)) if (tree !== null) asked.add(`${tree}:${each}`);
    for (const name of others) asked.add(`${cell.record.tree}:${name}`);
  }
  const objects = await findObjects(git, objectPlace(layout, at), [...asked], signal);
  const found = new Map([...asked].map((name, index) => [name, objects[index] ?? null]));
  const inTree = (tree: string | null, name: BytePath): FileVersion | null => {
    const object = found.get(`${tree ?? ''}:${name}`) ?? null;
    return object?.type === 'blob' ? { path: name, id: object.id, submodule: false } : null;
  };
  const sides = paths.map((each) => {
    const others = [...(names.get(each) ?? [])];
    const versions = stagedVersions(staged, each, others);
    const version = (role: Role) => (versions === null ? inTree(trees[role], each) : versions[role]);
    // A file that has no room under its own name is put aside.
    const result = others.map((name) => inTree(cell.record.tree, name)).find((name) => name !== null) ?? null;
    return { path: each, base: version('base'), ours: version('ours'), theirs: version('theirs'), result };
  });
  const isThere = (tree: string, { path, id }: FileVersion) => found.get(`${tree}:${path}`)?.id === id;
  return atRealPaths({ git, layout }, at, { sides, trees, isThere }, signal);
}

/** A file that one side renamed is listed under its new name for all: each version goes where its tree has it. */
async function atRealPaths(
  { git, layout }: CellDeps,
  at: ScratchPlace,
  o: {
    readonly sides: readonly FileSides[];
    readonly trees: Readonly<Record<Role, string | null>>;
    readonly isThere: (tree: string, version: FileVersion) => boolean;
  },
  signal: AbortSignal | undefined,
): Promise<FileSides[]> {
  const place = objectPlace(layout, at);
  const moved = async (role: Role): Promise<Map<string, BytePath>> => {
    const tree = o.trees[role];
    if (tree === null) return new Map();
    const elsewhere = o.sides.flatMap(({ [role]: version }) =>
      version === null || version.submodule || o.isThere(tree, version) ? [] : [version.id],
    );
    return pathsOfBlobs(git, place, tree, new Set(elsewhere), signal);
  };
  const [base, ours, theirs] = await Promise.all([moved('base'), moved('ours'), moved('theirs')]);
  const real = (version: FileVersion | null, paths: ReadonlyMap<string, BytePath>) =>
    version === null ? null : { ...version, path: paths.get(version.id) ?? version.path };
  return o.sides.map((file) => ({
    ...file,
    base: real(file.base, base),
    ours: real(file.ours, ours),
    theirs: real(file.theirs, theirs),
  }));
}

/** null: git lists no stage of this path, nor of another name of the same file. */
function stagedVersions(
  staged: ReadonlyMap<BytePath, Versions>,
  name: BytePath,
  others: readonly BytePath[],
): Versions | null {
  const own = staged.get(name) ?? { base: null, ours: null, theirs: null };
  // Two of them say how it came about (deleted here, added there); one alone is a part of a rename.
  if (roles.filter((role) => own[role] !== null).length >= 2) return own;
  const found = { ...own };
  for (const other of others) {
    for (const role of roles) found[role] ??= staged.get(other)?.[role] ?? null;
  }
  return roles.every((role) => found[role] === null) ? null : found;
}

function stagesByPath(record: MergeRecord): Map<BytePath, Versions> {
  const staged = new Map<BytePath, Versions>();
  for (const { stage, path, ...entry } of record.stages) {
    const role = stage === 1 ? 'base' : stage === 2 ? 'ours' : 'theirs';
    const known = staged.get(path) ?? { base: null, ours: null, theirs: null };
    staged.set(path, { ...known, [role]: versionOf(path, entry) });
  }
  return staged;
}

function versionOf(path: BytePath, { mode, id }: TreeEntry): FileVersion {
  return { path, id, submodule: mode === '160000' };
}

/** Itself, and the other names that git's messages about conflicts put beside it: renamed, put aside. */
function namesOfSameFile({ messages }: MergeRecord, name: BytePath): Set<BytePath> {
  const speaking = messages.filter(({ type, paths }) => type.startsWith('CONFLICT') && paths.includes(name));
  return new Set([name, ...speaking.flatMap(({ paths }) => paths)]);
}
