import { isUtf8 } from 'node:buffer';
import type { Git } from '../../git/git';
import { readObjects } from '../../git/objects';
import type { GitPlace } from '../../git/treeDiff';
import { BlobDiffs } from '../lines/blobDiffs';
import { KeptMap } from '../lines/keptMap';
import type { FileStages } from '../merge/fileStages';
import { findObjects } from '../sides/objects';
import { classify } from './classify';
import { roleOf, typeOfPath } from './paths';
import { threeWay } from './regions';
import { byHuman, notJudged, type Resolution, row } from './table';

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

/**
 * Who resolves conflicting files, and how; in the order of the requests. At most four git processes for all, and none for
 * what is kept. Whose content is not here is not judged.
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
  const open = new Map<string, ResolutionRequest>();
  for (const request of requests) if (cache.get(request) === undefined) open.set(keyOf(request), request);
  const said = new Map<string, Resolution>();
  const asked: Asked[] = [];
  for (const [key, request] of open) {
    const { ours, theirs, path } = request;
    // One side has no such file, or they differ in more than lines; or only in their modes.
    if (ours === null || theirs === null || ours === theirs) said.set(key, byHuman(typeOfPath(path)));
    else asked.push({ key, path, base: request.base, ours, theirs });
  }
  for (const [key, resolution] of await judge(git, at, asked, signal)) said.set(key, resolution);
  return requests.map((request) => {
    const known = cache.get(request);
    const fresh = known ?? said.get(keyOf(request)) ?? notJudged;
    if (known === undefined && fresh !== notJudged) cache.keep(request, fresh);
    return fresh;
  });
}

interface Asked {
  readonly key: string;
  readonly path: string;
  readonly base: string | null;
  readonly ours: string;
  readonly theirs: string;
}

async function judge(
  git: Git,
  at: GitPlace,
  asked: readonly Asked[],
  signal: AbortSignal | undefined,
): Promise<Map<string, Resolution>> {
  const said = new Map<string, Resolution>();
  const sizes = await sizesOf(git, at, asked.flatMap(versionsOf), signal);
  const readable = asked.filter((each) => {
    const versions = versionsOf(each);
    if (versions.some((id) => !sizes.has(id))) return false;
    const most = roleOf(each.path) === 'lock' ? mostLockBytes : mostBytes;
    if (versions.every((id) => (sizes.get(id) ?? 0) <= most)) return true;
    said.set(each.key, byHuman(typeOfPath(each.path)));
    return false;
  });
  const ids = [...new Set(readable.flatMap(versionsOf))];
  const objects = await readObjects(git, at, ids, signal);
  const contents = new Map(ids.map((id, index) => [id, objects[index]?.content]));
  const texts = readable.filter((each) => {
    const versions = versionsOf(each).map((id) => contents.get(id));
    if (versions.includes(undefined)) return false;
    if (versions.every((content) => content !== undefined && isText(content))) return true;
    // A manager that writes no text makes its lock file anew all the same.
    said.set(each.key, /(^|\/)bun\.lockb$/.test(each.path) ? row('package lock file') : byHuman(typeOfPath(each.path)));
    return false;
  });
  const diffs = await new BlobDiffs(git).of(
    at,
    texts.flatMap(({ base, ours, theirs }) => [[base, ours] as const, [base, theirs] as const]),
    signal,
  );
  const text = (id: string | null) => (id === null ? '' : (contents.get(id)?.toString('utf8') ?? ''));
  for (const [index, { key, path, base, ours, theirs }] of texts.entries()) {
    const [mine, others] = [diffs[2 * index] ?? null, diffs[2 * index + 1] ?? null];
    said.set(
      key,
      mine === null || others === null
        ? byHuman(typeOfPath(path))
        : await classify({
            path,
            hadBase: base !== null,
            base: text(base),
            ours: text(ours),
            theirs: text(theirs),
            edits: threeWay(mine, others),
          }),
    );
  }
  return said;
}

function versionsOf({ base, ours, theirs }: Asked): string[] {
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

/** As git sees it, and in the one encoding that parsers read. */
function isText(content: Buffer): boolean {
  return !content.subarray(0, 8000).includes(0) && isUtf8(content);
}
