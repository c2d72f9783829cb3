import type { PairJudge, SideJudge } from '../parts';
import { bothWays } from './bothWays';
import { notApproved } from './dependency/approval';
import { dependenciesOf } from './dependency/changes';
import { oneJob } from './dependency/jobs';
import { locksApart } from './dependency/locks';
import { apart, twice } from './dependency/ranges';
import { removedAndUsed } from './dependency/removed';

/**
 * Two packages in ranges that do not meet, one added twice to a file, removed here and newly imported there, two for one
 * job, and lock files whose clean merge their manager would not accept.
 */
export const judgeDependencies: PairJudge = bothWays((a, b) => {
  const [ours, theirs] = [dependenciesOf(a, b), dependenciesOf(b, a)];
  if ([ours, theirs].every(({ manifests, locks }) => manifests.length + locks.length === 0)) return [];
  const used = removedAndUsed(a, b, ours, theirs);
  const usedHere = removedAndUsed(b, a, theirs, ours).map((finding) => ({ ...finding, at: 'a' as const }));
  return [
    ...apart(a, b, ours, theirs),
    ...twice(a, b, ours, theirs),
    ...used,
    ...usedHere,
    ...oneJob(a, b, ours, theirs),
    ...locksApart(a, b, ours, theirs),
  ];
});

/** Packages that the plan has not approved. */
export const judgeApproval: SideJudge = (side) => {
  const approved = side.rules?.approvedDependencies ?? null;
  return approved === null ? [] : notApproved(side, approved);
};
