import { GitError, tellingLine } from './errors';
import type { Git } from './git';
import { resolveCommit } from './refs';
import { placeOf, type RepositoryLayout } from './repository';

/** The head of a pull request (GitHub, Gitea, Forgejo) or merge request (GitLab). */
export interface PullRequestHead {
  readonly number: number;
  /** Full commit id. */
  readonly commit: string;
  readonly remote: string;
  /** Our own ref that keeps it, `refs/switchyard/pull/12`. */
  readonly ref: string;
  /** The same in the form that git resolves and people read, `switchyard/pull/12`. */
  readonly name: string;
  /** One sentence for a human when it could not be fetched and the head known from before is used. */
  readonly note: string | null;
}

/** `#12` → 12; null for everything else. */
export function pullRequestNumber(text: string): number | null {
  const digits = /^#([1-9][0-9]{0,8})$/.exec(text.trim())?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Where the forges keep the heads: GitHub's form, which others share, then GitLab's. */
const headRefs = (number: number) => [`refs/pull/${number}/head`, `refs/merge-requests/${number}/head`];

/**
 * Fetches the head of a pull request from `origin`, or from the only remote, into a ref of our own. None of the user's
 * refs changes, nor FETCH_HEAD: the configured refspecs are switched off.
 * @throws GitError bad-ref without a remote or such a request; timeout, cancelled, failed
 */
export async function resolvePullRequest(
  git: Git,
  layout: RepositoryLayout,
  number: number,
  o: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number } = {},
): Promise<PullRequestHead> {
  const at = placeOf(layout);
  const remote = await remoteFor(git, layout, number);
  const name = `switchyard/pull/${number}`;
  const head = { number, remote, ref: `refs/${name}`, name };
  for (const source of headRefs(number)) {
    const failure = await fetchHead(git, at, { remote, source, target: head.ref, ...o });
    if (failure === 'no-such-ref') continue;
    const commit = await resolveCommit(git, at.cwd, head.ref);
    if (failure === null && commit !== null) return { ...head, commit, note: null };
    // Without a network the head that was fetched before is better than nothing, when it is said.
    if (failure !== null && commit !== null) {
      return {
        ...head,
        commit,
        note: `#${number} could not be fetched (${failure.message}); its last known head is used.`,
      };
    }
    if (failure !== null) throw failure;
  }
  throw new GitError(
    'bad-ref',
    `The remote ${remote} has no pull request #${number}; check its number, or name a branch instead.`,
    at,
  );
}

async function remoteFor(git: Git, layout: RepositoryLayout, number: number): Promise<string> {
  const at = placeOf(layout);
  const { stdout } = await git.run([...at.args, 'remote'], { cwd: at.cwd });
  const remotes = stdout.split('\n').filter((line) => line !== '');
  const [only, ...others] = remotes;
  if (remotes.includes('origin')) return 'origin';
  if (only !== undefined && others.length === 0) return only;
  const why = only === undefined ? 'has no remote' : 'has several remotes and none is called origin';
  throw new GitError(
    'bad-ref',
    `#${number} cannot be fetched because ${layout.name} ${why}; fetch it yourself and name the branch instead.`,
    at,
  );
}

/** null: fetched. */
async function fetchHead(
  git: Git,
  at: { readonly cwd: string; readonly args: readonly string[] },
  o: { remote: string; source: string; target: string; signal?: AbortSignal | undefined; timeoutMs?: number },
): Promise<GitError | 'no-such-ref' | null> {
  const quiet = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-auto-maintenance', '--no-write-fetch-head'];
  // An empty refmap: a refspec of the user's that matches must not move their tracking refs by the way.
  const args = [...at.args, 'fetch', ...quiet, '--refmap=', '--', o.remote, `+${o.source}:${o.target}`];
  try {
    await git.run(args, {
      cwd: at.cwd,
      read: false,
      ownGroup: true,
      timeoutMs: o.timeoutMs ?? 120_000,
      signal: o.signal,
    });
    return null;
  } catch (error) {
    if (!GitError.is(error) || error.reason === 'cancelled') throw error;
    return /couldn't find remote ref/i.test(tellingLine(error.stderr)) ? 'no-such-ref' : error;
  }
}
