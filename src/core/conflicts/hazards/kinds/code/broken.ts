import type { Declaration, Import, Language } from '../../facts';
import type { SideFacts } from '../../parts';
import { partsOf, type Reaching, reachOf } from './modules';
import { codeOf, declaredIn, type ModuleChange, moduleId, type SideCode, type Version } from './sideCode';

/** Something that is used elsewhere, and that a side changed or took away. */
export interface Broken {
  readonly module: ModuleChange;
  /** The file in which it was. */
  readonly path: string;
  /** `parse`, `Parser.parse` */
  readonly name: string;
  /** Only its own file and its own package could use it otherwise. */
  readonly exported: boolean;
  /** Several: it was overloaded. */
  readonly before: readonly Declaration[];
  /** Empty: gone. */
  readonly after: readonly Declaration[];
}

const known = new WeakMap<SideFacts, ReadonlyMap<string, readonly Broken[]>>();

/** What a side changed or took away, by the last part of the name. */
export function brokenBy(side: SideFacts): ReadonlyMap<string, readonly Broken[]> {
  const made = known.get(side) ?? makeBroken(codeOf(side));
  known.set(side, made);
  return made;
}

function makeBroken(code: SideCode): Map<string, Broken[]> {
  const all = new Map<string, Broken[]>();
  for (const module of code.modules.values()) {
    if (module.before.length === 0) continue;
    for (const broken of brokenIn(code, module)) {
      const last = partsOf(broken.name).at(-1) ?? broken.name;
      all.set(last, [...(all.get(last) ?? []), broken]);
    }
  }
  return all;
}

function brokenIn(code: SideCode, module: ModuleChange): Broken[] {
  const names = new Set(module.before.flatMap((version) => version.code.declarations.map(({ name }) => name)));
  const gone = new Set<string>();
  const all: Broken[] = [];
  for (const name of [...names].sort()) {
    const before = declaredIn(module.before, name);
    const exported = before.some((one) => one.exported);
    const own = declaredIn(module.after, name);
    const after = exported || own.length === 0 ? exportedAs(code, module, name) : own;
    if (after === null) continue;
    if (after.length === 0) gone.add(name);
    // Whoever used a member named its type first.
    const container = name.slice(0, Math.max(0, name.lastIndexOf('.')));
    if (gone.has(container)) continue;
    if (sameSignatures(before, after) && asked(module.before, name) === asked(module.after, name)) continue;
    const path = module.before.find((version) => declaredIn([version], name).length > 0)?.path;
    all.push({ module, path: path ?? '', name, exported, before, after });
  }
  return all;
}

function sameSignatures(before: readonly Declaration[], after: readonly Declaration[]): boolean {
  const signatures = (all: readonly Declaration[]) => all.map(({ kind, signature }) => `${kind} ${signature}`).sort();
  return signatures(before).join('\n') === signatures(after).join('\n') && !isPermuted(before, after);
}

/** What a class asks of those who extend it, which its own signature need not say. */
function asked(versions: readonly Version[], type: string): string {
  const members = versions.flatMap(({ code }) => code.declarations.filter(({ name }) => name.startsWith(`${type}.`)));
  const abstract = members.filter(({ signature }) => /\babstract\b/.test(signature));
  return abstract.map(({ name }) => name).join();
}

/** The same names in another order: the types may be the same, what is meant is not. */
function isPermuted([before]: readonly Declaration[], [after]: readonly Declaration[]): boolean {
  const [old, now] = [before, after].map((one) => one?.parameters?.map(({ name }) => name ?? '') ?? []);
  return old?.join() !== now?.join() && old?.toSorted().join() === now?.toSorted().join();
}

/** What a module offers under a name now, its own or handed on from elsewhere; null: not known. */
export function exportedAs(code: SideCode, module: ModuleChange, name: string, depth = 0): Declaration[] | null {
  const own = declaredIn(module.after, name).filter(({ exported }) => exported);
  if (own.length > 0) return own;
  if (depth > 4) return null;
  const [first = '', ...rest] = partsOf(name);
  if (rest.length > 0 && isInheritedNow(module, first)) return null;
  const before = new Set(module.before.flatMap((version) => version.code.imports.map(importKey)));
  for (const { path, code: facts } of module.after) {
    for (const imported of facts.imports) {
      if (!handsOn(facts.language, imported, first)) continue;
      const there = imported.name === '*' || imported.name === '' ? name : [imported.name, ...rest].join('.');
      const found = offeredBy(code, reachOf(facts.language, path, imported.from), facts.language, there, depth);
      if (found !== null && found.length > 0) return found;
      // From a module that this side did not change, or did not name before: nobody knows what is there.
      if (imported.name !== '*' || !before.has(importKey(imported))) return null;
    }
  }
  return [];
}

function offeredBy(code: SideCode, reach: Reaching, language: Language, name: string, depth: number) {
  for (const other of code.modules.values()) {
    if (moduleId(other.language, '') !== moduleId(language, '')) continue;
    if (reach(other.key) === null || other.after.length === 0) continue;
    const found = exportedAs(code, other, name, depth + 1);
    if (found !== null && found.length > 0) return found;
  }
  return null;
}

function importKey({ from, name, local, reexport }: Import): string {
  return `${from} ${name} ${local} ${reexport}`;
}

/** Whether a module hands a name on. In Python whatever is imported can be imported from there. */
export function handsOn(language: Language, { name, local, reexport }: Import, wanted: string): boolean {
  if (reexport === wanted || reexport === '*') return true;
  return language === 'python' && (local === wanted || (name === '*' && local === null));
}

/** A member may have gone to what its type extends since. */
function isInheritedNow(module: ModuleChange, type: string): boolean {
  const bases = (versions: ModuleChange['after']) => declaredIn(versions, type).flatMap((one) => one.bases ?? []);
  const before = new Set(bases(module.before));
  return bases(module.after).some((base) => !before.has(base));
}
