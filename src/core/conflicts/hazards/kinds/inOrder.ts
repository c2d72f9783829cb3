import type { PairJudge } from '../parts';

/** Asks a judge with the sides in the order of their refs: what it says must not depend on who is named first. */
export function inOrder(judge: PairJudge): PairJudge {
  return (a, b) => {
    if (a.ref <= b.ref) return judge(a, b);
    return judge(b, a).map((finding) => ({ ...finding, at: finding.at === 'a' ? 'b' : 'a' }));
  };
}
