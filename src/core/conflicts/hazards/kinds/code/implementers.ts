import type { Declaration, Language } from '../../facts';
import type { Broken } from './broken';
import { membersOf } from './members';
import type { NewUse } from './newUses';

/** How a class that is newly made after a type does not do what the type asks for now; null: it does, or nobody knows. */
export function implementerMisfit({ name, before, after, module }: Broken, { file, written }: NewUse) {
  const type = after[0];
  const made = file.next?.declarations.find(({ bases }) => bases?.includes(written) && isAlone(module.language, bases));
  if (type === undefined || made === undefined || before[0]?.kind !== type.kind) return null;
  const had = membersOf(module.before, name);
  const own = membersOf(file.next === null ? [] : [{ path: file.path, blob: '', code: file.next }], made.name);
  for (const [member, now] of membersOf(module.after, name)) {
    if (!isAskedFor(module.language, type, now)) continue;
    const old = had.get(member);
    const mine = own.get(member);
    const wasAsked = old !== undefined && isAskedFor(module.language, type, old);
    if (mine === undefined && !wasAsked)
      return { did: `adds \`${member}\` to \`${name}\``, how: `\`${made.name}\`, which lacks it,` };
    if (
      mine !== undefined &&
      old !== undefined &&
      differs(old, now) &&
      !differs(old, mine) &&
      asksOther(module.language, mine, now)
    )
      return { did: `changes \`${name}.${member}\``, how: `\`${made.name}\`, which has it as it was,` };
  }
  return null;
}

/** Another base may have what this one asks for; a trait cannot. */
function isAlone(language: Language, bases: readonly string[]): boolean {
  return bases.length === 1 || language === 'rust';
}

/** A protocol of Python may have what nobody has to give. */
function isAskedFor(language: Language, type: Declaration, member: Declaration): boolean {
  if (member.optional === true) return false;
  return (type.kind === 'interface' && language !== 'python') || /\babstract\b/.test(member.signature);
}

function places({ parameters }: Declaration): number {
  return parameters?.filter(({ kind }) => kind === 'required' || kind === 'optional').length ?? -1;
}

function differs(a: Declaration, b: Declaration): boolean {
  return places(a) !== places(b);
}

/** In TypeScript a method may take less than it is given. */
function asksOther(language: Language, mine: Declaration, now: Declaration): boolean {
  if (language !== 'typescript' && language !== 'javascript') return differs(mine, now);
  return (mine.parameters?.filter(({ kind }) => kind === 'required').length ?? 0) > places(now);
}
