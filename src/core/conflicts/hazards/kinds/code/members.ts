import type { Call, Declaration } from '../../facts';
import type { ModuleChange, Version } from './sideCode';

/** Of which members one may not be made without. */
export function requiredMembers(versions: readonly Version[], type: string): Map<string, Declaration> {
  return new Map([...membersOf(versions, type)].filter(([, member]) => member.optional !== true));
}

export function membersOf(versions: readonly Version[], type: string): Map<string, Declaration> {
  const prefix = `${type}.`;
  const members = new Map<string, Declaration>();
  for (const { code } of versions) {
    for (const declaration of code.declarations) {
      const { name, kind } = declaration;
      const own = name.startsWith(prefix) ? name.slice(prefix.length) : '';
      if (own !== '' && !own.includes('.') && (kind === 'field' || kind === 'method')) members.set(own, declaration);
    }
  }
  return members;
}

/** A literal that was whole and no longer is, or that has what nobody knows any more. */
export function literalMisfit(module: ModuleChange, type: string, keys: Call['keywords']) {
  const given = new Set(keys);
  const before = membersOf(module.before, type);
  const after = membersOf(module.after, type);
  const lacking = [...requiredMembers(module.after, type).keys()].find((name) => !given.has(name));
  const wasWhole = [...requiredMembers(module.before, type).keys()].every((name) => given.has(name));
  if (lacking !== undefined && wasWhole) {
    const did = before.has(lacking)
      ? `makes \`${lacking}\` of \`${type}\` required`
      : `adds \`${lacking}\` to \`${type}\``;
    return { did, how: `without \`${lacking}\`` };
  }
  const gone = keys.find((key) => before.has(key) && !after.has(key));
  return gone === undefined || after.size === 0
    ? null
    : { did: `removes \`${type}.${gone}\``, how: `with \`${gone}\`` };
}
