import type { Cell, Verdict } from '../../../contract/conflicts';
import { type BytePath, splitPaths } from '../../git/bytePath';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import type { RepositoryLayout } from '../../git/repository';
import type { GitPlace } from '../../git/treeDiff';
import type { Log } from '../../ports';
import { layOutModules } from '../merge/modules';
import type { Scratch, ScratchPlace } from '../parts';
import { gone } from '../sides/cellError';
import { findObjects, objectPlace } from '../sides/objects';
import { makeProofFolder, removeProofFolder, sweepProofFolders } from './proofFolder';
import { makeScratchCopy } from './scratchCopy';

export interface ProveDeps {
  readonly git: Git;
  readonly layout: RepositoryLayout;
  readonly scratch: Scratch;
  readonly log: Log;
}

/** A state to merge: what it is called, and the commit that holds it. */
export interface ProveSide {
  readonly ref: string;
  /** Full id, in the repository or in the scratch store. */
  readonly commit: string;
}

/** One git command in the copy, and all it said. */
export interface ProofStep {
  readonly command: readonly string[];
  readonly exit: number;
  /** Standard output, then standard error. */
  readonly output: string;
}

/** One real merge: `theirs` into the checked-out `ours`. */
export interface ProvedMerge {
  readonly ours: string;
  readonly theirs: string;
  readonly steps: readonly ProofStep[];
  /** `unknown`: git could not even try. */
  readonly verdict: Verdict;
}

/** What the real merge of two states says. */
export interface Proof {
  readonly a: ProveSide;
  readonly b: ProveSide;
  readonly size: CheckoutSize;
  /** `a` into `b`, then `b` into `a`. */
  readonly merges: readonly [ProvedMerge, ProvedMerge];
  readonly verdict: Verdict;
  /** As in `Cell`. */
  readonly direction: Cell['direction'];
}

export interface CheckoutSize {
  readonly files: number;
  readonly bytes: number;
}

export interface ProveOptions {
  readonly signal?: AbortSignal | undefined;
  /** Asked before anything is written; false: leave it. */
  readonly onSize?: ((size: CheckoutSize) => Promise<boolean>) | undefined;
  /** Told before each command that may take long. */
  readonly onStep?: ((command: readonly string[]) => void) | undefined;
}

/** A checkout of a hundred thousand files on a slow disk; it can be cancelled. */
const timeoutMs = 30 * 60_000;
/** Every one is an answer here. */
const anyExit = Array.from({ length: 256 }, (_, code) => code);
/** Nobody is there to edit a message, and large files merge as the pointers they are. */
const copyEnv = { GIT_MERGE_AUTOEDIT: 'no', GIT_EDITOR: 'true', GIT_LFS_SKIP_SMUDGE: '1' };

/**
 * Runs the real merge of two states, in both directions, in a scratch copy of the repository, which is removed
 * afterwards. The repository itself is only read: no ref, index, object or worktree of it changes.
 * @throws CellError `gone`, `no-room`; GitError `cancelled` and what else keeps git from starting
 */
export async function provePair(
  deps: ProveDeps,
  { a, b }: { readonly a: ProveSide; readonly b: ProveSide },
  o: ProveOptions = {},
): Promise<Proof> {
  await sweepProofFolders(deps.layout, deps.log);
  return deps.scratch.use(async (at) => {
    const trees = await treesOf(deps, at, [a, b], o.signal);
    const size = largest(trees.map((tree) => tree.size));
    if (o.onSize !== undefined && !(await o.onSize(size))) throw new GitError('cancelled', 'The proof was cancelled.');
    const folder = await makeProofFolder(deps.layout, size.bytes);
    try {
      const copy = await makeScratchCopy(deps, at, folder, a.commit.length);
      const run = stepsIn(deps.git, copy, o);
      const names = { a: await nameIn(run, a), b: await nameIn(run, b) };
      /** Only a submodule that is checked out is looked into. */
      const modulesOf = (side: ProveSide) => async () => {
        const paths = trees.find(({ commit }) => commit === side.commit)?.modules ?? [];
        const commits = [a.commit, b.commit];
        const place = objectPlace(deps.layout, at);
        if (paths.length > 0) await layOutModules(deps, place, copy, { paths, commits, signal: o.signal });
      };
      const aIntoB = await merge(run, names.b, names.a, modulesOf(b));
      await run(['reset', '--quiet', '--hard']);
      await run(['clean', '--quiet', '-ffdx']);
      const bIntoA = await merge(run, names.a, names.b, modulesOf(a));
      return { a, b, size, merges: [aIntoB, bIntoA], ...judge(aIntoB.verdict, bIntoA.verdict) };
    } finally {
      await removeProofFolder(folder, deps.log);
    }
  });
}

/** @returns null: nothing can be said, because one of both is unknown */
export function proofAgrees(proof: Proof, cell: Pick<Cell, 'verdict' | 'direction'>): boolean | null {
  if (proof.verdict === 'unknown' || cell.verdict === 'unknown') return null;
  return proof.verdict === cell.verdict && proof.direction === cell.direction;
}

function judge(aIntoB: Verdict, bIntoA: Verdict): Pick<Proof, 'verdict' | 'direction'> {
  if (aIntoB === 'clean' && bIntoA === 'clean') return { verdict: 'clean', direction: null };
  if (aIntoB === 'unknown' || bIntoA === 'unknown') return { verdict: 'unknown', direction: null };
  if (aIntoB === bIntoA) return { verdict: 'conflict', direction: null };
  return { verdict: 'conflict', direction: aIntoB === 'conflict' ? 'a-into-b' : 'b-into-a' };
}

type Run = (args: readonly string[]) => Promise<ProofStep>;

function stepsIn(git: Git, cwd: string, { signal, onStep }: ProveOptions): Run {
  return async (args) => {
    const command = ['git', ...args];
    onStep?.(command);
    const options = { cwd, env: copyEnv, read: false, ownGroup: true, timeoutMs, signal, okExitCodes: anyExit };
    const { exitCode, stdout, stderr } = await git.run(args, options);
    return { command, exit: exitCode, output: stdout + stderr };
  };
}

/** A branch of that name in the copy, so that git speaks of the side as people do; where none can be, its id. */
async function nameIn(run: Run, { ref, commit }: ProveSide): Promise<string> {
  if (ref.startsWith('-') || /^[0-9a-f]{4,64}$/.test(ref)) return commit;
  const made = await run(['update-ref', `refs/heads/${ref}`, commit]);
  return made.exit === 0 ? ref : commit;
}

async function merge(run: Run, ours: string, theirs: string, ready: () => Promise<void>): Promise<ProvedMerge> {
  const checkout = await run(['checkout', '--quiet', '--detach', ours, '--']);
  if (checkout.exit !== 0) return { ours, theirs, steps: [checkout], verdict: 'unknown' };
  await ready();
  const merged = await run(['merge', '--no-commit', '--no-ff', theirs]);
  if (merged.exit === 0) return { ours, theirs, steps: [checkout, merged], verdict: 'clean' };
  const status = await run(['status', '--short', '--untracked-files=no']);
  // git-status(1), "Short Format": the pairs of letters of unmerged paths.
  const unmerged = status.output.split('\n').filter((line) => /^(DD|AU|UD|UA|DU|AA|UU) /.test(line));
  const steps = [checkout, merged, { ...status, output: unmerged.map((line) => `${line}\n`).join('') }];
  // Exit 1 with these words is a merge that git left to people (builtin/merge.c); anything else did not merge at all.
  const conflict = merged.exit === 1 && merged.output.includes('Automatic merge failed');
  return { ours, theirs, steps, verdict: conflict ? 'conflict' : 'unknown' };
}

interface TreeFacts {
  readonly commit: string;
  /** Of a checkout, before filters change it. */
  readonly size: CheckoutSize;
  /** Paths of its submodules. */
  readonly modules: readonly BytePath[];
}

/** @throws CellError `gone` */
async function treesOf(
  { git, layout }: ProveDeps,
  at: ScratchPlace,
  sides: readonly ProveSide[],
  signal: AbortSignal | undefined,
): Promise<TreeFacts[]> {
  const place = objectPlace(layout, at);
  const commits = sides.map(({ commit }) => commit);
  const found = await findObjects(git, place, commits, signal);
  if (found.some((object) => object?.type !== 'commit')) throw gone();
  return Promise.all(commits.map((commit) => factsOf(git, place, commit, signal)));
}

async function factsOf(git: Git, at: GitPlace, commit: string, signal: AbortSignal | undefined): Promise<TreeFacts> {
  const args = [...at.args, 'ls-tree', '-r', '-l', '-z', '--full-tree', commit];
  const { stdoutBytes } = await git.run(args, { cwd: at.cwd, env: { ...at.env }, signal });
  const modules: BytePath[] = [];
  const lines = splitPaths(stdoutBytes);
  let bytes = 0;
  for (const line of lines) {
    // git-ls-tree(1): `<mode> <type> <id> <size>` TAB path; the size has blanks before it, and is `-` for submodules.
    const tab = line.indexOf('\t');
    bytes += Number(line.slice(line.lastIndexOf(' ', tab), tab)) || 0;
    if (line.startsWith('160000 ')) modules.push(line.slice(tab + 1));
  }
  return { commit, size: { files: lines.length, bytes }, modules };
}

function largest(sizes: readonly CheckoutSize[]): CheckoutSize {
  return sizes.reduce((most, size) => (size.bytes > most.bytes ? size : most));
}
