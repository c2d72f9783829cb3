export type CaseStyle = 'kebab-case' | 'snake_case' | 'camelCase' | 'PascalCase';

const styles: readonly (readonly [CaseStyle, RegExp])[] = [
  ['kebab-case', /^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/],
  ['snake_case', /^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/],
  ['camelCase', /^[a-z][a-z0-9]*[A-Z][A-Za-z0-9]*$/],
  ['PascalCase', /^[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*$/],
];

/** How a name of several words is written; null: one small word, which fits most styles, or none of them. */
export function caseStyle(name: string): CaseStyle | null {
  return styles.find(([, shape]) => shape.test(name))?.[0] ?? null;
}

export interface Majority<S extends string> {
  readonly style: S;
  /** So many of `all` have it. */
  readonly count: number;
  readonly all: number;
  /** One that has it. */
  readonly example: string;
}

const fewest = 4;
const share = 0.8;

/**
 * The style that is clearly the rule among names: at least four of them, and at least four in five.
 * @param names by name, its style; names that fit any style are not among them
 */
export function majorityOf<S extends string>(names: ReadonlyMap<string, S>): Majority<S> | null {
  const counts = new Map<S, number>();
  for (const style of names.values()) counts.set(style, (counts.get(style) ?? 0) + 1);
  const [style, count = 0] = [...counts].sort(([, x], [, y]) => y - x)[0] ?? [];
  if (style === undefined || count < fewest || count < names.size * share) return null;
  const example = [...names].find(([, each]) => each === style)?.[0] ?? '';
  return { style, count, all: names.size, example };
}

/** Another style than the rule's that the folder knows already is no drift: one name may be a slip, two are a habit. */
export function isUsual<S extends string>(names: ReadonlyMap<string, S>, style: S): boolean {
  const found = [...names.values()].filter((each) => each === style).length;
  return found > 1 && found * 10 >= names.size;
}
