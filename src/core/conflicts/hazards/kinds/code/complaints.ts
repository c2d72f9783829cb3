import type { Call, Declaration, Parameter } from '../../facts';
import type { Broken } from './broken';
import { misfit } from './fits';
import type { NewUse } from './newUses';
import type { ModuleChange, Version } from './sideCode';
import { isOtherType } from './typeTexts';

/** What is said of a use: `removes X`, and what the other side does with it. */
export interface Complaint {
  readonly did: string;
  readonly uses: string;
}

/** Why a new use does not work with what became of the thing; null: it does, or nobody knows. */
export function complaintOf(broken: Broken, { call, isImport }: NewUse): Complaint | null {
  const { before, after, module } = broken;
  if (after.length === 0) {
    const uses = isImport ? 'newly imports' : call === null ? 'newly uses' : 'newly calls';
    return { did: `removes ${shown(before)}, which`, uses };
  }
  if (isImport) return null;
  const did = changeOf(broken);
  if (call === null) return otherValue(broken) ? { did: `${did}, but`, uses: 'newly uses it as it was' } : null;
  const literal =
    call.positional === 0 && call.keywords.length > 0 && before.every(({ parameters }) => parameters === null);
  if (literal) {
    const clause = literalMisfit(module, broken.name, call.keywords);
    return clause === null ? null : { did: `${clause.did}, but`, uses: `newly makes one ${clause.how}` };
  }
  const clause = misfit(module.language, call, before, after);
  return clause === null ? null : { did: `${did}, but`, uses: `newly calls it ${clause}` };
}

function changeOf({ before, after }: Broken): string {
  const names = [shown(before, false), shown(after, false)];
  if (names[0] !== names[1]) return `changes ${names[0]} to ${names[1]}`;
  const types = [shown(before, true), shown(after, true)];
  return types[0] === types[1] ? `changes ${names[0]}` : `changes ${types[0]} to ${types[1]}`;
}

/** `parse(text, options?)`, with types where they are what differs. */
function shown([declaration]: readonly Declaration[], types = false): string {
  if (declaration === undefined) return '';
  const { name, parameters, result, signature, kind } = declaration;
  if (parameters === null) return types && kind !== 'class' ? `\`${signature.slice(0, 120)}\`` : `\`${name}\``;
  const list = parameters.map((parameter) => shownParameter(parameter, types)).join(', ');
  const gives = types && result !== null ? `: ${result}` : '';
  const waits = types && gives === '' && /^(?:\w+ )*async\b/.test(signature) ? 'async ' : '';
  return `\`${waits}${name}(${list})${gives}\``;
}

function shownParameter({ name, type, kind }: Parameter, types: boolean): string {
  const base = name ?? type ?? '…';
  const text = kind === 'rest' ? `...${base}` : kind === 'keywords' ? `**${base}` : base;
  const mark = kind === 'optional' || kind === 'optional-keyword' ? '?' : '';
  return types && type !== null && name !== null ? `${text}${mark}: ${type}` : `${text}${mark}`;
}

/** A constant or field of another type. */
function otherValue({ before, after, module }: Broken): boolean {
  const [old, now] = [before[0], after[0]];
  if (old === undefined || now === undefined || before.length > 1 || after.length > 1) return false;
  if (old.kind !== now.kind || (old.kind !== 'field' && old.kind !== 'constant')) return false;
  return isOtherType(module.language, valueType(old), valueType(now));
}

/** `a: number`, `readonly a?: number`, `A = number`; null: it does not say. */
export function valueType({ signature }: Declaration): string | null {
  return /^[^:(){}]*?\??: ?(.+?);?$/.exec(signature)?.[1] ?? null;
}

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
