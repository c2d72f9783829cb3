import type { BytePath } from '../../git/bytePath';
import type { Git } from '../../git/git';
import type { GitPlace } from '../../git/treeDiff';
import { type FoundObject, findObjects } from '../sides/objects';
import { KeptMap } from './keptMap';
import { Renames } from './renames';

/** Full ids of three states of one file; null: it is not there. */
export interface FileVersions {
  readonly base: string | null;
  readonly ours: string | null;
  readonly theirs: string | null;
}

/** The commits of one comparison; full ids. */
export interface ThreeCommits {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

const keptNames = 5_000;
/** Nobody reads larger ones line by line. */
const mostBytes = 4 * 1024 * 1024;

/** Finds a file in commits, also where a side has renamed it. What a commit holds never changes, so it is kept. */
export class Versions {
  readonly #kept = new KeptMap<{ readonly object: FoundObject | null }>(keptNames);
  readonly #renames: Renames;

  constructor(private readonly git: Git) {
    this.#renames = new Renames(git);
  }

  /**
   * @param path in `ours`
   * @returns in the order of `all`; null: a commit is not kept any more, or the file is no text to compare
   * @throws GitError
   */
  async of(
    at: GitPlace,
    path: BytePath,
    all: readonly ThreeCommits[],
    signal?: AbortSignal,
  ): Promise<(FileVersions | null)[]> {
    await this.#look(at, [...new Set(all.flatMap(({ base, ours, theirs }) => [base, ours, theirs]))], path, signal);
    return Promise.all(all.map((commits) => this.#version(at, path, commits, signal)));
  }

  async #version(
    at: GitPlace,
    path: BytePath,
    commits: ThreeCommits,
    signal: AbortSignal | undefined,
  ): Promise<FileVersions | null> {
    const roles = ['base', 'ours', 'theirs'] as const;
    if (roles.some((role) => !this.#isThere(commits[role]))) return null;
    const objects = roles.map((role) => this.#kept.get(`${commits[role]}:${path}`)?.object ?? null);
    if (objects.some((object) => object !== null && (object.type !== 'blob' || object.bytes > mostBytes))) return null;
    const [base = null, ours = null, theirs = null] = objects.map((object) => object?.id ?? null);
    if (theirs !== null) return { base, ours, theirs };
    // One side calls it by another name; at worst both do.
    const before = base === null ? await this.#origin(at, path, commits, signal) : { path, id: base };
    if (before === undefined) return { base, ours, theirs };
    const there = await this.#successor(at, before.path, commits, signal);
    return { base: before.id, ours, theirs: there };
  }

  async #origin(at: GitPlace, path: BytePath, { base, ours }: ThreeCommits, signal: AbortSignal | undefined) {
    return (await this.#renames.between(at, base, ours, signal)).from.get(path);
  }

  async #successor(at: GitPlace, path: BytePath, { base, theirs }: ThreeCommits, signal: AbortSignal | undefined) {
    await this.#look(at, [theirs], path, signal);
    const same = this.#kept.get(`${theirs}:${path}`)?.object;
    if (same?.type === 'blob') return same.id;
    return (await this.#renames.between(at, base, theirs, signal)).to.get(path)?.id ?? null;
  }

  #isThere(commit: string): boolean {
    return this.#kept.get(`${commit}^{tree}`)?.object?.type === 'tree';
  }

  /** One process for what is not known yet. */
  async #look(at: GitPlace, commits: readonly string[], path: BytePath, signal?: AbortSignal): Promise<void> {
    const names = commits.flatMap((commit) => [`${commit}^{tree}`, `${commit}:${path}`]);
    const asked = names.filter((name) => this.#kept.get(name) === undefined);
    const objects = await findObjects(this.git, at, asked, signal);
    const gone = new Set<string>();
    for (const [index, name] of asked.entries()) {
      const object = objects[index] ?? null;
      const commit = name.slice(0, name.search(/[:^]/));
      if (name.endsWith('^{tree}') && object === null) gone.add(commit);
      // Of a commit that is not kept any more nothing is known: its files are not absent.
      if (!gone.has(commit)) this.#kept.set(name, { object });
    }
  }
}
