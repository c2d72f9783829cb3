import { type BytePath, shownPath } from '../../git/bytePath';
import type { Git } from '../../git/git';
import type { RepositoryLayout } from '../../git/repository';
import type { GitPlace } from '../../git/treeDiff';
import { MergeBases } from '../meet/mergeBases';
import { AttributeFolders } from '../merge/attributeFolders';
import type { Scratch } from '../parts';
import { type Hunk, type LineRange, meetingHunks } from '../sides/hunks';
import { type BlobDiff, BlobDiffs, type BlobPair } from './blobDiffs';
import { type FileVersions, Versions } from './versions';

/** A side as the matrix knows it; full ids. */
export interface LineSide {
  readonly head: string;
  /** Of its working state. */
  readonly commit: string;
}

export interface OtherSide extends LineSide {
  readonly ref: string;
  /** The matrix says that the contents of this file conflict: then some lines are marked whatever the hunks say. */
  readonly conflicts: boolean;
}

export interface LinesQuery {
  readonly path: BytePath;
  readonly ours: LineSide;
  /** Real path of the worktree of ours. */
  readonly worktree: string;
  /** The file's bytes where they are newer than `ours`, saved or not; their lines are the ones that are told. */
  readonly live: Buffer | null;
  readonly others: readonly OtherSide[];
}

/**
 * What the other side did there: `changed` the lines, `deleted` the file, `added` a file of the same name with other
 * lines, or something that only a merge can tell (`conflict`).
 */
export type SharedKind = 'changed' | 'deleted' | 'added' | 'conflict';

/** Lines of ours that another side changes as well. */
export interface SharedLine {
  readonly ref: string;
  readonly kind: SharedKind;
  /** In the text of ours. */
  readonly lines: LineRange;
  /** What the other side made of these lines, as bytes in latin1, without line ends; null: not told. */
  readonly theirs: readonly string[] | null;
}

/**
 * Finds the lines of a file that two sides change, as a merge would meet them: what each changed since their own merge
 * base overlaps or touches. Everything is kept by ids, so that asking again costs what has changed since.
 */
export class SharedLines {
  readonly #git: Git;
  readonly #scratch: Scratch;
  readonly #folders: AttributeFolders;
  readonly #mergeBases: MergeBases;
  readonly #versions: Versions;
  readonly #diffs: BlobDiffs;

  constructor({ git, layout, scratch }: { git: Git; layout: RepositoryLayout; scratch: Scratch }) {
    this.#git = git;
    this.#scratch = scratch;
    this.#folders = new AttributeFolders(git, layout.commonDir);
    this.#mergeBases = new MergeBases(git);
    this.#versions = new Versions(git);
    this.#diffs = new BlobDiffs(git);
  }

  /**
   * Five processes for all others at most, one more for each that has renamed the file; none when nothing changed.
   * @throws GitError
   */
  find(query: LinesQuery, signal?: AbortSignal): Promise<SharedLine[]> {
    if (query.others.length === 0) return Promise.resolve([]);
    return this.#scratch.use(async (at) => {
      const place = this.#folders.bare(at);
      const sides = await this.#versionsOf(place, query, signal);
      const pairs = sides.flatMap(({ versions }) => pairsOf(versions));
      const found = await this.#diffs.of(place, pairs, signal);
      const diffs = new Map(pairs.map((pair, index) => [keyOf(pair), found[index] ?? null]));
      return sides.flatMap(({ other, versions }) => sharedWith(other, versions, diffs));
    });
  }

  async #versionsOf(place: GitPlace, query: LinesQuery, signal: AbortSignal | undefined) {
    const { path, ours, others } = query;
    const pairs = others.map(({ head }) => [ours.head, head] as const);
    const [stored] = await Promise.all([
      this.#store(place, query, signal),
      this.#mergeBases.prepare(place, pairs, signal),
    ]);
    const known = others.flatMap((other) => {
      // With several merge bases the first, as `git diff base...side` does.
      const base = this.#mergeBases.of(ours.head, other.head)?.toSorted()[0];
      return base === undefined ? [] : [{ other, commits: { base, ours: ours.commit, theirs: other.commit } }];
    });
    const commits = known.map((each) => each.commits);
    const versions = await this.#versions.of(place, path, commits, signal);
    return known.map(({ other }, index) => {
      const found = versions[index] ?? null;
      return { other, versions: found === null || stored === null ? found : { ...found, ours: stored } };
    });
  }

  /** git compares only what is stored, and stores what its attributes make of the bytes in the worktree. */
  async #store(
    { env }: GitPlace,
    { path, worktree, live }: LinesQuery,
    signal: AbortSignal | undefined,
  ): Promise<string | null> {
    if (live === null) return null;
    const args = ['hash-object', '-w', '--stdin', `--path=${shownPath(path)}`];
    const { stdout } = await this.#git.run(args, { cwd: worktree, env: { ...env }, input: live, signal });
    return stdout.trim();
  }
}

function keyOf([before, after]: BlobPair): string {
  return `${before ?? ''} ${after}`;
}

/** What has to be compared. */
function pairsOf(versions: FileVersions | null): BlobPair[] {
  if (versions === null || versions.ours === null) return [];
  const { base, ours, theirs } = versions;
  if (base === null) return theirs === null ? [] : [[theirs, ours]];
  const own: BlobPair = [base, ours];
  return theirs === null ? [own] : [own, [base, theirs]];
}

function sharedWith(
  { ref, conflicts }: OtherSide,
  versions: FileVersions | null,
  diffs: ReadonlyMap<string, BlobDiff>,
): SharedLine[] {
  if (versions === null || versions.ours === null) return [];
  const [own, other] = pairsOf(versions).map((pair) => diffs.get(keyOf(pair)) ?? null);
  // Contents that are no text have no lines.
  if (own === null || other === null) return [];
  const mark = (kind: SharedKind) => (hunk: Hunk) => ({ ref, kind, lines: hunk.side, theirs: null });
  const found = own === undefined ? [] : meeting(ref, versions, own, other, mark);
  if (found.length > 0 || !conflicts) return found;
  // Several merge bases, folders that were renamed: the matrix knows more than two diffs do.
  const all = (own ?? []).map(mark('conflict'));
  return all.length > 0 ? all : [{ ref, kind: 'conflict', lines: { start: 1, count: 1 }, theirs: null }];
}

function meeting(
  ref: string,
  { base, theirs }: FileVersions,
  own: readonly Hunk[],
  other: readonly Hunk[] | undefined,
  mark: (kind: SharedKind) => (hunk: Hunk) => SharedLine,
): SharedLine[] {
  // What both add is merged line by line: whatever differs conflicts.
  if (base === null) return own.map(mark('added'));
  if (theirs === null) return own.map(mark('deleted'));
  return own.flatMap((hunk) => {
    const { b } = meetingHunks([hunk], other ?? []);
    return b.length === 0 ? [] : [{ ref, kind: 'changed' as const, lines: hunk.side, theirs: b.flatMap(addedLines) }];
  });
}

/** Lines of a hunk without their signs. */
function addedLines({ text }: Hunk): string[] {
  return text.split('\n').flatMap((line) => (line.startsWith('+') ? [line.slice(1)] : []));
}
