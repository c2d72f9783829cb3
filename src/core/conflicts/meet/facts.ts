import type { BytePath } from '../../git/bytePath';
import type { Git } from '../../git/git';
import type { GitPlace } from '../../git/treeDiff';
import { breathe } from '../breath';
import { Anchors } from './anchors';
import type { Changes } from './changes';
import { readChanges } from './diffs';
import { type KnownPair, Meetings } from './meetings';
import { type CommitPair, MergeBases } from './mergeBases';
import { Names } from './names';
import { findOrigins, type Origins, type Standing } from './origins';

/** Names and entries kept; beyond it all facts are asked anew. */
const keptNames = 2_000_000;
/** Differences kept, and changed paths in all of them. */
const kept = { differences: 5_000, paths: 4_000_000 };

/** What is known of differences. Numbers of one `Names` mean nothing to another, so they come and go together. */
interface Book {
  readonly names: Names;
  /** By `<from> <to>`; null: git could not say. */
  readonly changes: Map<string, Changes | null>;
  readonly lists: WeakMap<Changes, readonly BytePath[]>;
}

export interface Wanted {
  readonly pairs: readonly KnownPair[];
  /** Each side with what it is held against. */
  readonly held: readonly KnownPair[];
}

export interface Found {
  readonly meetings: Meetings;
  /** Files that the first of a pair of `held` changed since its merge base with the second; null: not known. */
  changed(pair: KnownPair): readonly BytePath[] | null;
}

/**
 * What must be known of sides to tell which of them can meet: merge bases and changed files, asked for all at once
 * and kept by commit ids.
 */
export class Facts {
  readonly #mergeBases: MergeBases;
  #anchors = new Anchors();
  #book = newBook();

  constructor(private readonly git: Git) {
    this.#mergeBases = new MergeBases(git);
  }

  /** Forgets all: what git shows as parents of a commit has changed. */
  clear(): void {
    this.#mergeBases.clear();
    this.#anchors = new Anchors();
    this.#book = newBook();
  }

  /** At most two processes for what is not known yet, as a rule. @throws GitError cancelled */
  async find(at: GitPlace, wanted: Wanted, signal?: AbortSignal): Promise<Found> {
    if (this.#book.names.size > keptNames) this.#book = newBook();
    const book = this.#book;
    const heads = ([a, b]: KnownPair): CommitPair => [a.head, b.head];
    await this.#mergeBases.prepare(at, [...wanted.pairs, ...wanted.held].map(heads), signal);
    await breathe();
    this.#anchors.choose(wanted.pairs, wanted.held, this.#mergeBases);
    await breathe();
    const meetings = new Meetings({
      names: book.names,
      basesOf: (a, b) => this.#mergeBases.of(a.head, b.head),
      routes: this.#anchors.routes(wanted.pairs, this.#mergeBases),
      changesOf: (from, to) => book.changes.get(`${from} ${to}`) ?? null,
    });
    const needs = [...(await meetings.needs(wanted.pairs)), ...this.#heldDifferences(wanted.held)];
    await this.#read(at, book, needs, signal);
    return { meetings, changed: (pair) => this.#changed(book, pair) };
  }

  /** Since which commits these are judged, in order; mostly without a process. @throws GitError cancelled */
  origins(at: GitPlace, standings: readonly Standing[], signal?: AbortSignal): Promise<(Origins | null)[]> {
    return findOrigins(this.#mergeBases, at, standings, signal);
  }

  #heldDifferences(held: readonly KnownPair[]): CommitPair[] {
    return held.flatMap((pair) => {
      const from = this.#heldFrom(pair);
      return from === null ? [] : [[from, pair[0].commit] as const];
    });
  }

  /** With several merge bases the first, as `git diff base...side` does. */
  #heldFrom([side, base]: KnownPair): string | null {
    return this.#mergeBases.of(side.head, base.head)?.toSorted()[0] ?? null;
  }

  #changed(book: Book, pair: KnownPair): readonly BytePath[] | null {
    const from = this.#heldFrom(pair);
    const to = pair[0].commit;
    if (from === null) return null;
    if (from === to) return [];
    const changes = book.changes.get(`${from} ${to}`);
    if (!changes) return null;
    const list = book.lists.get(changes) ?? Array.from(changes.paths, (path) => book.names.nameOf(path)).sort();
    book.lists.set(changes, list);
    return list;
  }

  async #read(at: GitPlace, book: Book, needs: readonly CommitPair[], signal?: AbortSignal): Promise<void> {
    const used = new Map(needs.filter(([from, to]) => from !== to).map((pair) => [pair.join(' '), pair]));
    const asked = [...used].filter(([key]) => !book.changes.has(key));
    const found = await readChanges(
      this.git,
      at,
      book.names,
      asked.map(([, pair]) => pair),
      signal,
    );
    // What git could not say may have been a passing trouble: it is asked again the next time.
    for (const [index, [key]] of asked.entries()) {
      const changes = found[index];
      if (changes) book.changes.set(key, changes);
    }
    forgetUnused(book, new Set(used.keys()));
  }
}

function newBook(): Book {
  return { names: new Names(), changes: new Map(), lists: new WeakMap() };
}

function forgetUnused(book: Book, used: ReadonlySet<string>): void {
  let paths = 0;
  for (const changes of book.changes.values()) paths += changes?.paths.length ?? 0;
  if (book.changes.size <= kept.differences && paths <= kept.paths) return;
  for (const key of [...book.changes.keys()]) if (!used.has(key)) book.changes.delete(key);
}
