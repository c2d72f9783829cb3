import { createHash } from 'node:crypto';
import { type BytePath, splitPaths } from '../../git/bytePath';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import { isFullId } from '../../git/refNames';
import type { GitPlace } from '../../git/treeDiff';

/** The attribute files of one tree. */
export interface AttributeSet {
  /** Equal exactly where the files are: their names and contents, hashed. Fit for a folder's name. */
  readonly key: string;
  /** Blob ids by path. */
  readonly files: ReadonlyMap<BytePath, string>;
}

const emptyTrees = {
  40: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  64: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74de5acc53',
} as const;

/** Takes in names that only end so as well; git compares one star and an ending much faster than a real glob. */
const ending = ':(top)*.gitattributes';

/** What git calls the tree of a commit: the commit's id and this. */
export const ofCommit = '^{tree}';

/** Enough for a hundred worktrees and all their states of a day. */
const keptSets = 4_000;

/** Which attribute files trees hold. One git process for all trees not seen before, none for others. */
export class AttributeSets {
  /** By tree id; the first is the one unused longest. */
  readonly #known = new Map<string, AttributeSet>();

  /** Of trees that were named by their commits. */
  readonly #ids = new Map<string, string>();

  constructor(private readonly git: Git) {}

  /**
   * @param trees full ids, or `<commit>^{tree}`
   * @param alike pairs of them that are known to hold the same attribute files
   * @returns by what was given; a tree that cannot be read has an error in its place
   * @throws GitError cancelled
   */
  async of(
    at: GitPlace,
    trees: Iterable<string>,
    alike: Iterable<readonly [string, string]> = [],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, AttributeSet | GitError>> {
    const found = new Map<string, AttributeSet | GitError>();
    const unknown: string[] = [];
    const ids = await this.#resolve(at, new Set(trees), signal);
    const idOf = (tree: string) => ids.get(tree) ?? tree;
    const pairs = [...alike].map(([a, b]) => [idOf(a), idOf(b)] as const);
    const classes = classesOf(new Set(ids.values()), pairs);
    for (const members of classes) {
      const known = members.map((tree) => this.#known.get(tree)).find((set) => set !== undefined);
      const [first] = members;
      if (first === undefined) continue;
      if (known === undefined) unknown.push(first);
      else found.set(first, known);
    }
    if (unknown.length > 0) await this.#lookUp(at, unknown, found, signal);
    for (const members of classes) {
      const set = found.get(members[0] ?? '');
      if (set === undefined) continue;
      for (const tree of members) {
        found.set(tree, set);
        if (!GitError.is(set)) this.#keep(tree, set);
      }
    }
    for (const [tree, id] of ids) {
      const set = found.get(id);
      if (set !== undefined) found.set(tree, set);
    }
    return found;
  }

  /** Ids of trees by what was given; one that is not there stays as it is, and fails where it is read. */
  async #resolve(
    at: GitPlace,
    trees: ReadonlySet<string>,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string, string>> {
    const unknown = [...trees].filter((tree) => tree.endsWith(ofCommit) && !this.#ids.has(tree));
    if (unknown.length > 0) {
      const { stdout } = await this.git.run([...at.args, 'cat-file', '--batch-check=%(objectname)'], {
        cwd: at.cwd,
        env: { ...at.env },
        input: unknown.map((tree) => `${tree}\n`).join(''),
        signal,
      });
      if (this.#ids.size > keptSets) this.#ids.clear();
      for (const [index, line] of stdout.split('\n').slice(0, unknown.length).entries()) {
        const tree = unknown[index];
        if (tree !== undefined && isFullId(line)) this.#ids.set(tree, line);
      }
    }
    return new Map([...trees].map((tree) => [tree, this.#ids.get(tree) ?? tree]));
  }

  async #lookUp(
    at: GitPlace,
    trees: readonly string[],
    found: Map<string, AttributeSet | GitError>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    // Against a tree that is much alike, only the folders that differ are read.
    const [first = '', ...others] = trees;
    const [known] = [...found].flatMap(([tree, set]) => (GitError.is(set) ? [] : [{ tree, files: set.files }]));
    const empty = { tree: first.length === 64 ? emptyTrees[64] : emptyTrees[40], files: new Map<BytePath, string>() };
    try {
      const base = known ?? empty;
      const lines = [`${base.tree} ${first}\n`, ...others.map((tree) => `${first} ${tree}\n`)];
      const sections = await this.#diff(at, lines.join(''), signal);
      const ofFirst = applied(base.files, sections.get(first));
      found.set(first, attributeSet(ofFirst));
      for (const tree of others) found.set(tree, attributeSet(applied(ofFirst, sections.get(tree))));
    } catch (error) {
      if (!GitError.is(error) || error.reason === 'cancelled') throw error;
      if (others.length === 0) found.set(first, error);
      // One that cannot be read costs the others nothing.
      else for (const tree of trees) await this.#lookUp(at, [tree], found, signal);
    }
  }

  async #diff(at: GitPlace, input: string, signal: AbortSignal | undefined): Promise<Map<string, Change[]>> {
    const options = ['--stdin', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', '--'];
    const { stdoutBytes } = await this.git.run([...at.args, 'diff-tree', ...options, ending], {
      cwd: at.cwd,
      env: { ...at.env },
      input,
      signal,
    });
    return parseSections(stdoutBytes);
  }

  #keep(tree: string, set: AttributeSet): void {
    this.#known.delete(tree);
    this.#known.set(tree, set);
    if (this.#known.size <= keptSets) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      break;
    }
  }
}

/** Trees put together with all that are alike. */
function classesOf(trees: ReadonlySet<string>, alike: Iterable<readonly [string, string]>): readonly string[][] {
  const classes = new Map<string, string[]>([...trees].map((tree) => [tree, [tree]]));
  for (const [a, b] of alike) {
    const [into, from] = [classes.get(a), classes.get(b)];
    if (into === undefined || from === undefined || into === from) continue;
    into.push(...from);
    for (const tree of from) classes.set(tree, into);
  }
  return [...new Set(classes.values())];
}

interface Change {
  readonly path: BytePath;
  /** null: gone, or a link, which is no attribute file for git either (gitattributes(5), "NOTES"). */
  readonly id: string | null;
}

/**
 * Parses `diff-tree --stdin -z --raw` of pairs of trees, by the second tree: `<tree> <tree>` LF begins a section, whether
 * changes follow or not; a change is `:<mode> <mode> <id> <id> <status>` NUL path NUL.
 */
function parseSections(z: Buffer): Map<string, Change[]> {
  const sections = new Map<string, Change[]>();
  const fields = splitPaths(z);
  let section: Change[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const lines = (fields[i] ?? '').split('\n');
    const [, mode = '', , id = ''] = (lines.pop() ?? '').split(' ');
    const heading = lines.at(-1);
    if (heading !== undefined) {
      section = [];
      sections.set(heading.slice(heading.indexOf(' ') + 1), section);
    }
    const path = fields[i + 1] ?? '';
    if (!/(^|\/)\.gitattributes$/.test(path)) continue;
    section.push({ path, id: mode.startsWith('100') ? id : null });
  }
  return sections;
}

function applied(files: ReadonlyMap<BytePath, string>, changes: readonly Change[] = []): ReadonlyMap<BytePath, string> {
  if (changes.length === 0) return files;
  const next = new Map(files);
  for (const { path, id } of changes) {
    if (id === null) next.delete(path);
    else next.set(path, id);
  }
  return next;
}

export function attributeSet(files: ReadonlyMap<BytePath, string>): AttributeSet {
  if (files.size === 0) return { key: 'none', files };
  const hash = createHash('sha256');
  for (const [path, id] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${id} ${path}\0`, 'latin1');
  return { key: hash.digest('hex').slice(0, 32), files };
}
