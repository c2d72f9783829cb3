import { shownPath } from '../../git/bytePath';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import { readObjects } from '../../git/objects';
import type { GitPlace, TreeChange } from '../../git/treeDiff';
import { Breath } from '../breath';
import { type FactCache, keyOf } from './factCache';
import type { FileFacts } from './facts';
import type { ChangedFile } from './parts';
import { UnreadableFile } from './reader';
import { readFacts } from './readers';

/** One content of a path. */
export interface Version {
  readonly path: string;
  readonly blob: string;
  /** What its code uses is to be known too. */
  readonly whole: boolean;
}

/** What is known of versions by `keyOf`; a text: why nothing is. */
export type KnownVersions = ReadonlyMap<string, FileFacts | string>;

/** Larger files are not read, in bytes. */
const mostBytes = 1024 * 1024;
/** Bytes that are in memory at once, but for a few files more. */
const partBytes = 8 * 1024 * 1024;
/** The thread is given away after so many ms. */
const stretchMs = 20;

/** So many contents are mostly small: they are asked for without asking how large they are. */
const fewBlobs = 64;

/** A content, or why it is not to be had. */
type Contents = ReadonlyMap<string, Buffer | string>;

/** Contents that are needed at the same time, and what is made of them. */
interface Unit {
  readonly path: string;
  readonly blobs: readonly string[];
  use(contents: Contents): Promise<void>;
}

/**
 * Facts of versions, and the lines of edits, as far as these are not kept yet: one git process for all sizes, and one
 * for each part of the contents; for a few contents one alone.
 * @param o.edits are in the cache afterwards
 * @throws GitError
 */
export async function readVersions(
  git: Git,
  at: GitPlace,
  o: { readonly versions: readonly Version[]; readonly edits: readonly TreeChange[]; readonly cache: FactCache },
  signal: AbortSignal | undefined,
): Promise<KnownVersions> {
  const known = new Map<string, FileFacts | string>();
  const units = [...versionUnits(o.versions, o.cache, known), ...editUnits(o.edits, o.cache)];
  // Of one path old and new are neighbours, and are asked for once.
  units.sort((x, y) => (x.path < y.path ? -1 : x.path > y.path ? 1 : 0));
  const blobs = [...new Set(units.flatMap(({ blobs }) => blobs))];
  const few = await readFew(git, at, blobs, signal);
  const sizes = few === null ? await sizesOf(git, at, blobs, signal) : new Map<string, number>();
  const breath = new Breath(stretchMs);
  for (const part of partsOf(units, sizes)) {
    const contents = few ?? (await readContents(git, at, part, sizes, signal));
    for (const unit of part) {
      if (breath.due) await breath.take();
      if (signal?.aborted === true) throw new GitError('cancelled', 'Reading files was cancelled.');
      await unit.use(contents);
    }
  }
  return known;
}

function versionUnits(versions: readonly Version[], cache: FactCache, known: Map<string, FileFacts | string>): Unit[] {
  return versions.flatMap(({ path, blob, whole }) => {
    const kept = cache.get(path, blob, whole);
    if (kept !== undefined) {
      known.set(keyOf(path, blob), kept);
      return [];
    }
    const use = async (contents: Contents) => {
      const content = contents.get(blob) ?? notHere;
      const facts = typeof content === 'string' ? content : await factsOrWhy(path, content, whole);
      known.set(keyOf(path, blob), facts);
      // What is missing may be fetched.
      if (facts !== notHere) cache.keep(path, blob, facts);
    };
    return [{ path, blobs: [blob], use }];
  });
}

function editUnits(edits: readonly TreeChange[], cache: FactCache): Unit[] {
  return edits.flatMap((edit) => {
    const { path, old, next } = edit;
    if (next === null || cache.linesOf(edit) !== undefined) return [];
    const use = async (contents: Contents) => {
      const before = old === null ? null : contents.get(old.id);
      const after = contents.get(next.id);
      const isText = (before === null || before instanceof Buffer) && after instanceof Buffer;
      cache.keepLines(edit, isText ? linesBetween(before, after) : null);
    };
    return [{ path: shownPath(path), blobs: old === null ? [next.id] : [old.id, next.id], use }];
  });
}

function partsOf(units: readonly Unit[], sizes: ReadonlyMap<string, number>): Unit[][] {
  const parts: Unit[][] = [];
  let left = 0;
  for (const unit of units) {
    if (left <= 0) {
      parts.push([]);
      left = partBytes;
    }
    parts.at(-1)?.push(unit);
    for (const blob of unit.blobs) left -= sizes.get(blob) ?? 0;
  }
  return parts;
}

const notHere = 'its content is not here';
const tooLarge = 'larger than 1 MB';

async function readContents(
  git: Git,
  at: GitPlace,
  units: readonly Unit[],
  sizes: ReadonlyMap<string, number>,
  signal: AbortSignal | undefined,
): Promise<Contents> {
  const contents = new Map<string, Buffer | string>();
  const small: string[] = [];
  for (const blob of new Set(units.flatMap(({ blobs }) => blobs))) {
    const bytes = sizes.get(blob);
    if (bytes === undefined) contents.set(blob, notHere);
    else if (bytes > mostBytes) contents.set(blob, tooLarge);
    else small.push(blob);
  }
  const objects = await readObjects(git, at, small, signal);
  for (const [index, blob] of small.entries()) contents.set(blob, objects[index]?.content ?? notHere);
  return contents;
}

/** Contents of a few blobs. null: they are many, or larger together than what is taken at once; or git does not say. */
async function readFew(
  git: Git,
  at: GitPlace,
  blobs: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Contents | null> {
  if (blobs.length > fewBlobs) return null;
  try {
    const objects = await readObjects(git, at, blobs, signal, partBytes);
    return new Map(blobs.map((blob, index) => [blob, contentOf(objects[index]?.content)]));
  } catch (error) {
    if (GitError.is(error) && error.reason === 'failed') return null;
    throw error;
  }
}

function contentOf(content: Buffer | undefined): Buffer | string {
  if (content === undefined) return notHere;
  return content.length > mostBytes ? tooLarge : content;
}

async function sizesOf(git: Git, at: GitPlace, blobs: readonly string[], signal: AbortSignal | undefined) {
  const sizes = new Map<string, number>();
  if (blobs.length === 0) return sizes;
  const args = [...at.args, 'cat-file', '--batch-check=%(objectname) %(objectsize)'];
  const input = blobs.map((blob) => `${blob}\n`).join('');
  const { stdout } = await git.run(args, { cwd: at.cwd, env: { ...at.env }, input, signal });
  for (const line of stdout.split('\n')) {
    const [id = '', size = ''] = line.split(' ');
    if (/^\d+$/.test(size)) sizes.set(id, Number(size));
  }
  return sizes;
}

async function factsOrWhy(path: string, content: Buffer, whole: boolean): Promise<FileFacts | string> {
  try {
    return await readFacts(path, content, whole);
  } catch (error) {
    if (error instanceof UnreadableFile) return error.message;
    // One file that a reader fails of must not cost what all others say.
    return `reading it failed (${error instanceof Error ? error.message : error})`;
  }
}

/** From the first to the last line of `next` that differs. */
function linesBetween(old: Buffer | null, next: Buffer): ChangedFile['lines'] {
  // As git tells what is no text.
  if (next.subarray(0, 8000).includes(0)) return null;
  const now = next.toString('latin1').split('\n');
  if (old === null) return { first: 1, last: Math.max(1, now.length - 1) };
  const before = old.toString('latin1').split('\n');
  let start = 0;
  while (start < now.length && start < before.length && now[start] === before[start]) start += 1;
  let end = 0;
  const most = Math.min(now.length, before.length) - start;
  while (end < most && now.at(-1 - end) === before.at(-1 - end)) end += 1;
  return { first: Math.min(start + 1, now.length), last: Math.max(start + 1, now.length - end) };
}
