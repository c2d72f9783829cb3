import type { Finding, PairJudge, SideFacts } from '../parts';

/** A judge that says the same whichever side is `a`: the side whose ref comes first is handed over first. */
export function bothWays(judge: PairJudge): PairJudge {
  return (a, b) => (a.ref <= b.ref ? judge(a, b) : judge(b, a).map(turned));
}

/** A judge that looks from one side at the other, asked from both. */
export function fromEach(judge: (here: SideFacts, there: SideFacts) => Finding[]): PairJudge {
  return bothWays((a, b) => [...judge(a, b), ...judge(b, a).map(turned)]);
}

function turned(finding: Finding): Finding {
  return { ...finding, at: finding.at === 'a' ? 'b' : 'a' };
}
