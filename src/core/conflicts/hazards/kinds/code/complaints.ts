import type { Declaration, Parameter } from '../../facts';
import type { Broken } from './broken';
import { misfit } from './fits';
import { implementerMisfit } from './implementers';
import { literalMisfit } from './members';
import type { NewUse } from './newUses';
import { type Taker, takerMisfit } from './takers';
import { isOtherType } from './typeTexts';

/** What is said of a use: `removes X`, and what the other side does with it. */
export interface Complaint {
  readonly did: string;
  readonly uses: string;
}

/** Why a new use does not work with what became of the thing; null: it does, or nobody knows. */
export function complaintOf(broken: Broken, use: NewUse): Complaint | null {
  const { call, isImport } = use;
  const { before, after, module } = broken;
  if (after.length === 0) {
    const uses = isImport ? 'newly imports' : call === null ? 'newly uses' : 'newly calls';
    return { did: `removes ${shown(before)}, which`, uses };
  }
  if (isImport) return null;
  const did = changeOf(broken);
  if (call === null) {
    if (otherValue(broken)) return { did: `${did}, but`, uses: 'newly uses it as it was' };
    const lacking = implementerMisfit(broken, use);
    return lacking === null ? null : { did: `${lacking.did}, but`, uses: `newly has ${lacking.how}` };
  }
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

/** The same of a call whose literal is not what is taken any more. */
export function takerComplaint(taker: Taker, use: NewUse): Complaint | null {
  const clause = takerMisfit(taker, use);
  if (clause === null) return null;
  return { did: `${clause.did}, but`, uses: `newly calls \`${taker.name}\` ${clause.how}` };
}
