import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Integrated, IntegrationTest } from '../../contract/json';
import { GitError } from './errors';
import type { Git } from './git';
import { isFullId, safeRef } from './refNames';

/** Where the questions are asked: see `placeOf`. */
interface Place {
  readonly cwd: string;
  readonly args?: readonly string[];
}

export interface IntegratedOptions {
  /** Full ref or commit. */
  readonly branch: string;
  /** Full refs that it may have landed in; those that do not exist are passed over. */
  readonly bases: readonly string[];
  /** Absolute; made when needed. What merging in memory writes goes to a folder in it, which is removed again. */
  readonly scratchDir: string;
  /** For each git process. Default 20,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Whether the work of a branch is in one of the bases: they are the same commit; or it is an ancestor; or it changes
 * nothing since they parted; or it has the same tree; or merging it adds nothing (a squash merge); or its patches, one by
 * one or as a whole, are in the base (a rebase merge; a squash merge that the base has changed since). The cheapest
 * first, about five git processes for a no. Work that was landed and reverted counts: it is in the history.
 * Whatever fails, takes too long, or cannot be told from a shallow history is `unknown`; nothing is thrown.
 */
export async function isIntegrated(git: Git, at: Place, o: IntegratedOptions): Promise<Integrated> {
  const objects = path.join(o.scratchDir, `integrated-${randomUUID()}`);
  try {
    return await new Question(git, at, o, objects).answer();
  } catch (error) {
    return { verdict: 'unknown', why: GitError.is(error) ? error.message : String(error) };
  } finally {
    // What cannot be removed now goes with the scratch folder.
    await rm(objects, { recursive: true, force: true }).catch(() => undefined);
  }
}

interface Tip {
  readonly commit: string;
  readonly tree: string;
}

interface Base extends Tip {
  readonly name: string;
  readonly mergeBases: readonly Tip[];
}

class Question {
  #scratch: Promise<Record<string, string>> | undefined;

  constructor(
    readonly git: Git,
    readonly at: Place,
    readonly o: IntegratedOptions,
    readonly objects: string,
  ) {}

  async answer(): Promise<Integrated> {
    const [branch, ...tips] = await this.#tips([this.o.branch, ...this.o.bases].map(safeRef));
    if (branch === undefined || branch === null) return unknown(`${shortName(this.o.branch)} is no commit`);
    const found = this.o.bases.flatMap((name, index) => {
      const tip = tips[index];
      return tip === undefined || tip === null ? [] : [{ name: shortName(name), ...tip }];
    });
    if (found.length === 0) return unknown('there is no base to compare it with');
    const same = found.find(({ commit }) => commit === branch.commit);
    if (same !== undefined) return yes('same-commit', same);
    // A base and its remote-tracking branch are often one.
    const distinct = found.filter(({ commit }, index) => found.findIndex((each) => each.commit === commit) === index);
    const bases: Base[] = [];
    for (const base of distinct) bases.push({ ...base, mergeBases: await this.#mergeBases(base, branch) });
    for (const [name, passes] of this.#tests(branch)) {
      for (const base of bases) if (await passes(base)) return yes(name, base);
    }
    return this.#no(bases);
  }

  #tests(branch: Tip): readonly [IntegrationTest, (base: Base) => boolean | Promise<boolean>][] {
    return [
      ['ancestor', (base) => base.mergeBases.some(({ commit }) => commit === branch.commit)],
      ['empty-diff', (base) => base.mergeBases.some(({ tree }) => tree === branch.tree)],
      ['same-tree', (base) => base.tree === branch.tree],
      ['merge-adds-nothing', (base) => this.#mergeAddsNothing(base, branch)],
      ['same-patch', (base) => this.#hasPatches(base, branch)],
    ];
  }

  /** A no from what is not all there is none. */
  async #no(bases: readonly Base[]): Promise<Integrated> {
    const { stdout } = await this.#run(['rev-parse', '--is-shallow-repository']);
    if (stdout.trim() !== 'false') return unknown('the history is shallow, so not all of it can be looked at');
    const unrelated = bases.find(({ mergeBases }) => mergeBases.length === 0);
    if (unrelated !== undefined) return unknown(`it shares no history with ${unrelated.name}`);
    return { verdict: 'no' };
  }

  /** Commit and tree of each; null for what names no commit. */
  async #tips(names: readonly string[]): Promise<(Tip | null)[]> {
    const input = names.map((name) => `${name}^{commit}\n${name}^{tree}\n`).join('');
    const { stdout } = await this.#run(['cat-file', '--batch-check=%(objectname)'], { input });
    const lines = stdout.split('\n');
    return names.map((_, index) => {
      const [commit = '', tree = ''] = lines.slice(index * 2);
      return isFullId(commit) && isFullId(tree) ? { commit, tree } : null;
    });
  }

  async #mergeBases(base: Tip, branch: Tip): Promise<Tip[]> {
    const args = ['merge-base', '--all', base.commit, branch.commit];
    const { stdout } = await this.#run(args, { okExitCodes: [0, 1] });
    const commits = stdout.split('\n').filter(isFullId);
    const tips = commits.length === 0 ? [] : await this.#tips(commits);
    return tips.filter((tip) => tip !== null);
  }

  /** merge-tree ends with 0 for a clean merge and 1 for conflicts; its first line is the tree. */
  async #mergeAddsNothing(base: Base, branch: Tip): Promise<boolean> {
    if (base.mergeBases.length === 0) return false;
    const args = ['merge-tree', '--write-tree', '--no-messages', base.commit, branch.commit];
    const { exitCode, stdout } = await this.#run(args, { env: await this.#scratchEnv(), okExitCodes: [0, 1] });
    return exitCode === 0 && stdout.trim() === base.tree;
  }

  /** Each of its commits is in the base as a patch, or all of them as one. */
  async #hasPatches(base: Base, branch: Tip): Promise<boolean> {
    if (base.mergeBases.length === 0) return false;
    if (await this.#allMarkedSame(base, branch.commit, {})) return true;
    const env = { ...(await this.#scratchEnv()), ...nobody };
    for (const { commit } of base.mergeBases) {
      const args = ['commit-tree', '-p', commit, '-m', 'all of the branch', branch.tree];
      const whole = (await this.#run(args, { env })).stdout.trim();
      if (await this.#allMarkedSame(base, whole, env)) return true;
    }
    return false;
  }

  /** A merge has no patch, so it is marked as new: a branch with one is only judged as a whole. */
  async #allMarkedSame(base: Tip, tip: string, env: Record<string, string>): Promise<boolean> {
    const args = ['rev-list', '--right-only', '--cherry-mark', `${base.commit}...${tip}`, '--'];
    const { stdout } = await this.#run(args, { env });
    const marks = stdout.split('\n').filter((line) => line !== '');
    return marks.length > 0 && marks.every((line) => line.startsWith('='));
  }

  /** New objects go to the scratch folder, the repository's are read through it. Made on first use. */
  #scratchEnv(): Promise<Record<string, string>> {
    this.#scratch ??= this.#makeScratch();
    return this.#scratch;
  }

  async #makeScratch(): Promise<Record<string, string>> {
    const { stdout } = await this.#run(['rev-parse', '--path-format=absolute', '--git-path', 'objects']);
    await mkdir(this.objects, { recursive: true });
    return {
      GIT_OBJECT_DIRECTORY: this.objects,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(stdout.replace(/\r?\n$/, '')),
    };
  }

  #run(args: readonly string[], o: { input?: string; env?: Record<string, string>; okExitCodes?: number[] } = {}) {
    const { cwd, args: before = [] } = this.at;
    const { signal, timeoutMs = 20_000 } = this.o;
    return this.git.run([...before, ...args], { cwd, signal, timeoutMs, ...o });
  }
}

/** A commit nobody sees needs an author all the same. */
const nobody = {
  GIT_AUTHOR_NAME: 'switchyard',
  GIT_AUTHOR_EMAIL: 'switchyard@localhost',
  GIT_COMMITTER_NAME: 'switchyard',
  GIT_COMMITTER_EMAIL: 'switchyard@localhost',
};

/** The list is parted by `:` (`;` on Windows); an entry in double quotes is read as C does (git(1)). */
function quoted(folder: string): string {
  return folder.includes(path.delimiter) || folder.startsWith('"')
    ? `"${folder.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
    : folder;
}

function shortName(ref: string): string {
  return ref.replace(/^refs\/(?:heads|remotes)\//, '');
}

function yes(by: IntegrationTest, { name }: { readonly name: string }): Integrated {
  return { verdict: 'yes', by, into: name };
}

function unknown(why: string): Integrated {
  return { verdict: 'unknown', why };
}
