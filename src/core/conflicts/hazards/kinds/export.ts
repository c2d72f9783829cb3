import { posix } from 'node:path';
import type { CodeFacts, Language } from '../facts';
import type { Finding, PairJudge, SideFacts } from '../parts';
import { type Addition, additionsBy, newlyOffered } from './code/additions';
import { inOrder } from './code/inOrder';
import { reachOf } from './code/modules';
import { isOnePackage } from './code/packages';
import { type CodeFile, codeOf, type ModuleChange } from './code/sideCode';
import { isTypeLike } from './code/typeLike';

/** One name twice in what git puts together: in a file, in a package, in what an index hands on; and one index extended by both. */
export const judgeExports: PairJudge = inOrder((a, b) => {
  const found: Finding[] = [];
  for (const [path, [ours, theirs]] of sharedFiles(a, b)) {
    const twice = namesTwice(a, b, ours, theirs);
    const handedOn = twice.length > 0 ? [] : namesThroughIndex(a, b, path);
    found.push(...twice, ...handedOn);
    if (twice.length + handedOn.length === 0) found.push(...indexOfBoth(a, b, ours, theirs));
  }
  return [...found, ...namesInPackage(a, b)];
});

/** Files to which both add names, with both versions. */
function sharedFiles(a: SideFacts, b: SideFacts): Map<string, [CodeFile, CodeFile]> {
  const theirs = codeOf(b).byPath;
  const shared = new Map<string, [CodeFile, CodeFile]>();
  for (const file of codeOf(a).files) {
    const other = theirs.get(file.path);
    if (other === undefined || other.file.next?.blob === file.file.next?.blob) continue;
    if (file.next !== null && other.next !== null) shared.set(file.path, [file, other]);
  }
  return shared;
}

function namesTwice(a: SideFacts, b: SideFacts, ours: CodeFile, theirs: CodeFile): Finding[] {
  const others = additionsBy(b).get(theirs.path) ?? [];
  return (additionsBy(a).get(ours.path) ?? []).flatMap((mine) => {
    const other = others.find((one) => one.name === mine.name && isTwice(ours.language, mine, one));
    if (other === undefined) return [];
    const gives = mine.reexport !== null || other.reexport !== null ? 'exports' : 'declares';
    return [
      {
        kind: 'export',
        subject: `${mine.path}: ${mine.name} twice`,
        message: `Both ${a.ref} and ${b.ref} add \`${mine.name}\` to ${mine.path}, which then ${gives} it twice.`,
        files: [mine.path],
        line: mine.line,
        at: 'a',
        prevention: scope(mine.path),
      },
    ];
  });
}

/** The same lines at the same place are one to git; everything else stands there twice. */
function isTwice(language: Language, mine: Addition, other: Addition): boolean {
  if (mine.name === '*') return false;
  const [own, theirs] = [mine.declaration, other.declaration];
  const same = signature(mine) === signature(other);
  if (same && mine.gap === other.gap) return false;
  if (own === null && theirs === null && same) return language === 'typescript' || language === 'javascript';
  if (own === null || theirs === null) return true;
  // Methods of one name for other arguments are two in Java; a value said twice is one in Python.
  if (language === 'java' && own.parameters !== null && theirs.parameters !== null) return types(mine) === types(other);
  return !(language === 'python' && (own.kind === 'constant' || own.kind === 'field'));
}

function signature({ declaration, reexport }: Addition): string {
  return declaration?.signature ?? `${reexport?.from} ${reexport?.name}`;
}

function types({ declaration }: Addition): string {
  return (declaration?.parameters ?? []).map(({ type, kind }) => `${kind} ${type}`).join(', ');
}

/** Two modules are handed on whole, and each side adds the same name to one of them: neither is handed on then. */
function namesThroughIndex(a: SideFacts, b: SideFacts, index: string): Finding[] {
  const mine = offeredThrough(a, b, index);
  const theirs = offeredThrough(b, a, index);
  return [...mine].flatMap(([name, from]) => {
    const other = theirs.get(name);
    if (other === undefined || other.path === from.path) return [];
    return [
      {
        kind: 'export',
        subject: `${index}: ${name} from two modules`,
        message: `${index} hands on \`${name}\` twice: ${a.ref} adds one in ${from.path}, ${b.ref} another in ${other.path}.`,
        files: [from.path, other.path, index].sort((x, y) => Number(y === from.path) - Number(x === from.path)),
        line: from.line,
        at: 'a',
        prevention: scope(index),
      },
    ];
  });
}

/** What a side newly offers in modules that the index hands on whole, as it is on either side. */
function offeredThrough(side: SideFacts, other: SideFacts, index: string): Map<string, { path: string; line: number }> {
  const offered = new Map<string, { path: string; line: number }>();
  const facts = [side, other].flatMap((one) => codeOf(one).files.filter(({ path }) => path === index));
  const stars = facts.flatMap(({ next }) => next?.imports.filter((one) => isStar(one, next)) ?? []);
  for (const { from } of stars) {
    const reach = reachOf(facts[0]?.language ?? 'typescript', index, from);
    for (const module of codeOf(side).modules.values()) {
      if (reach(module.key) !== 'here' || module.after[0] === undefined) continue;
      for (const { name, line } of newlyOffered(module)) offered.set(name, { path: module.after[0].path, line });
    }
  }
  return offered;
}

function isStar({ name, local, reexport }: CodeFacts['imports'][number], { language }: CodeFacts): boolean {
  return reexport === '*' || (language === 'python' && name === '*' && local === null);
}

/** An index is nothing but what it hands on: both at once are what an integration branch is for. */
function indexOfBoth(a: SideFacts, b: SideFacts, ours: CodeFile, theirs: CodeFile): Finding[] {
  if (!isIndex(ours) || !isIndex(theirs)) return [];
  const [mine, other] = [additionsBy(a).get(ours.path) ?? [], additionsBy(b).get(theirs.path) ?? []];
  const own = mine.filter((one) => isHandedOn(one) && !other.some((its) => signature(its) === signature(one)));
  const its = other.filter((one) => isHandedOn(one) && !mine.some((our) => signature(our) === signature(one)));
  const [first, second] = [own[0], its[0]];
  if (first === undefined || second === undefined) return [];
  return [
    {
      kind: 'export',
      subject: `${ours.path}: extended by both`,
      message: `Both extend ${ours.path}: ${a.ref} with ${shown(first)}, ${b.ref} with ${shown(second)}.`,
      files: [ours.path],
      line: first.line,
      at: 'a',
      prevention: scope(ours.path),
    },
  ];
}

function shown({ name, reexport }: Addition): string {
  return name === '*' ? `all of \`${reexport?.from}\`` : `\`${name}\``;
}

/** The modules that a module of Rust has are no names of others. */
function isHandedOn({ reexport }: Addition): boolean {
  return reexport !== null && reexport.from !== 'self';
}

function isIndex({ path, old }: CodeFile): boolean {
  if (!/^(index\.[cm]?[jt]sx?|__init__\.py|mod\.rs|lib\.rs)$/.test(posix.basename(path))) return false;
  if (old === null) return false;
  const handedOn = old.imports.filter(({ reexport }) => reexport !== null).length;
  return handedOn > old.declarations.length;
}

/** Files of one package share their names: the second of a name does not compile. Types have a judge of their own. */
function namesInPackage(a: SideFacts, b: SideFacts): Finding[] {
  const modules = codeOf(b).modules;
  return [...codeOf(a).modules].flatMap(([id, module]) => {
    const other = module.language === 'go' ? modules.get(id) : undefined;
    return other === undefined ? [] : twiceInPackage(a, b, module, other);
  });
}

function twiceInPackage(a: SideFacts, b: SideFacts, ours: ModuleChange, theirs: ModuleChange): Finding[] {
  const others = addedTo(b, theirs);
  return addedTo(a, ours).flatMap((mine) => {
    const other = others.find(({ name, path }) => name === mine.name && isOnePackage(ours.language, path, mine.path));
    if (other === undefined || (isTypeLike(mine.declaration) && isTypeLike(other.declaration))) return [];
    return [
      {
        kind: 'export',
        subject: `${ours.key}: ${mine.name} twice in the package`,
        message: `${a.ref} declares \`${mine.name}\` in ${mine.path} and ${b.ref} in ${other.path}, which are of one package.`,
        files: [mine.path, other.path],
        line: mine.line,
        at: 'a',
        prevention: scope(posix.dirname(mine.path)),
      },
    ];
  });
}

/** What is new to the whole package, and not only to a file of it. */
export function addedTo(side: SideFacts, { before, after }: ModuleChange): Addition[] {
  const had = new Set(before.flatMap(({ code }) => code.declarations.map(({ name }) => name)));
  const paths = new Set(after.map(({ path }) => path));
  const added = [...paths].flatMap((path) => additionsBy(side).get(path) ?? []);
  return added.filter(({ name, declaration }) => declaration !== null && !had.has(name));
}

function scope(path: string): string {
  return `\`scope\` gives ${path} to one task, which adds to it for the others.`;
}
