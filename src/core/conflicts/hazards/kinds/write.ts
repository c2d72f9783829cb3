import type { ChangedFile, Finding, PairJudge, SideFacts } from '../parts';
import { inOrder } from './inOrder';
import { inScope, isPlanFile } from './inScope';
import { manifestsOf } from './lockFiles';

/** One file that both sides change in different places: git merges them into one that nobody has read. */
export const judgeWrites: PairJudge = inOrder((a, b) => {
  if (isOneOwner(a, b)) return [];
  const here = byPath(a);
  const shared = b.files.flatMap((theirs) => {
    const ours = here.get(theirs.path);
    const edits = ours === undefined ? null : (bothEdit(ours, theirs) ?? oneMoves(a, ours, b, theirs));
    return edits === null || isTrivial(theirs.path) ? [] : [edits];
  });
  return shared.map(([ours, theirs]) => finding(a, ours, b, theirs));
});

const known = new WeakMap<SideFacts, ReadonlyMap<string, ChangedFile>>();

/** Made once: a side is held against many others. */
function byPath(side: SideFacts): ReadonlyMap<string, ChangedFile> {
  const made = known.get(side) ?? new Map(side.files.map((file) => [file.path, file]));
  known.set(side, made);
  return made;
}

type Edits = readonly [ours: ChangedFile, theirs: ChangedFile];

function isOneOwner({ rules: a }: SideFacts, { rules: b }: SideFacts): boolean {
  return a !== null && b !== null && a.plan === b.plan && a.task === b.task;
}

/** Nobody reads lock files line by line; that both changed one is told with the dependencies. */
function isTrivial(path: string): boolean {
  return isPlanFile(path) || manifestsOf(path) !== null;
}

function bothEdit(ours: ChangedFile, theirs: ChangedFile): Edits | null {
  return isEdit(ours) && isEdit(theirs) && ours.next?.blob !== theirs.next?.blob ? [ours, theirs] : null;
}

/** Its content changed, not only its mode. */
function isEdit({ old, next }: ChangedFile): boolean {
  return old !== null && next !== null && old.blob !== next.blob && isFile(old.mode) && isFile(next.mode);
}

function isFile(mode: string): boolean {
  return mode.startsWith('100');
}

/** A deletion merges cleanly with an edit only where git has found the file under another name, edited too. */
function oneMoves(a: SideFacts, ours: ChangedFile, b: SideFacts, theirs: ChangedFile): Edits | null {
  if (ours.next === null && isEdit(theirs)) {
    const moved = movedTo(a, ours.path);
    return moved === null ? null : [moved, theirs];
  }
  if (theirs.next === null && isEdit(ours)) {
    const moved = movedTo(b, theirs.path);
    return moved === null ? null : [ours, moved];
  }
  return null;
}

/** Where a file went whose content changed on the way; null: nowhere, unchanged, or not to be told. */
function movedTo({ files }: SideFacts, path: string): ChangedFile | null {
  if (files.some(({ movedFrom }) => movedFrom === path)) return null;
  const [name, ending] = [/[^/]*$/.exec(path)?.[0] ?? path, /\.[^./]*$/.exec(path)?.[0] ?? ''];
  const added = files.filter(({ old, next, movedFrom }) => old === null && next !== null && movedFrom === null);
  const sameName = added.filter((file) => file.path.endsWith(`/${name}`) || file.path === name);
  const sameEnding = added.filter((file) => file.path.endsWith(ending));
  const [found, ...more] = sameName.length > 0 ? sameName : sameEnding;
  return more.length === 0 ? (found ?? null) : null;
}

function finding(a: SideFacts, ours: ChangedFile, b: SideFacts, theirs: ChangedFile): Finding {
  const [path, other] = [ours.path, theirs.path];
  const second = path === other ? part(theirs, '') : `${part(theirs, other)}, the same file under another name`;
  return {
    kind: 'write',
    subject: path === other ? path : `${path} and ${other}`,
    message: `${a.ref} changes ${part(ours, path)} and ${b.ref} changes ${second === '' ? 'it too' : second}: git merges both into a file that neither of them has read.`,
    files: path === other ? [path] : [path, other],
    line: ours.lines?.first ?? 1,
    at: 'a',
    prevention: prevention(a, b, path === other ? path : other),
  };
}

/** `lines 3–9 of src/a.ts`; `''` of nothing known. */
function part({ lines }: ChangedFile, path: string): string {
  if (lines === null) return path;
  const place = lines.first === lines.last ? `line ${lines.first}` : `lines ${lines.first}–${lines.last}`;
  return path === '' ? place : `${place} of ${path}`;
}

function prevention(a: SideFacts, b: SideFacts, path: string): string {
  const [ours, theirs] = [a.rules?.scope ?? null, b.rules?.scope ?? null];
  if (ours === null || theirs === null) {
    return `A \`scope\` in each task gives ${path} one owner.`;
  }
  const owners = [inScope(ours)(path) ? a.ref : '', inScope(theirs)(path) ? b.ref : ''].filter((ref) => ref !== '');
  if (owners.length === 2) {
    return `The \`scope\` of both tasks holds ${path}: leave it to one of them, or let one land before the other with \`after\`.`;
  }
  return owners.length === 1
    ? `Only ${owners[0]} has ${path} in its task's \`scope\`: leave it to that one.`
    : `Neither task has ${path} in its \`scope\`: give it to one of them.`;
}
