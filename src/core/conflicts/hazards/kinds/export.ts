import type { PairJudge } from '../parts';

export const judgeExports: PairJudge = () => [];
