import { GitError } from './errors';
import type { Git } from './git';
import { placeOf, type RepositoryLayout } from './repository';

/** The commit that `ref` names, peeled, as a full id; null when it names none. @throws GitError */
export async function resolveCommit(git: Git, cwd: string, ref: string): Promise<string | null> {
  if (ref === '' || ref.includes('\0')) return null;
  const { exitCode, stdout } = await answerOrNo(git, cwd, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${ref}^{commit}`,
  ]);
  return exitCode === 0 ? stdout.trim() : null;
}

/** Whether the local branch exists. @throws GitError */
export async function branchExists(git: Git, cwd: string, name: string): Promise<boolean> {
  if (name === '' || name.includes('\0')) return false;
  return (await answerOrNo(git, cwd, ['show-ref', '--verify', '--quiet', `refs/heads/${name}`])).exitCode === 0;
}

/** Whether git would make a branch of this name. @throws GitError */
export async function isValidBranchName(git: Git, cwd: string, name: string): Promise<boolean> {
  // These two are refused by `git branch` though the ref format allows them.
  if (name === '' || name.startsWith('-') || name === 'HEAD' || name.includes('\0')) return false;
  const { exitCode } = await git.run(['check-ref-format', `refs/heads/${name}`], { cwd, okExitCodes: [0, 1] });
  return exitCode === 0;
}

/** Runs a question whose "no" is exit 1, or 128 for a name that cannot be one; a missing repository still throws. */
async function answerOrNo(git: Git, cwd: string, args: string[]): Promise<{ exitCode: number; stdout: string }> {
  try {
    return await git.run(args, { cwd, okExitCodes: [0, 1] });
  } catch (error) {
    if (GitError.is(error) && error.reason === 'failed' && error.exitCode === 128) return { exitCode: 1, stdout: '' };
    throw error;
  }
}

/** One local branch or remote-tracking ref. */
export interface Ref {
  /** Full name, `refs/heads/main`. */
  readonly name: string;
  readonly commit: string;
  /** What a symbolic ref points at, else empty. */
  readonly symref: string;
  readonly upstream: string;
  readonly remote: string;
  /** The upstream's name on the remote, `refs/heads/main`. */
  readonly remoteRef: string;
}

/** The refs that match the patterns of git-for-each-ref(1): full names, folders of names, or globs. @throws GitError */
export async function readRefs(
  git: Git,
  at: { readonly cwd: string; readonly args?: readonly string[] },
  patterns: readonly string[],
): Promise<Ref[]> {
  const fields = ['refname', 'objectname', 'symref', 'upstream', 'upstream:remotename', 'upstream:remoteref'];
  // No field can hold a line break: ref names cannot, remote names cannot.
  const format = fields.map((field) => `%(${field})`).join('%00');
  const { stdout } = await git.run([...(at.args ?? []), 'for-each-ref', `--format=${format}`, '--', ...patterns], {
    cwd: at.cwd,
  });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', commit = '', symref = '', upstream = '', remote = '', remoteRef = ''] = line.split('\0');
      return { name, commit, symref, upstream, remote, remoteRef };
    });
}

/**
 * The name of the branch that work starts from when nobody names one: what `origin` (or the only remote) calls its
 * HEAD, else `init.defaultBranch`, `main` or `master` when it exists, else the branch the main worktree is on.
 * @throws GitError bad-ref when there is no commit yet, or nothing but a detached HEAD.
 */
export async function defaultBranch(git: Git, layout: RepositoryLayout): Promise<string> {
  const at = placeOf(layout);
  const [refs, configured, head] = await Promise.all([
    readRefs(git, at, ['refs/heads', 'refs/remotes/*/HEAD']),
    git.run([...at.args, 'config', '-z', '--get', 'init.defaultBranch'], { cwd: at.cwd, okExitCodes: [0, 1] }),
    git.run([...at.args, 'symbolic-ref', '--quiet', 'HEAD'], { cwd: at.cwd, okExitCodes: [0, 1] }),
  ]);
  const remoteHeads = refs.filter((ref) => /^refs\/remotes\/[^/]+\/HEAD$/.test(ref.name) && ref.symref !== '');
  const remoteHead =
    remoteHeads.find((ref) => ref.name === 'refs/remotes/origin/HEAD') ??
    (remoteHeads.length === 1 ? remoteHeads[0] : undefined);
  if (remoteHead !== undefined) {
    const prefix = remoteHead.name.slice(0, -'HEAD'.length);
    if (remoteHead.symref.startsWith(prefix)) return remoteHead.symref.slice(prefix.length);
  }
  const local = new Set(refs.filter((ref) => ref.name.startsWith('refs/heads/')).map((ref) => ref.name.slice(11)));
  const current = head.stdout.trim().replace(/^refs\/heads\//, '');
  // In a bare repository HEAD is nobody's checkout: it is what the repository calls its default.
  const bareHead = layout.kind === 'bare' ? current : '';
  const candidates = [bareHead, configured.stdout.replace(/\0$/, ''), 'main', 'master', current];
  const found = candidates.find((name) => local.has(name));
  if (found !== undefined) return found;
  if (local.size === 0) throw noCommitYet(layout);
  throw new GitError('bad-ref', `${layout.name} has no default branch that can be told; name a base in the plan.`, at);
}

export function noCommitYet(layout: RepositoryLayout): GitError {
  return new GitError('bad-ref', `${layout.name} has no commit yet; make a first commit, then try again.`, {
    cwd: layout.mainWorktree ?? layout.commonDir,
  });
}

export interface Tracking {
  readonly remote: string;
  /** Full name of the remote-tracking ref. */
  readonly ref: string;
  /** Full name on the remote. */
  readonly remoteRef: string;
  /** null: configured, but never fetched. */
  readonly commit: string | null;
}

/** What to ask `readRefs` for, for `trackingAmong`. */
export function branchPatterns(branch: string): string[] {
  return [`refs/heads/${branch}`, 'refs/remotes'];
}

/** Picks the tracking ref of `branch` out of refs read with `branchPatterns`. */
export function trackingAmong(refs: readonly Ref[], branch: string): Tracking | null {
  const commitOf = (name: string) => refs.find((ref) => ref.name === name)?.commit ?? null;
  const local = refs.find((ref) => ref.name === `refs/heads/${branch}`);
  // `.` is a remote that is this repository itself: a local branch following another.
  if (local !== undefined && local.upstream !== '' && local.remote !== '' && local.remote !== '.') {
    const { remote, remoteRef, upstream } = local;
    return { remote, ref: upstream, remoteRef, commit: commitOf(upstream) };
  }
  const ref = `refs/remotes/origin/${branch}`;
  const commit = commitOf(ref);
  return commit === null ? null : { remote: 'origin', ref, remoteRef: `refs/heads/${branch}`, commit };
}
