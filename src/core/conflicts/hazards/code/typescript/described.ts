import type { Declaration } from '../../facts';
import { widest } from './parameters';

/** A declaration before it is known under which names, if any, others know it. */
export interface Described extends Omit<Declaration, 'exported'> {
  /** A signature without a body: where there are some, the body's own is not to be seen. */
  readonly bodiless: boolean;
  /** Named on their own, without their owner. */
  readonly members: readonly Described[];
}

/** Joins what is said in several places of one thing: overloads, merged interfaces, a getter and its setter. */
export function merged(all: readonly Described[]): Described[] {
  const groups = new Map<string, Described[]>();
  for (const each of all) {
    const key = `${each.kind} ${each.name}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].map(join);
}

function join(all: readonly Described[]): Described {
  const bodiless = all.filter((each) => each.bodiless);
  const [first, ...others] = bodiless.length > 0 ? bodiless : all;
  if (first === undefined) throw new Error('A group has a member.');
  if (others.length === 0) return first;
  const parts = [first, ...others];
  const callable = parts.flatMap(({ parameters }) => (parameters === null ? [] : [parameters]));
  const bases = parts.flatMap((part) => part.bases ?? []);
  return {
    ...first,
    signature: [...new Set(parts.map(({ signature }) => signature))].join(' & '),
    parameters: callable.length === 0 ? null : widest(callable),
    result: parts.every(({ result }) => result === first.result) ? first.result : null,
    ...(bases.length > 0 && { bases }),
    members: merged(parts.flatMap(({ members }) => members)),
  };
}
