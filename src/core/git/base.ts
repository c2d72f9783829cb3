import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { GitError } from './errors';
import type { Git } from './git';
import { pullRequestNumber, resolvePullRequest } from './pullRequest';
import {
  branchPatterns,
  defaultBranch,
  noCommitYet,
  type Ref,
  readRefs,
  resolveCommit,
  type Tracking,
  trackingAmong,
} from './refs';
import { placeOf, type RepositoryLayout } from './repository';

export interface Base {
  /** The ref to cut from: the local branch, its remote-tracking ref when that is ahead, or what was wanted. */
  readonly name: string;
  /** Full commit id. */
  readonly commit: string;
  /** When its remote was last fetched, ISO 8601; null: never, unknown, or it has no remote. */
  readonly fetchedAt: string | null;
  /** One sentence for a human when something about the base is not as it should be. */
  readonly note: string | null;
}

export interface BaseOptions {
  /** Fetch the base first when it has a remote. Default true. */
  readonly fetch?: boolean;
  /** Default 5,000: a base that cannot be fetched must not keep an agent waiting. */
  readonly timeoutMs?: number;
  /** A fetch younger than this is not repeated: four tasks dispatched at once fetch once. Default 30,000. */
  readonly freshMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The commit to cut a worktree from. `wanted` is a branch, remote-tracking name, tag, commit or pull request (`#12`);
 * null: the default branch. A fetch that fails is a note, never an error, unless nothing is known without it.
 * @throws GitError bad-ref when `wanted` names nothing or there is no commit yet; cancelled
 */
export async function resolveBase(
  git: Git,
  layout: RepositoryLayout,
  wanted: string | null,
  o: BaseOptions = {},
): Promise<Base> {
  const pullRequest = wanted === null ? null : pullRequestNumber(wanted);
  if (pullRequest !== null) return pullRequestBase(git, layout, pullRequest, o);
  const at = placeOf(layout);
  const branch = wanted ?? (await defaultBranch(git, layout));
  let refs = await readRefs(git, at, branchPatterns(branch));
  let tracking = trackingAmong(refs, branch) ?? namedTracking(refs, branch);
  const local = refs.find((ref) => ref.name === `refs/heads/${branch}`);
  if (tracking === null) return localBase(git, layout, branch, local);

  const fetched = o.fetch === false ? null : await fetchUnlessFresh(git, layout, tracking, o);
  if (fetched?.fetched) {
    refs = await readRefs(git, at, branchPatterns(branch));
    tracking = trackingAmong(refs, branch) ?? namedTracking(refs, branch) ?? tracking;
  }
  const notes = fetched?.reason ? [`${shortName(tracking.ref)} could not be fetched: ${fetched.reason}`] : [];
  const fetchedAt = (await lastFetchAt(layout, tracking.remoteRef))?.toISOString() ?? null;
  const result = (name: string, commit: string): Base => ({
    name,
    commit,
    fetchedAt,
    note: notes.length === 0 ? null : notes.join(' '),
  });
  if (local === undefined) {
    if (tracking.commit === null) throw nothingNamed(branch);
    return result(shortName(tracking.ref), tracking.commit);
  }
  if (tracking.commit === null || tracking.commit === local.commit) return result(branch, local.commit);
  const [mine, theirs] = await countSides(git, at, local.commit, tracking.commit);
  if (theirs > 0 && mine === 0) return result(shortName(tracking.ref), tracking.commit);
  if (theirs > 0) {
    notes.push(`${branch} (${mine} ahead) and ${shortName(tracking.ref)} (${theirs} ahead) have diverged.`);
  }
  return result(branch, local.commit);
}

async function pullRequestBase(git: Git, layout: RepositoryLayout, number: number, o: BaseOptions): Promise<Base> {
  const { name, commit, note } = await resolvePullRequest(git, layout, number, { signal: o.signal });
  return { name, commit, fetchedAt: note === null ? new Date().toISOString() : null, note };
}

async function localBase(git: Git, layout: RepositoryLayout, wanted: string, local: Ref | undefined): Promise<Base> {
  const at = placeOf(layout);
  const commit = local?.commit ?? (await resolveCommit(git, at.cwd, wanted));
  if (commit !== null) return { name: wanted, commit, fetchedAt: null, note: null };
  if ((await resolveCommit(git, at.cwd, 'HEAD')) === null && (await readRefs(git, at, ['refs'])).length === 0) {
    throw noCommitYet(layout);
  }
  throw nothingNamed(wanted);
}

function nothingNamed(wanted: string): GitError {
  return new GitError(
    'bad-ref',
    `There is no branch or commit ${JSON.stringify(wanted)} to start from; correct the base, or fetch it first.`,
  );
}

/** `origin/main` given as the base itself: fetched as such. Remote names with a slash are not told apart here. */
function namedTracking(refs: readonly Ref[], wanted: string): Tracking | null {
  const found = refs.find((ref) => ref.name === `refs/remotes/${wanted}` && ref.symref === '');
  const slash = wanted.indexOf('/');
  if (found === undefined || slash < 0) return null;
  return {
    remote: wanted.slice(0, slash),
    ref: found.name,
    remoteRef: `refs/heads/${wanted.slice(slash + 1)}`,
    commit: found.commit,
  };
}

function shortName(ref: string): string {
  return ref.replace(/^refs\/(remotes|heads)\//, '');
}

/** Commits only `a` has, and only `b` has. */
async function countSides(
  git: Git,
  at: { cwd: string; args: readonly string[] },
  a: string,
  b: string,
): Promise<[number, number]> {
  const { stdout } = await git.run([...at.args, 'rev-list', '--left-right', '--count', `${a}...${b}`], { cwd: at.cwd });
  const [left = Number.NaN, right = Number.NaN] = stdout.trim().split(/\s+/).map(Number);
  return [left, right];
}

/**
 * Fetches the remote's version of `branch`; nothing but its tracking ref and FETCH_HEAD changes.
 * `fetched: false` with `reason: null`: it has no remote. @throws GitError cancelled
 */
export async function fetchBase(
  git: Git,
  cwd: string,
  branch: string,
  o: { timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<{ fetched: boolean; reason: string | null }> {
  const tracking = trackingAmong(await readRefs(git, { cwd }, branchPatterns(branch)), branch);
  return tracking === null ? { fetched: false, reason: null } : fetchTracking(git, { cwd, args: [] }, tracking, o);
}

async function fetchUnlessFresh(
  git: Git,
  layout: RepositoryLayout,
  tracking: Tracking,
  o: BaseOptions,
): Promise<{ fetched: boolean; reason: string | null }> {
  const last = await lastFetchAt(layout, tracking.remoteRef);
  if (last !== null && Date.now() - last.getTime() < (o.freshMs ?? 30_000)) return { fetched: false, reason: null };
  return fetchTracking(git, placeOf(layout), tracking, { timeoutMs: o.timeoutMs ?? 5_000, signal: o.signal });
}

async function fetchTracking(
  git: Git,
  at: { cwd: string; args: readonly string[] },
  tracking: Tracking,
  o: { timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<{ fetched: boolean; reason: string | null }> {
  // Without a destination git updates the tracking ref by the remote's own configured refspec.
  const args = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-auto-maintenance'];
  try {
    await git.run([...at.args, ...args, '--', tracking.remote, tracking.remoteRef], {
      ...o,
      cwd: at.cwd,
      read: false,
      ownGroup: true,
    });
    return { fetched: true, reason: null };
  } catch (error) {
    if (!GitError.is(error) || error.reason === 'cancelled') throw error;
    return { fetched: false, reason: error.message };
  }
}

/**
 * When git last fetched, from the age of FETCH_HEAD, which each worktree has its own of. With `remoteRef`
 * (`refs/heads/main`) only a fetch that brought that branch counts. null: never, or overwritten since; a fetch that
 * failed leaves the file empty.
 */
export async function lastFetchAt(layout: RepositoryLayout, remoteRef?: string): Promise<Date | null> {
  const linked = path.join(layout.commonDir, 'worktrees');
  const ids = await readdir(linked).catch((error: NodeJS.ErrnoException) => {
    // No linked worktree was ever made.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  const dirs = [layout.commonDir, ...ids.map((id) => path.join(linked, id))];
  const ages = await Promise.all(dirs.map((dir) => fetchHeadAge(path.join(dir, 'FETCH_HEAD'), remoteRef)));
  const latest = Math.max(...ages.map((age) => age ?? 0));
  return latest === 0 ? null : new Date(latest);
}

async function fetchHeadAge(file: string, remoteRef: string | undefined): Promise<number | null> {
  try {
    const { mtimeMs, size } = await stat(file);
    if (size === 0) return null;
    if (remoteRef === undefined) return mtimeMs;
    // Lines are `<id>TAB[not-for-merge]TABbranch 'main' of <url>` (builtin/fetch.c, append_fetch_head).
    const branch = `\tbranch '${remoteRef.replace(/^refs\/heads\//, '')}' of `;
    return (await readFile(file, 'utf8')).includes(branch) ? mtimeMs : null;
  } catch {
    // Never fetched here, or a fetch is replacing the file just now: no age to tell.
    return null;
  }
}
