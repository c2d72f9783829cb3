import type { Parameter } from '../../facts';
import { partsOf } from '../nodes';
import type { Node } from '../tree';
import { inferred, parameterParts, print } from './print';

/** Parameters of anything that can be called. */
export function parametersOf(callable: Node): Parameter[] {
  const single = callable.childForFieldName('parameter'); // `x => x`
  if (single !== null) return [{ name: single.text, type: null, kind: 'required' }];
  const list = callable.childForFieldName('parameters');
  return list === null ? [] : partsOf(list).flatMap(parameterOf);
}

function parameterOf(node: Node): Parameter[] {
  const { pattern, type, value, optional } = parameterParts(node);
  if (pattern?.type === 'this') return []; // only says what `this` is
  const isRest = pattern?.type === 'rest_pattern';
  const bound = isRest ? pattern.firstNamedChild : pattern;
  return [
    {
      name: bound?.type === 'identifier' ? bound.text : null,
      type: type === null ? inferred(value) : print(type),
      kind: isRest ? 'rest' : optional ? 'optional' : 'required',
    },
  ];
}

/** What any of the overloads takes: fewer are required, more are allowed, and a type is said where all say the same. */
export function widest(overloads: readonly (readonly Parameter[])[]): Parameter[] {
  const [first, ...others] = overloads;
  if (first === undefined) return [];
  return others.reduce<Parameter[]>(
    (wide, next) => {
      const longer = wide.length >= next.length ? wide : next;
      return longer.map((_, at) => join(wide[at], next[at]));
    },
    [...first],
  );
}

function join(a: Parameter | undefined, b: Parameter | undefined): Parameter {
  if (a === undefined || b === undefined) {
    const only = a ?? b ?? { name: null, type: null, kind: 'optional' };
    return only.kind === 'required' ? { ...only, kind: 'optional' } : only;
  }
  const kind =
    [a, b].find(({ kind: each }) => each === 'rest') ?? [a, b].find(({ kind: each }) => each === 'optional') ?? a;
  return { name: a.name === b.name ? a.name : null, type: a.type === b.type ? a.type : null, kind: kind.kind };
}
