import { judgeContract } from './kinds/contract';
import { judgeConvention, judgeConventions } from './kinds/convention';
import { judgeApproval, judgeDependencies } from './kinds/dependency';
import { judgeExports } from './kinds/export';
import { judgeMigrations, judgeNumbers } from './kinds/migration';
import { judgeOwnership } from './kinds/ownership';
import { judgeSignatures } from './kinds/signature';
import { judgeTypes } from './kinds/type';
import { judgeWrites } from './kinds/write';
import type { Finding, PairJudge, SideFacts, SideJudge } from './parts';

const pairJudges: readonly PairJudge[] = [
  judgeMigrations,
  judgeExports,
  judgeDependencies,
  judgeTypes,
  judgeSignatures,
  judgeConventions,
  judgeWrites,
];
const sideJudges: readonly SideJudge[] = [judgeNumbers, judgeApproval, judgeConvention, judgeOwnership, judgeContract];

/** What is dangerous about two sides that git merges cleanly. */
export function judgePair(a: SideFacts, b: SideFacts): Finding[] {
  return pairJudges.flatMap((judge) => judge(a, b));
}

/** What is wrong with a side by itself. */
export function judgeSide(side: SideFacts): Finding[] {
  return sideJudges.flatMap((judge) => judge(side));
}
