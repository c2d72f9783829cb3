import type { LockFacts, ManifestFacts, RequiredPackage } from '../../facts';
import type { ChangedFile, SideFacts } from '../../parts';
import type { Ecosystem } from './versions';

/** What a side changed in one manifest. */
export interface ManifestChange {
  readonly path: string;
  /** Without a slash at the end; `''`: the top. */
  readonly folder: string;
  readonly ecosystem: Ecosystem;
  readonly old: ManifestFacts | null;
  readonly next: ManifestFacts | null;
  /** New in its section. */
  readonly added: readonly RequiredPackage[];
  /** In another range than before. */
  readonly changed: readonly (RequiredPackage & { readonly before: string })[];
  /** In no section any more. */
  readonly removed: readonly RequiredPackage[];
}

export interface LockChange {
  readonly path: string;
  readonly folder: string;
  readonly old: LockFacts | null;
  readonly next: LockFacts;
}

/** A side's dependencies, without what the other side has identically at the same path. */
export interface Dependencies {
  readonly manifests: readonly ManifestChange[];
  readonly locks: readonly LockChange[];
}

const nothing: Dependencies = { manifests: [], locks: [] };

const known = new WeakMap<SideFacts, readonly ChangedFile[]>();

/** The few of a side's files that say what it depends on: found once, as a side is held against many others. */
function declaring(side: SideFacts): readonly ChangedFile[] {
  const says = (version: ChangedFile['old']) =>
    version !== null && (version.facts.manifest ?? version.facts.lock) !== null;
  const found = known.get(side) ?? side.files.filter(({ old, next }) => says(old) || says(next));
  known.set(side, found);
  return found;
}

export function dependenciesOf(side: SideFacts, there: SideFacts | null): Dependencies {
  const own = declaring(side);
  if (own.length === 0) return nothing;
  const blobs = new Map(there?.files.map(({ path, next }) => [path, next?.blob ?? null]));
  const files = own.filter(({ path, next }) => !blobs.has(path) || blobs.get(path) !== (next?.blob ?? null));
  return { manifests: files.flatMap(manifestChange), locks: files.flatMap(lockChange) };
}

function manifestChange({ path, old, next, movedFrom }: ChangedFile): ManifestChange[] {
  const [before, now] = [old?.facts.manifest ?? null, next?.facts.manifest ?? null];
  const ecosystem = (now ?? before)?.ecosystem;
  // One that was moved says nothing new, and one that could not be read before or now says nothing at all.
  if (ecosystem === undefined || movedFrom !== null || (old !== null && next !== null && (!before || !now))) return [];
  const key = ({ section, name }: RequiredPackage) => `${section} ${name}`;
  const known = new Map(before?.packages.map((one) => [key(one), one]));
  const names = new Set(now?.packages.map(({ name }) => name));
  const changed = (now?.packages ?? []).flatMap((one) => {
    const was = known.get(key(one));
    return was === undefined || was.range === one.range ? [] : [{ ...one, before: was.range }];
  });
  return [
    {
      path,
      folder: folderOf(path),
      ecosystem,
      old: before,
      next: now,
      added: (now?.packages ?? []).filter((one) => !known.has(key(one))),
      changed,
      removed: (before?.packages ?? []).filter(({ name }) => !names.has(name)),
    },
  ];
}

function lockChange({ path, old, next }: ChangedFile): LockChange[] {
  const [before, now] = [old?.facts.lock ?? null, next?.facts.lock ?? null];
  if (now === null || (old !== null && before === null)) return [];
  return [{ path, folder: folderOf(path), old: before, next: now }];
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Whether a path is in a folder. */
export function isIn(folder: string, path: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}

/** Whether a package is the project's own, from an address or a folder: no range is to be held against it. */
export function isOwn({ range }: RequiredPackage): boolean {
  return /^(?:workspace|file|link|portal|git|github|https?|catalog|path)\b\S*[:/]|^workspace:|^\.{0,2}\//.test(range);
}
