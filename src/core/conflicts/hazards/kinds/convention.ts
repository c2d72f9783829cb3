import type { PairJudge, SideJudge } from '../parts';

/** Two sides that go different ways. */
export const judgeConventions: PairJudge = () => [];

/** Names unlike their folder's. */
export const judgeConvention: SideJudge = () => [];
