import type { PairJudge } from '../parts';

export const judgeWrites: PairJudge = () => [];
