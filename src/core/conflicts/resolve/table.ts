import type { ConflictFile, ResolutionType, Resolver } from '../../../contract/conflicts';

/** What is said of one conflicting file. Plain data: it crosses threads. */
export type Resolution = Pick<ConflictFile, 'type' | 'who' | 'strategy' | 'candidate'>;

/** The conflict-resolution table. A test file goes to an agent only where both sides did nothing but add cases. */
const table: Readonly<Record<ResolutionType, { readonly strategy: string; readonly who: Resolver }>> = {
  'import ordering': { strategy: 'Accept either, run formatter', who: 'automated' },
  'package lock file': { strategy: 'Regenerate from scratch', who: 'automated' },
  'same file, different sections': { strategy: 'Manual merge', who: 'human' },
  'same function': { strategy: 'Choose based on spec', who: 'human' },
  'type definition': { strategy: 'Align to shared spec', who: 'human' },
  'test overlap': { strategy: 'Combine test suites', who: 'human' },
  configuration: { strategy: 'Merge settings, test', who: 'human' },
};

/** A row of the table. What is automated there is a candidate here: nobody has proven yet that it works out. */
export function row(type: ResolutionType, who: Resolver = table[type].who): Resolution {
  return { type, who, strategy: table[type].strategy, candidate: who === 'automated' };
}

/** A human has to look, and more is not known. @param type what its path says; null: nothing */
export function byHuman(type: ResolutionType | null): Resolution {
  return type === null ? { type, who: 'human', strategy: null, candidate: false } : row(type, 'human');
}

/** Its content is not here: nothing is said. */
export const notJudged: Resolution = Object.freeze({ type: null, who: null, strategy: null, candidate: false });
