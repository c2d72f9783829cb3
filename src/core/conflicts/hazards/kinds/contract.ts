import type { SideJudge } from '../parts';

export const judgeContract: SideJudge = () => [];
