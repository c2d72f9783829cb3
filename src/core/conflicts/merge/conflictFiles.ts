import { isUtf8 } from 'node:buffer';
import type { ConflictFile, ConflictKind } from '../../../contract/conflicts';
import { type BytePath, shownPath } from '../../git/bytePath';
import { type FileStages, fileStages, withStages } from './fileStages';
import type { MergeMessage, MergeRecord, StagedFile } from './mergeRecords';

/** What conflicts, by path; the paths are those of the sides, also where the merge had to put a file aside. */
export type Conflicts = ReadonlyMap<BytePath, Conflict>;

export interface Conflict {
  readonly kind: ConflictKind;
  readonly stages: FileStages;
}

/** What a path is called when several things are wrong with it: the first that holds. */
const precedence: readonly ConflictKind[] = [
  'file/directory',
  'rename/rename',
  'rename/delete',
  'modify/delete',
  'submodule',
  'mode',
  'binary',
  'other',
  'add/add',
  'content',
];

/** The conflicting files of one merge. Empty for a clean one, and for conflicts that name no file. */
export function conflictsOf(record: MergeRecord): Conflicts {
  const conflicts = new Map<BytePath, Conflict>();
  if (record.clean) return conflicts;
  const stages = new Map<BytePath, StagedFile[]>();
  for (const file of record.stages) {
    const known = stages.get(file.path);
    if (known === undefined) stages.set(file.path, [file]);
    else known.push(file);
  }
  const asideOf = movedAside(record.messages);
  const told = kindsTold(record.messages);
  for (const [path, files] of stages) {
    const ofSides = asideOf.get(path) ?? path;
    const candidates = [...(told.get(path) ?? []), ...(told.get(ofSides) ?? []), kindOfStages(files)];
    const known = conflicts.get(ofSides);
    if (known !== undefined) candidates.push(known.kind);
    const kind = precedence.find((each) => candidates.includes(each)) ?? 'other';
    // Under its own name a file has more to say than where a merge puts it aside.
    const stages = known === undefined || path === ofSides ? fileStages(files) : known.stages;
    conflicts.set(ofSides, { kind, stages });
  }
  return conflicts;
}

/** For JSON, sorted by path. Who resolves them is not judged here: `stagesOf` tells what it takes. */
export function conflictFiles(conflicts: Conflicts): ConflictFile[] {
  return [...conflicts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { kind, stages }]) => {
      const bytes = Buffer.from(path, 'latin1');
      const lossy = isUtf8(bytes) ? {} : { pathBytes: bytes.toString('base64') };
      const unjudged = { type: null, who: null, strategy: null, candidate: false } as const;
      return withStages({ path: shownPath(path), ...lossy, kind, ...unjudged }, stages);
    });
}

/** Both directions in one: every file of either. */
export function unite(a: Conflicts, b: Conflicts): Conflicts {
  if (b.size === 0) return a;
  return new Map([...b, ...a]);
}

/** The stable types of git's messages (merge-ort.c, `type_short_descriptions`) that are conflicts of one kind. */
const kindsByType: ReadonlyMap<string, ConflictKind> = new Map([
  ['CONFLICT (binary)', 'binary'],
  ['CONFLICT (file/directory)', 'file/directory'],
  // Said of a file against a link or a submodule: distinct types, which git keeps in the mode.
  ['CONFLICT (distinct modes)', 'mode'],
  ['CONFLICT (modify/delete)', 'modify/delete'],
  ['CONFLICT (rename/rename)', 'rename/rename'],
  ['CONFLICT (rename involved in collision)', 'rename/rename'],
  ['CONFLICT (rename/delete)', 'rename/delete'],
]);

function kindsTold(messages: readonly MergeMessage[]): Map<BytePath, ConflictKind[]> {
  const told = new Map<BytePath, ConflictKind[]>();
  for (const { paths, type } of messages) {
    const kind = kindOfType(type);
    if (kind === null) continue;
    for (const path of paths) told.set(path, [...(told.get(path) ?? []), kind]);
  }
  return told;
}

function kindOfType(type: string): ConflictKind | null {
  // Those between renamed folders are written without a space: `CONFLICT(directory rename collision)`.
  if (!type.startsWith('CONFLICT') || type === 'CONFLICT (contents)') return null;
  if (type.includes('submodule')) return 'submodule';
  return kindsByType.get(type) ?? 'other';
}

/** `g~<commit>`, where the merge puts a file that has no room, by the path `g` that the sides know. */
function movedAside(messages: readonly MergeMessage[]): Map<BytePath, BytePath> {
  const aside = new Map<BytePath, BytePath>();
  for (const { paths, type } of messages) {
    if (type !== 'CONFLICT (file/directory)' && type !== 'CONFLICT (distinct modes)') continue;
    const [first = '', ...others] = paths;
    for (const other of others) {
      if (first.startsWith(`${other}~`)) aside.set(first, other);
      else if (other.startsWith(`${first}~`)) aside.set(other, first);
    }
  }
  return aside;
}

function kindOfStages(files: readonly StagedFile[]): ConflictKind {
  const stage = (wanted: number) => files.find((file) => file.stage === wanted);
  const [base, ours, theirs] = [stage(1), stage(2), stage(3)];
  if (files.some((file) => file.mode === '160000')) return 'submodule';
  if (ours === undefined || theirs === undefined) return 'other';
  if (ours.id === theirs.id && ours.mode !== theirs.mode) return 'mode';
  return base === undefined ? 'add/add' : 'content';
}
