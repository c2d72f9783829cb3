import type { SideJudge } from '../parts';

export const judgeOwnership: SideJudge = () => [];
