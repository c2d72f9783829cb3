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
];
/** What two who work on it do to each other; a base is nobody's work. */
const ownerJudges: readonly PairJudge[] = [judgeWrites];
const sideJudges: readonly SideJudge[] = [judgeNumbers, judgeApproval, judgeConvention, judgeOwnership, judgeContract];

/** What is dangerous about two sides that git merges cleanly. @param withBase one is what the other is held against */
export function judgePair(a: SideFacts, b: SideFacts, withBase = false): Finding[] {
  const judges = withBase ? pairJudges : [...pairJudges, ...ownerJudges];
  return judges.flatMap((judge) => judge(a, b));
}

/** What is wrong with a side by itself. */
export function judgeSide(side: SideFacts): Finding[] {
  return sideJudges.flatMap((judge) => judge(side));
}
