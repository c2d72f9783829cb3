import type { PairJudge } from '../parts';

export const judgeTypes: PairJudge = () => [];
