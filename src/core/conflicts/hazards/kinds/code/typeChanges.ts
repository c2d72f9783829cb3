import type { CodeFacts, Declaration } from '../../facts';
import type { CodeFile } from './sideCode';
import { typeSort } from './typeLike';
import { isOtherType, split } from './typeTexts';

/** What a side asks more of those who make or read a type than before. */
export interface TypeChange {
  readonly name: string;
  readonly signature: string;
  readonly line: number;
  /** `adds \`email\``, `removes \`id\`` */
  readonly clauses: readonly string[];
  /** Values that new members of an enumeration have, and whose they are. */
  readonly values: ReadonlyMap<string, string>;
}

/** Members of a type, by their own names. */
export function membersOf(code: CodeFacts | null, type: string): Map<string, Declaration> {
  const prefix = `${type}.`;
  const members = code?.declarations.filter(({ name }) => name.startsWith(prefix)) ?? [];
  return new Map(members.map((member) => [member.name.slice(prefix.length), member]));
}

/**
 * Whether two types of one name are meant to be one: a member is the same in both, or one has all that the other has.
 * Without members the name alone speaks, and one word says too little.
 */
export function overlap(
  name: string,
  a: ReadonlyMap<string, Declaration>,
  b: ReadonlyMap<string, Declaration>,
): boolean {
  if (a.size === 0 || b.size === 0) return /[a-z\d][A-Z]|_/.test(name) || a.size + b.size > 0;
  const shared = [...a.keys()].filter((member) => !member.startsWith('_') && b.has(member));
  if (shared.some((member) => a.get(member)?.signature === b.get(member)?.signature)) return true;
  return shared.length === Math.min(a.size, b.size);
}

const known = new WeakMap<CodeFile, readonly TypeChange[]>();

/** Types that others may use and that were there before. */
export function changesOf(file: CodeFile): readonly TypeChange[] {
  const made = known.get(file) ?? makeChanges(file);
  known.set(file, made);
  return made;
}

function makeChanges({ old, next, language }: CodeFile): TypeChange[] {
  const before = new Map(old?.declarations.map((declaration) => [declaration.name, declaration]));
  return (next?.declarations ?? []).flatMap((now): TypeChange[] => {
    const was = before.get(now.name);
    if (was === undefined || !was.exported || !now.exported) return [];
    const sort = typeSort(now);
    if (sort === null || sort !== typeSort(was) || was.signature === now.signature) return [];
    // A class is changed all the time; only what it takes to make one is shared.
    if (sort === 'class' && JSON.stringify(was.parameters) === JSON.stringify(now.parameters) && language !== 'rust') {
      return [];
    }
    const [then, members] = [membersOf(old, now.name), membersOf(next, now.name)];
    const clauses = clausesOf(language, [was, then], [now, members]);
    const values = now.kind === 'enum' ? newValues(then, members) : new Map<string, string>();
    if (clauses.length + values.size === 0) return [];
    return [{ name: now.name, signature: now.signature, line: now.line, clauses, values }];
  });
}

type Type = readonly [Declaration, ReadonlyMap<string, Declaration>];

function clausesOf(language: CodeFile['language'], [was, before]: Type, [now, after]: Type): string[] {
  if (before.size + after.size === 0) return lostAlternatives(was, now);
  const clauses: string[] = [];
  for (const [name, member] of after) {
    const old = before.get(name);
    if (old === undefined) {
      if (isAsked(language, now, member)) clauses.push(`adds \`${name}\``);
    } else if (old.signature !== member.signature && now.kind !== 'enum' && isAnother(language, old, member)) {
      clauses.push(`changes \`${name}\``);
    } else if (now.kind === 'enum' && old.signature !== member.signature) clauses.push(`changes \`${name}\``);
  }
  for (const name of before.keys()) if (!after.has(name)) clauses.push(`removes \`${name}\``);
  return clauses;
}

/** Written beside it; what is counted by itself is not known. */
function newValues(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, Declaration>): Map<string, string> {
  const added = [...after].filter(([name, { signature }]) => !before.has(name) && /^(-?\d|['"])/.test(signature));
  return new Map(added.map(([name, { signature }]) => [signature, name]));
}

/** Whoever makes one has to give it. One more of an enumeration asks nothing of anybody. */
function isAsked(language: CodeFile['language'], type: Declaration, member: Declaration): boolean {
  if (type.kind === 'enum' || member.optional === true) return false;
  if (type.kind !== 'class') return true;
  if (language === 'rust') return member.kind === 'field';
  const name = member.name.slice(member.name.lastIndexOf('.') + 1);
  return (
    type.parameters?.some((one) => one.name === name && (one.kind === 'required' || one.kind === 'keyword')) ?? false
  );
}

function isAnother(language: CodeFile['language'], old: Declaration, now: Declaration): boolean {
  if ((old.optional ?? false) !== (now.optional ?? false)) return true;
  if (old.parameters !== null || now.parameters !== null) return true;
  return isOtherType(language, typeIn(old), typeIn(now)) || isOtherType(language, typeIn(now), typeIn(old));
}

function typeIn({ signature }: Declaration): string {
  return signature.replace(/^[^:(){}<]*?\??: ?/, '').replace(/;$/, '');
}

/** `A | B` that is only `A` now. What is one of more is no less than before. */
function lostAlternatives(was: Declaration, now: Declaration): string[] {
  const alternatives = ({ signature }: Declaration) => split(signature.replace(/^[^=]*= ?/, ''), '|');
  const after = new Set(alternatives(now));
  const lost = alternatives(was).filter((one) => !after.has(one));
  return lost.slice(0, 1).map((one) => `takes \`${one}\` out of it`);
}
