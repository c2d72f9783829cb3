import { type BytePath, shownPath } from './bytePath';
import { GitError } from './errors';
import type { Git } from './git';
import type { TreeMerger } from './mergeTrees';
import { parseBatch, parseRawCommit, type RawCommit, rawCommitText } from './rawCommit';
import type { GitPlace } from './treeDiff';

export type Replayed =
  | { readonly kind: 'done'; readonly head: string }
  /** At this commit; nothing was changed. */
  | { readonly kind: 'conflict'; readonly commit: string; readonly files: readonly BytePath[] };

export interface ReplayDeps {
  readonly git: Git;
  /** The worktree, with the environment of a scratch object store: everything is written there. */
  readonly at: GitPlace;
  readonly merger: TreeMerger;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Rebases in memory what `git rebase <onto>` would: the commits that only `head` has, oldest first, without those
 * that `onto` has as the same patch, and without those that become empty. Author, message and encoding stay; the
 * committer is whoever runs this, now. The history must hold no merges (a rebase would flatten them).
 * @param onto @param head full ids
 * @throws GitError
 */
export async function replay(deps: ReplayDeps, onto: string, head: string): Promise<Replayed> {
  const { git, at, merger } = deps;
  const commits = await commitsToReplay(deps, onto, head);
  const attributed = await touchingAttributes(deps, onto, head);
  const write = await commitWriter(deps);
  let tip = onto;
  let tree = (await git.run([...at.args, 'rev-parse', '--verify', `${onto}^{tree}`], withEnv(at))).stdout.trim();
  await merger.useAttributesOf(tree);
  for (const { id, commit, parentTree, same } of commits) {
    if (deps.signal?.aborted) throw new GitError('cancelled', 'The rebase was cancelled.', { cwd: at.cwd });
    const empty = commit.tree === parentTree;
    // git keeps what was empty from the start, also where the base has an empty one too.
    if (same && !empty) continue;
    const merged = await merger.trees(parentTree, tree, commit.tree);
    if (!merged.clean) return { kind: 'conflict', commit: id, files: merged.files };
    if (merged.tree === tree && !empty) continue;
    tip = await write({ ...commit, tree: merged.tree, parents: [tip] });
    tree = merged.tree;
    if (attributed.has(id)) await merger.useAttributesOf(tree);
  }
  return { kind: 'done', head: tip };
}

/**
 * Merges `theirs` into `ours` in memory and writes the merge commit, with git's own message.
 * @param names of the merged branch and of the one merged into, for the message
 * @throws GitError
 */
export async function mergeInMemory(
  deps: ReplayDeps,
  ours: string,
  theirs: string,
  names: { readonly theirs: string; readonly ours: string },
): Promise<Replayed> {
  const { git, at, merger } = deps;
  const tree = (await git.run([...at.args, 'rev-parse', '--verify', `${ours}^{tree}`], withEnv(at))).stdout.trim();
  await merger.useAttributesOf(tree);
  const merged = await merger.commits(ours, theirs);
  if (!merged.clean) return { kind: 'conflict', commit: theirs, files: merged.files };
  const write = await commitWriter(deps);
  const author = await identity(deps, 'GIT_AUTHOR_IDENT');
  const message = Buffer.from(`Merge ${names.theirs} into ${names.ours}\n`, 'utf8').toString('latin1');
  const parents = [ours, theirs];
  return { kind: 'done', head: await write({ tree: merged.tree, parents, author, encoding: null, message }) };
}

interface ToReplay {
  readonly id: string;
  readonly commit: RawCommit;
  readonly parentTree: string;
  /** The other side has the same patch. */
  readonly same: boolean;
}

async function commitsToReplay(deps: ReplayDeps, onto: string, head: string): Promise<ToReplay[]> {
  const { git, at } = deps;
  const options = ['--cherry-mark', '--right-only', '--no-merges', '--reverse', '--topo-order'];
  const listed = await git.run([...at.args, 'rev-list', ...options, `${onto}...${head}`, '--'], withEnv(at));
  const marked = listed.stdout.split('\n').filter((line) => line !== '');
  if (marked.length === 0) return [];
  const ids = marked.map((line) => line.slice(1));
  const raw = parseBatch((await catFile(deps, ids, '--batch')).stdoutBytes);
  const emptyTree = await git.run([...at.args, 'hash-object', '-t', 'tree', '-w', '--stdin'], {
    ...withEnv(at),
    input: '',
  });
  const trees = (
    await catFile(
      deps,
      ids.map((id) => `${id}^^{tree}`),
      '--batch-check',
    )
  ).stdout.split('\n');
  return marked.map((line, index) => {
    const id = line.slice(1);
    const content = raw.get(id);
    if (content === undefined) throw new GitError('failed', `The commit ${id} cannot be read; run git fsck.`, at);
    const parentTree = /^[0-9a-f]+(?= tree )/.exec(trees[index] ?? '')?.[0] ?? emptyTree.stdout.trim();
    return { id, commit: parseRawCommit(content.toString('latin1')), parentTree, same: line.startsWith('=') };
  });
}

function catFile({ git, at }: ReplayDeps, names: readonly string[], mode: '--batch' | '--batch-check') {
  return git.run([...at.args, 'cat-file', mode], { ...withEnv(at), input: `${names.join('\n')}\n` });
}

/** The commits after which merges have other attributes. */
async function touchingAttributes({ git, at }: ReplayDeps, onto: string, head: string): Promise<Set<string>> {
  const range = [`${onto}..${head}`, '--', ':(top,glob)**/.gitattributes'];
  const listed = await git.run([...at.args, 'rev-list', '--full-history', ...range], withEnv(at));
  return new Set(listed.stdout.split('\n').filter((line) => line !== ''));
}

/** Writes commits as the user would have them: signed where that is configured. */
async function commitWriter(deps: ReplayDeps): Promise<(commit: RawCommit) => Promise<string>> {
  const { git, at } = deps;
  const options = { ...withEnv(at), okExitCodes: [0, 1] };
  const asked = await git.run([...at.args, 'config', '--type=bool', '--get', 'commit.gpgSign'], options);
  if (asked.stdout.trim() === 'true') return (commit) => signed(deps, commit);
  const committer = await identity(deps, 'GIT_COMMITTER_IDENT');
  return async (commit) => {
    const input = rawCommitText(commit, committer);
    const args = [...at.args, 'hash-object', '-t', 'commit', '-w', '--stdin'];
    return (await git.run(args, { ...withEnv(at), input })).stdout.trim();
  };
}

async function identity({ git, at }: ReplayDeps, name: string): Promise<string> {
  const { stdoutBytes } = await git.run([...at.args, 'var', name], withEnv(at));
  return stdoutBytes.toString('latin1').replace(/\r?\n$/, '');
}

/** Through git itself, which knows the signing program; it takes names as text, so other encodings are refused. */
async function signed({ git, at }: ReplayDeps, commit: RawCommit): Promise<string> {
  if (commit.encoding !== null && !/^utf-?8$/i.test(commit.encoding)) {
    throw new GitError(
      'failed',
      `A commit written in ${commit.encoding} cannot be signed anew; rebase the branch by hand, or set commit.gpgSign to false.`,
      at,
    );
  }
  const author = /^(.*?) ?<([^>]*)> (\d+) ([+-]\d+)$/.exec(Buffer.from(commit.author, 'latin1').toString('utf8'));
  const [, name = '', email = '', seconds = '', zone = ''] = author ?? [];
  const parents = commit.parents.flatMap((parent) => ['-p', parent]);
  const { stdout } = await git.run([...at.args, 'commit-tree', '-S', ...parents, '-F', '-', commit.tree], {
    cwd: at.cwd,
    input: Buffer.from(commit.message, 'latin1'),
    env: {
      ...at.env,
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_AUTHOR_DATE: `@${seconds} ${zone}`,
    },
  });
  return stdout.trim();
}

function withEnv(at: GitPlace) {
  return { cwd: at.cwd, env: { ...at.env } };
}

/** The objects that `head` adds to what `known` commits have: what has to be kept when the attempt is taken. */
export async function newObjects(git: Git, at: GitPlace, head: string, known: readonly string[]): Promise<string[]> {
  const args = [...at.args, 'rev-list', '--objects', '--no-object-names', head, '--not', ...known, '--'];
  const { stdout } = await git.run(args, withEnv(at));
  return stdout.split('\n').filter((line) => line !== '');
}

/** Conflicting files for people, each once. */
export function shownFiles(files: readonly BytePath[]): string[] {
  return [...new Set(files)].map(shownPath);
}

/**
 * How many of the commits that a rebase onto `base` would replay belong to what the branch was cut from, and not to
 * the branch: more than none when the base was rewritten since. @throws GitError
 */
export async function foreignCommits(
  git: Git,
  worktree: string,
  o: { readonly base: string; readonly cutFrom: string },
): Promise<number> {
  const count = async (...exclude: string[]) => {
    const options = ['--count', '--cherry-pick', '--right-only', '--no-merges'];
    const args = ['rev-list', ...options, `${o.base}...HEAD`, ...exclude, '--'];
    return Number((await git.run(args, { cwd: worktree })).stdout.trim());
  };
  const known = await git.run(['cat-file', '-e', `${o.cutFrom}^{commit}`], { cwd: worktree, okExitCodes: [0, 1, 128] });
  // Pruned: then nothing of it can be in the branch.
  if (known.exitCode !== 0) return 0;
  return (await count()) - (await count(`^${o.cutFrom}`));
}
