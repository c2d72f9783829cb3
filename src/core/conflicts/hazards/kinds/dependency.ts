import type { PairJudge, SideJudge } from '../parts';

/** Two packages in ranges that do not meet, removed here and newly used there, two for one job. */
export const judgeDependencies: PairJudge = () => [];

/** Packages that the plan has not approved. */
export const judgeApproval: SideJudge = () => [];
