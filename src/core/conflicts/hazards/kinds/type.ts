import type { Finding, PairJudge, SideFacts } from '../parts';
import { type Addition, additionsBy } from './code/additions';
import { isGeneric } from './code/genericNames';
import { inOrder } from './code/inOrder';
import { folderOf } from './code/modules';
import { isOnePackage, isTest } from './code/packages';
import { type CodeFile, canShare, codeOf } from './code/sideCode';
import { changesOf, membersOf, overlap, type TypeChange } from './code/typeChanges';
import { typeSort } from './code/typeLike';

/** Types that overlap: one name declared twice in a package, or one type that both change. */
export const judgeTypes: PairJudge = inOrder((a, b) => [...declaredTwice(a, b), ...changedByBoth(a, b)]);

function declaredTwice(a: SideFacts, b: SideFacts): Finding[] {
  const others = newTypes(b);
  return [...newTypes(a)].flatMap(([name, mine]) => {
    const other = (others.get(name) ?? []).find((its) => mine.some((own) => areOne(a, b, own, its)));
    const own = other === undefined ? undefined : mine.find((one) => areOne(a, b, one, other));
    if (own === undefined || other === undefined) return [];
    const [first, second] = [own.path, other.path].sort();
    return [
      {
        kind: 'type',
        subject: `${name} in ${first} and ${second}`,
        message: `${a.ref} declares the ${own.declaration?.kind} \`${name}\` in ${own.path}, ${b.ref} another in ${other.path}.`,
        files: [own.path, other.path],
        line: own.line,
        at: 'a',
        prevention: `\`contract\` in the plan names the file that declares \`${name}\` for all tasks before they start.`,
      },
    ];
  });
}

const known = new WeakMap<SideFacts, ReadonlyMap<string, readonly Addition[]>>();

/** Types that a side declares and that were not there, by name. What it moved is gone elsewhere, and is not new. */
function newTypes(side: SideFacts): ReadonlyMap<string, readonly Addition[]> {
  const made = known.get(side);
  if (made !== undefined) return made;
  const code = codeOf(side);
  const had = new Set(code.files.flatMap(({ old }) => old?.declarations.map(({ name }) => name) ?? []));
  const found = new Map<string, Addition[]>();
  for (const [path, additions] of additionsBy(side)) {
    if (isTest(path)) continue;
    for (const one of additions) {
      if (typeSort(one.declaration) === null || one.name.includes('.') || had.has(one.name)) continue;
      found.set(one.name, [...(found.get(one.name) ?? []), one]);
    }
  }
  known.set(side, found);
  return found;
}

/** Whether two declarations are meant to be the same thing, or cannot be there at once. */
function areOne(a: SideFacts, b: SideFacts, mine: Addition, other: Addition): boolean {
  const [ours, theirs] = [fileOf(a, mine.path), fileOf(b, other.path)];
  if (ours === undefined || theirs === undefined || mine.path === other.path) return false;
  if (!canShare(ours.language, theirs.language)) return false;
  if (hasFile(b, ours) || hasFile(a, theirs)) return false;
  if (!isOnePackage(ours.language, mine.path, other.path)) return false;
  const [own, its] = [mine.declaration, other.declaration];
  if (own === null || its === null) return false;
  // A package of Go or Java has each name once, whoever may use it and whatever it is.
  if (ours.language === 'go' || ours.language === 'java') return folderOf(mine.path) === folderOf(other.path);
  if (!own.exported || !its.exported || typeSort(own) !== typeSort(its) || isGeneric(mine.name)) return false;
  // Where types are what they look like, two that look the same can stand for each other.
  const structural = ours.language === 'typescript' && typeSort(own) === 'shape';
  if (structural && own.kind === its.kind && own.signature === its.signature) return false;
  return overlap(mine.name, membersOf(ours.next, mine.name), membersOf(theirs.next, mine.name));
}

/** The same file lies on the other side too: one is stacked on the other. */
function hasFile(side: SideFacts, { path, file }: CodeFile): boolean {
  return fileOf(side, path)?.file.next?.blob === file.next?.blob;
}

function fileOf(side: SideFacts, path: string): CodeFile | undefined {
  return codeOf(side).files.find((file) => file.path === path);
}

/** Both ask more of whoever makes or reads one than was agreed, and neither knows of the other. */
function changedByBoth(a: SideFacts, b: SideFacts): Finding[] {
  return codeOf(a).files.flatMap((ours) => {
    const theirs = fileOf(b, ours.path);
    if (theirs === undefined || ours.file.next?.blob === theirs.file.next?.blob || isTest(ours.path)) return [];
    const others = new Map(changesOf(theirs).map((change) => [change.name, change]));
    return changesOf(ours).flatMap((mine): Finding[] => {
      const other = others.get(mine.name);
      if (other === undefined || mine.signature === other.signature) return [];
      const own = mine.clauses.find((clause) => !other.clauses.includes(clause));
      const its = other.clauses.find((clause) => !mine.clauses.includes(clause));
      const [first, second] = own !== undefined && its !== undefined ? [own, its] : oneValueTwice(mine, other);
      if (first === undefined || second === undefined) return [];
      return [
        {
          kind: 'type',
          subject: `${ours.path}: ${mine.name} changed by both`,
          message: `Both change the shared type \`${mine.name}\`: ${a.ref} ${first}, ${b.ref} ${second}.`,
          files: [ours.path],
          line: mine.line,
          at: 'a',
          prevention: `\`contract: [${ours.path}]\` in the plan settles shared types before the tasks start.`,
        },
      ];
    });
  });
}

function oneValueTwice(mine: TypeChange, other: TypeChange): string[] {
  for (const [value, name] of mine.values) {
    const its = other.values.get(value);
    if (its !== undefined && its !== name)
      return [`gives \`${value}\` to \`${name}\``, `gives \`${value}\` to \`${its}\``];
  }
  return [];
}
