import type { PairJudge } from '../../parts';

/** Has a judge see the sides by their names, so that what it says is the same whichever comes first. */
export function inOrder(judge: PairJudge): PairJudge {
  return (a, b) => {
    if (a.ref <= b.ref) return judge(a, b);
    return judge(b, a).map((finding) => ({ ...finding, at: finding.at === 'a' ? 'b' : 'a' }));
  };
}
