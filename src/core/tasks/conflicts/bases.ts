import type { Subject } from '../../conflicts/side';
import { resolveBase } from '../../git/base';
import { GitError } from '../../git/errors';
import type { Ref } from '../../git/refs';
import type { TaskContext } from '../context';
import type { Records } from './subjects';

/** A base as cells name it, and the commit it is now. */
export interface BaseCommit {
  readonly name: string;
  /** Full id. */
  readonly commit: string;
}

export interface FoundBases {
  readonly main: BaseCommit | null;
  /** What each subject is held against, by its ref. */
  of(subjects: readonly Subject[], records: Records): Promise<ReadonlyMap<string, BaseCommit>>;
}

/**
 * The base of all (`wanted`, else the default branch, its remote-tracking ref when that is ahead), and on demand those
 * of tasks that were cut from another one. Nothing is fetched.
 * @param refs all local and remote-tracking refs
 * @throws GitError; `bad-ref` when `wanted` names nothing
 */
export async function findBases(
  context: TaskContext,
  refs: readonly Ref[],
  wanted: string | undefined,
): Promise<FoundBases> {
  const main = await mainBase(context, wanted);
  const same = main === null ? new Set<string>() : namesOf(main.name, refs);
  return {
    main,
    async of(subjects, records) {
      const others = wanted === undefined ? await ownBases(context, records, same) : new Map<string, BaseCommit>();
      const bases = new Map<string, BaseCommit>();
      for (const { ref, task } of subjects) {
        const own = task === null ? undefined : records.get(task)?.record.dispatch?.base;
        const base = (own === undefined ? undefined : others.get(own)) ?? main;
        if (base !== null && base.name !== ref) bases.set(ref, base);
      }
      return bases;
    },
  };
}

async function mainBase({ git, layout }: TaskContext, wanted: string | undefined): Promise<BaseCommit | null> {
  try {
    const { name, commit } = await resolveBase(git, layout, wanted ?? null, { fetch: false });
    return { name, commit };
  } catch (error) {
    // No commit yet, or no branch that could be the default: pairs can be compared without it.
    if (wanted === undefined && GitError.is(error) && error.reason === 'bad-ref') return null;
    throw error;
  }
}

/** The other names under which a base may be on record: the branch, and its remote-tracking ref. */
function namesOf(base: string, refs: readonly Ref[]): Set<string> {
  const names = new Set([base]);
  for (const { name, upstream } of refs) {
    if (!name.startsWith('refs/heads/')) continue;
    const branch = name.slice('refs/heads/'.length);
    const remote = upstream.startsWith('refs/remotes/') ? upstream.slice('refs/remotes/'.length) : `origin/${branch}`;
    if (branch === base || remote === base) names.add(branch).add(remote);
  }
  return names;
}

/** The bases of tasks that are none of `same`; one that is gone is left out, so that the main one holds. */
async function ownBases(
  { git, layout, host }: TaskContext,
  records: Records,
  same: ReadonlySet<string>,
): Promise<Map<string, BaseCommit>> {
  const bases = new Map<string, BaseCommit>();
  const wanted = new Set([...records.values()].flatMap(({ record }) => record.dispatch?.base ?? []));
  for (const each of wanted) {
    // The name of a pull request would be fetched.
    if (same.has(each) || each.startsWith('#')) continue;
    try {
      const { name, commit } = await resolveBase(git, layout, each, { fetch: false });
      bases.set(each, { name, commit });
    } catch (error) {
      if (!GitError.is(error) || error.reason !== 'bad-ref') throw error;
      host.log.debug(`The base ${each} is gone; the default branch counts instead.`);
    }
  }
  return bases;
}
