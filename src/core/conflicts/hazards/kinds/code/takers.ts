import type { Declaration } from '../../facts';
import type { SideFacts } from '../../parts';
import { literalMisfit } from './members';
import type { NewUse } from './newUses';
import { codeOf, type ModuleChange } from './sideCode';

/** A function that takes a type which a side changed: whoever calls it with a literal makes one. */
export interface Taker {
  readonly module: ModuleChange;
  readonly path: string;
  readonly name: string;
  /** Names of changed types, by position. */
  readonly types: ReadonlyMap<number, string>;
}

const known = new WeakMap<SideFacts, ReadonlyMap<string, readonly Taker[]>>();

/** Functions that take a type of their own module which a side changed, by the last part of their names. */
export function takersBy(side: SideFacts): ReadonlyMap<string, readonly Taker[]> {
  const made = known.get(side);
  if (made !== undefined) return made;
  const all = new Map<string, Taker[]>();
  for (const module of codeOf(side).modules.values()) {
    const changed = changedTypes(module);
    if (changed.size === 0) continue;
    for (const { path, code } of module.after) {
      for (const declaration of code.declarations) {
        const types = typesTaken(declaration, changed);
        if (types.size === 0 || !declaration.exported) continue;
        const last = declaration.name.slice(declaration.name.lastIndexOf('.') + 1);
        all.set(last, [...(all.get(last) ?? []), { module, path, name: declaration.name, types }]);
      }
    }
  }
  known.set(side, all);
  return all;
}

function changedTypes({ before, after }: ModuleChange): Set<string> {
  const old = new Map(before.flatMap(({ code }) => code.declarations.map((one) => [one.name, one.signature])));
  const types = after
    .flatMap(({ code }) => code.declarations)
    .filter(({ kind }) => kind === 'interface' || kind === 'type');
  const isChanged = ({ name, signature }: Declaration) => old.has(name) && old.get(name) !== signature;
  return new Set(types.filter(isChanged).map(({ name }) => name));
}

function typesTaken({ parameters }: Declaration, changed: ReadonlySet<string>): Map<number, string> {
  const taken = (parameters ?? []).flatMap(({ type }, index) =>
    type !== null && changed.has(type) ? [[index, type] as const] : [],
  );
  return new Map(taken);
}

/** How the literals of a call are not what is taken any more. */
export function takerMisfit({ module, types }: Taker, { call }: NewUse) {
  for (const [index, type] of types) {
    const keys = call?.objects?.[index];
    const misfit = keys == null ? null : literalMisfit(module, type, keys);
    if (misfit !== null) return misfit;
  }
  return null;
}
