import { isUtf8 } from 'node:buffer';
import { GitError } from '../../git/errors';
import type { Git } from '../../git/git';
import { readObjects } from '../../git/objects';
import type { GitPlace } from '../../git/treeDiff';
import { Breath } from '../breath';
import { BlobDiffs } from '../lines/blobDiffs';
import { KeptMap } from '../lines/keptMap';
import type { FileStages } from '../merge/fileStages';
import { findObjects } from '../sides/objects';
import { byPath, ofCode, ofLock, ofText } from './classify';
import { grammarOf } from './grammarOf';
import { roleOf, typeOfPath } from './paths';
import { threeWay } from './regions';
import { byHuman, notJudged, type Resolution } from './table';

/** A conflicting file and the versions that git held against each other: full ids, as `stagesOf` tells them. */
export interface ResolutionRequest extends FileStages {
  /** With `/`, bytes that are no UTF-8 replaced. */
  readonly path: string;
}

const keptResolutions = 10_000;

/** What was said, by path and by the three contents. Kept between calls. */
export class ResolutionCache {
  readonly #kept = new KeptMap<Resolution>(keptResolutions);

  get(request: ResolutionRequest): Resolution | undefined {
    return this.#kept.get(keyOf(request));
  }

  keep(request: ResolutionRequest, resolution: Resolution): void {
    this.#kept.set(keyOf(request), resolution);
  }
}

function keyOf({ path, base, ours, theirs }: ResolutionRequest): string {
  return `${base} ${ours} ${theirs} ${path}`;
}

/** Larger files are not read, in bytes. Lock files are long, but nobody parses them. */
const mostBytes = 1024 * 1024;
const mostLockBytes = 8 * 1024 * 1024;
/** So much is held in memory at once, unless one file alone is more. */
const batchBytes = 8 * 1024 * 1024;

/**
 * Who resolves conflicting files, and how; in the order of the requests. At most four git processes for a few megabytes,
 * and none for what is kept. Whose content is not here is not judged.
 * @param at where the objects are, and where git may write some: the scratch store
 * @throws GitError
 */
export async function resolveFiles(
  git: Git,
  at: GitPlace,
  requests: readonly ResolutionRequest[],
  cache: ResolutionCache,
  signal?: AbortSignal,
): Promise<Resolution[]> {
  const said = new Map<string, Resolution>();
  const open = new Map<string, TwoSided>();
  for (const request of requests) {
    const { path, base, ours, theirs } = request;
    const key = keyOf(request);
    // One side has no such file, or they differ in more than lines; or only in their modes.
    const lines = ours !== null && theirs !== null && ours !== theirs;
    const known = cache.get(request) ?? (lines ? byPath(path) : byHuman(typeOfPath(path)));
    if (known !== null) said.set(key, known);
    else if (lines) open.set(key, { key, path, base, ours, theirs });
  }
  for await (const [key, resolution] of judge(git, at, [...open.values()], signal)) said.set(key, resolution);
  return requests.map((request) => {
    const resolution = said.get(keyOf(request));
    if (resolution !== undefined) cache.keep(request, resolution);
    return resolution ?? notJudged;
  });
}

interface TwoSided {
  readonly key: string;
  readonly path: string;
  readonly base: string | null;
  readonly ours: string;
  readonly theirs: string;
}

type Said = readonly [key: string, resolution: Resolution];

async function* judge(
  git: Git,
  at: GitPlace,
  open: readonly TwoSided[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Said> {
  const sizes = await sizesOf(git, at, open.flatMap(versionsOf), signal);
  let batch: TwoSided[] = [];
  let bytes = 0;
  for (const file of open) {
    const each = versionsOf(file).map((id) => sizes.get(id));
    const known = each.filter((size) => size !== undefined);
    if (known.length < each.length) continue;
    const most = roleOf(file.path) === 'lock' ? mostLockBytes : mostBytes;
    if (known.some((size) => size > most)) {
      yield [file.key, byHuman(typeOfPath(file.path))];
      continue;
    }
    batch.push(file);
    bytes += known.reduce((sum, size) => sum + size, 0);
    if (bytes < batchBytes) continue;
    yield* judgeBatch(git, at, batch, signal);
    [batch, bytes] = [[], 0];
  }
  yield* judgeBatch(git, at, batch, signal);
}

async function* judgeBatch(
  git: Git,
  at: GitPlace,
  batch: readonly TwoSided[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Said> {
  const contents = await contentsOf(git, at, batch.flatMap(versionsOf), signal);
  const code: TwoSided[] = [];
  for (const file of batch) {
    const { key, path } = file;
    const versions = versionsOf(file).map((id) => contents.get(id));
    if (versions.includes(undefined)) continue;
    const text = (id: string | null) => (id === null ? null : (contents.get(id)?.toString('utf8') ?? ''));
    if (roleOf(path) === 'lock') {
      // Not all managers write text.
      yield [key, ofLock(path, text(file.base), [text(file.ours) ?? '', text(file.theirs) ?? ''])];
    } else if (!versions.every((content) => content !== undefined && isText(content))) {
      yield [key, byHuman(typeOfPath(path))];
    } else if (grammarOf(path) === null) yield [key, ofText(path)];
    else code.push(file);
  }
  const pairs = code.flatMap(({ base, ours, theirs }) => [[base, ours] as const, [base, theirs] as const]);
  const diffs = await new BlobDiffs(git).of(at, pairs, signal);
  const text = (id: string | null) => (id === null ? '' : (contents.get(id)?.toString('utf8') ?? ''));
  const breath = new Breath();
  for (const [index, { key, path, base, ours, theirs }] of code.entries()) {
    if (breath.due) await breath.take();
    if (signal?.aborted === true) throw new GitError('cancelled', 'Resolving conflicting files was cancelled.');
    const [mine, others] = [diffs[2 * index] ?? null, diffs[2 * index + 1] ?? null];
    if (mine === null || others === null) yield [key, byHuman(typeOfPath(path))];
    else {
      const edits = threeWay(mine, others);
      const versions = { base: text(base), ours: text(ours), theirs: text(theirs) };
      yield [key, await ofCode({ path, hadBase: base !== null, ...versions, edits })];
    }
  }
}

function versionsOf({ base, ours, theirs }: TwoSided): string[] {
  return base === null ? [ours, theirs] : [base, ours, theirs];
}

async function sizesOf(
  git: Git,
  at: GitPlace,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, number>> {
  const distinct = [...new Set(ids)];
  const found = await findObjects(git, at, distinct, signal);
  return new Map(found.flatMap((object) => (object?.type === 'blob' ? [[object.id, object.bytes] as const] : [])));
}

async function contentsOf(
  git: Git,
  at: GitPlace,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, Buffer>> {
  const distinct = [...new Set(ids)];
  const objects = await readObjects(git, at, distinct, signal);
  return new Map(objects.flatMap((object) => (object === null ? [] : [[object.id, object.content] as const])));
}

/** As git sees it, and in the one encoding that parsers read. */
function isText(content: Buffer): boolean {
  return !content.subarray(0, 8000).includes(0) && isUtf8(content);
}
