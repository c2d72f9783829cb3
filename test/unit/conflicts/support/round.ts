import path from 'node:path';
import type { Cell } from '../../../../src/contract/conflicts';
import { Building, type Recipe } from './build';
import { difference, turned } from './compare';
import { inMemory } from './inMemory';
import { Oracle, type Truth } from './oracle';
import { type Look, Ours } from './ours';
import { changesOf, photograph } from './photograph';
import { shrink } from './shrink';

export interface Difference {
  /** Sides in the order of their names; null: it is not about a pair. */
  readonly pair: Pair | null;
  readonly what: string;
}
type Pair = readonly [string, string];

export interface Round {
  /** In what the product and real merges differ. */
  readonly differences: readonly Difference[];
  /** Makes the repository again. */
  readonly script: string;
  readonly truths: ReadonlyMap<string, Truth>;
  readonly pairs: number;
}

/**
 * Builds a repository, asks the product and real merges about every pair, and compares; with `later` steps the product
 * has looked once before, so that what it keeps between looks is in it.
 * @param only the one pair to compare
 */
export function playRound(recipe: Recipe, only: Pair | null = null): Promise<Round> {
  return inMemory(async (dir) => {
    const building = await Building.start(path.join(dir, 'live'), recipe);
    const ours = await Ours.open(building.root);
    if (recipe.later.length > 0) await ours.look(building.sides, 'main');
    await building.change();
    const { sides } = building;
    const refs = sides.map((side) => side.ref).sort();
    const all = refs.flatMap((a) => refs.filter((b) => a < b).map((b) => [a, b] as const));
    const pairs = all.filter(([a, b]) => only === null || (a === only[0] && b === only[1]));
    const before = photograph(building.top, ['repo/.git/switchyard']);
    const [truths, look] = await Promise.all([
      truthOf(building, path.join(dir, 'truth'), pairs),
      ours.look(sides, 'main'),
    ]);
    const written = changesOf(before, photograph(building.top, ['repo/.git/switchyard']));
    const differences = [
      ...written.map((line) => ({ pair: null, what: `reading has written: ${line}` })),
      ...compareLook(look, truths, refs),
    ];
    return { differences, script: building.hands.script, truths, pairs: pairs.length };
  });
}

async function truthOf(building: Building, copy: string, pairs: readonly Pair[]) {
  const oracle = await Oracle.open(building.top, copy, building.sides);
  return oracle.pairs(pairs);
}

function compareLook(look: Look, truths: ReadonlyMap<string, Truth>, refs: readonly string[]): Difference[] {
  const differences: Difference[] = [];
  const compare = (pair: Pair, cell: Cell, where: string) => {
    const truth = truths.get(pair.join(' '));
    const said = truth === undefined ? null : difference(cell, truth);
    if (said !== null) differences.push({ pair, what: `${where} ${said}\n${indented(truth?.said ?? '')}` });
  };
  const seen = new Set<string>();
  for (const cell of look.pairs) {
    const pair = [cell.a, cell.b] as const;
    seen.add(pair.join(' '));
    compare(pair, cell, 'the cell');
    if (look.meets(cell.a, cell.b) === false && conflicts(truths.get(pair.join(' ')))) {
      differences.push({ pair, what: 'is said not to meet, and conflicts' });
    }
  }
  for (const [name] of truths) if (!seen.has(name)) differences.push({ pair: null, what: `${name} has no cell` });
  for (const cell of look.againstBase) {
    // A pair is named in order; a side against its base is not.
    const inOrder = cell.ref < cell.base;
    const pair: Pair = inOrder ? [cell.ref, cell.base] : [cell.base, cell.ref];
    compare(pair, inOrder ? cell : turned(cell), 'the cell against the base');
  }
  if (look.againstBase.length !== refs.length - 1) {
    differences.push({ pair: null, what: `there are ${look.againstBase.length} cells against the base` });
  }
  return differences;
}

function conflicts(truth: Truth | undefined): boolean {
  return truth !== undefined && [truth, ...truth.others].every((each) => each.verdict === 'conflict');
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '      ');
}

/** For people. */
export function told({ pair, what }: Difference): string {
  return pair === null ? what : `${pair.join(' × ')}: ${what}`;
}

/** What a person needs to mend it: the smallest repository found within the time that still shows it, as a script. */
export async function report(recipe: Recipe, wanted: Difference, ms: number): Promise<string> {
  // Names and ids change when something is left out; what is wrong should not.
  const kindOf = ({ what }: Difference) => (what.split('\n')[0] ?? '').replace(/"[^"]*"(, )?|\(.*\)|:.*/g, '');
  const of = async (smaller: Recipe): Promise<{ found: Difference; script: string } | null> => {
    const { differences, script } = await playRound(smaller, wanted.pair);
    const found = differences.find((each) => kindOf(each) === kindOf(wanted));
    return found === undefined ? null : { found, script };
  };
  let last = { found: wanted, script: '(It did not happen again.)' };
  const fails = async (smaller: Recipe) => {
    const again = await of(smaller).catch(() => null);
    if (again !== null) last = again;
    return again !== null;
  };
  if (await fails(recipe)) await shrink(recipe, fails, Date.now() + ms);
  return `${told(last.found)}\n\n${last.script}\n`;
}
