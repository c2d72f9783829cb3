import type { Finding, PairJudge } from '../parts';

/** A judge that says the same whichever side is `a`: the side whose ref comes first is handed over first. */
export function bothWays(judge: PairJudge): PairJudge {
  return (a, b) => (a.ref <= b.ref ? judge(a, b) : judge(b, a).map(turned));
}

function turned(finding: Finding): Finding {
  return { ...finding, at: finding.at === 'a' ? 'b' : 'a' };
}
