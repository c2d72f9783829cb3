import type { Recipe, Step } from './build';

/**
 * The same failure from less: leaves out settings and steps as long as `fails` still says what is wrong.
 * @param deadline ms since the epoch
 */
export async function shrink(
  recipe: Recipe,
  fails: (recipe: Recipe) => Promise<boolean>,
  deadline: number,
): Promise<Recipe> {
  let smallest = recipe;
  const attempt = async (smaller: Recipe): Promise<boolean> => {
    if (Date.now() > deadline || !(await fails(smaller))) return false;
    smallest = smaller;
    return true;
  };
  // Whole sides first: most have nothing to do with it.
  for (let side = recipe.places.length - 1; side > 0; side -= 1) {
    const without = (steps: readonly Step[]) => steps.filter((step) => step.side !== side);
    const { steps, dirt, later } = smallest;
    await attempt({ ...smallest, steps: without(steps), dirt: without(dirt), later: without(later) });
  }
  for (const list of ['later', 'dirt', 'steps', 'config', 'info', 'attributesFile'] as const) {
    for (let size = smallest[list].length; size > 0; size = Math.floor(size / 2)) {
      for (let at = smallest[list].length - size; at >= 0; at -= size) {
        const items: readonly unknown[] = smallest[list];
        await attempt({ ...smallest, [list]: [...items.slice(0, at), ...items.slice(at + size)] });
      }
    }
  }
  return smallest;
}
