import type { Call, Declaration, Language, Parameter } from '../../facts';
import { isOtherType } from './typeTexts';

/**
 * How a call that was written for one declaration does not fit the next one any more: a clause that goes on after
 * "calls it". null: it fits, or it did not fit before either.
 * @param before as it was when the call was written; several: it is overloaded
 */
export function misfit(language: Language, call: Call, before: readonly Declaration[], after: readonly Declaration[]) {
  const meant = before.filter(({ parameters }) => parameters !== null && shortfall(parameters, call) === null);
  if (meant.length === 0) return null;
  const clauses = after.map((now) => misfitOf(language, call, meant, now));
  return clauses.includes(null) ? null : (clauses[0] ?? null);
}

function misfitOf(language: Language, call: Call, meant: readonly Declaration[], now: Declaration): string | null {
  if (now.parameters === null) return 'as it was';
  const short = shortfall(now.parameters, call);
  if (short !== null) return short;
  const clauses = meant.map((old) => shifted(language, call, old, now) ?? otherResult(language, old, now));
  return clauses.includes(null) ? null : (clauses[0] ?? null);
}

/** What a call lacks, or has too much of. */
export function shortfall(parameters: readonly Parameter[], call: Call): string | null {
  const kinds = (...wanted: Parameter['kind'][]) => parameters.filter(({ kind }) => wanted.includes(kind));
  const places = kinds('required', 'optional');
  if (call.positional > places.length && kinds('rest').length === 0) return withCount(call);
  const named = new Set(call.keywords);
  const taken = new Set(parameters.map(({ name }) => name));
  const unknown = call.keywords.find((name) => !taken.has(name));
  if (unknown !== undefined && kinds('keywords').length === 0) return `with \`${unknown}\`, which it no longer takes`;
  if (call.spread) return null;
  const open = places.slice(call.positional).filter(({ kind, name }) => kind === 'required' && !has(named, name));
  if (open.length > 0)
    return call.keywords.length > 0 && open[0]?.name != null ? `without \`${open[0].name}\`` : withCount(call);
  const missing = kinds('keyword').find(({ name }) => !has(named, name));
  return missing === undefined ? null : `without \`${missing.name}\``;
}

function has(names: ReadonlySet<string>, name: string | null): boolean {
  return name !== null && names.has(name);
}

function withCount({ positional, keywords }: Call): string {
  const count = positional + keywords.length;
  if (count === 0) return 'without arguments';
  return count === 1 ? 'with 1 argument' : `with ${count} arguments`;
}

/** As many as before, but what stands at a place means something else. */
function shifted(language: Language, call: Call, before: Declaration, after: Declaration): string | null {
  const [old, now] = [positional(before), positional(after)];
  const reached = Math.min(call.positional, old.length);
  for (let index = 0; index < reached; index += 1) {
    const [was, is] = [old[index], now[index]];
    if (was === undefined || is === undefined) continue;
    const elsewhere = was.name !== null && was.name !== is.name && now.some(({ name }) => name === was.name);
    if (elsewhere) return `with \`${was.name}\` in another place`;
    if (isOtherType(language, was.type, is.type)) return `with \`${was.type}\` where it takes \`${is.type}\``;
  }
  return null;
}

function positional({ parameters }: Declaration): Parameter[] {
  return (parameters ?? []).filter(({ kind }) => kind === 'required' || kind === 'optional');
}

/** What it gives back has to be taken in another way. */
function otherResult(language: Language, before: Declaration, after: Declaration): string | null {
  if (isOtherType(language, before.result, after.result) && !isNarrower(language, before.result, after.result))
    return `for \`${before.result}\``;
  const waits = (one: Declaration) => /^(?:\w+ )*async\b/.test(one.signature);
  const says = before.result !== null && before.result === after.result;
  const boxed = language === 'typescript' && (says || /^Promise</.test(after.result ?? ''));
  return waits(after) && !waits(before) && !boxed ? 'without awaiting it' : null;
}

/** Less is given than could be expected: nobody has to change. `boolean` to `true`, `A | B` to `A`. */
function isNarrower(language: Language, before: string | null, after: string | null): boolean {
  return !isOtherType(language, after, before);
}
