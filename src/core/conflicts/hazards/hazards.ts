import type { Hazard } from '../../../contract/conflicts';
import type { GitPlace } from '../../git/treeDiff';
import type { ResolutionRequest } from '../resolve/resolveFiles';
import type { Resolution } from '../resolve/table';
import type { TaskRules, Unjudged } from './parts';
import type { Contribution } from './readSides';

/** Whether somebody has put it aside is not of its nature. */
export type FoundHazard = Omit<Hazard, 'muted'>;

/** What is to be judged. Plain data: it crosses threads. */
export interface HazardQuestion {
  readonly place: GitPlace;
  readonly sides: readonly JudgedSide[];
  /** Sides to be held against what they were told, by their places in `sides`. */
  readonly alone: readonly number[];
  /** Sides to be held against each other. */
  readonly pairs: readonly JudgedPair[];
  /** Conflicting files, to be told who resolves them. */
  readonly files: readonly ResolutionRequest[];
}

/** Two places in `sides`. `base`: one of them is what the other is held against. */
export type JudgedPair = readonly [a: number, b: number, held: 'base' | 'side'];

export interface JudgedSide extends Contribution {
  /** null: no task of a plan. */
  readonly rules: TaskRules | null;
}

/** In the order of the question. null: it was not judged. */
export interface HazardAnswer {
  readonly alone: readonly (readonly FoundHazard[] | null)[];
  readonly pairs: readonly (readonly FoundHazard[] | null)[];
  /** Files of each side in which nothing was looked for; null: in none of them. */
  readonly unjudged: readonly (readonly Unjudged[] | null)[];
  readonly resolutions: readonly (Resolution | null)[];
  readonly gitProcesses: number;
}

/** Judges what git calls clean, and who resolves what it does not. */
export interface HazardJudge {
  /**
   * Questions wait for each other. What cannot be judged is null in the answer.
   * @throws GitError, `cancelled` when the signal says so
   */
  judge(question: HazardQuestion, signal?: AbortSignal): Promise<HazardAnswer>;
  /** Lets go of what is kept. A later question begins anew. */
  dispose(): void;
}
