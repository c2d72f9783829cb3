export interface CostTiming {
  /** From the end of a look to the next one while an agent works. */
  readonly liveMs: number;
  /** The same while none is known to. */
  readonly idleMs: number;
  /** Records that grew so recently say that an agent works, whoever started it. */
  readonly recentMs: number;
  /** A look begins this long after a hint: what is written often comes in several pieces. */
  readonly settleMs: number;
  /** Between two looks there is at least this. */
  readonly restMs: number;
  /** What is kept for other windows is written at most this often. */
  readonly writeMs: number;
}
export const costTiming: CostTiming = {
  liveMs: 1_000,
  idleMs: 10_000,
  recentMs: 60_000,
  settleMs: 80,
  restMs: 250,
  writeMs: 400,
};

/** A look at very many files leaves the machine so many times as long to others. */
const share = 4;

/** How long nothing is looked at after a look that took this long, whatever is told. @param took ms */
export function rest(took: number, { restMs, liveMs }: CostTiming): number {
  return Math.min(Math.max(restMs, share * took), Math.max(restMs, liveMs));
}

/** When the next look begins if nothing is told, in ms from the end of the last. */
export function nextLook(
  o: { readonly live: boolean; readonly sinceGrew: number; readonly took: number },
  timing: CostTiming,
): number {
  const works = o.live || o.sinceGrew < timing.recentMs;
  return Math.max(works ? timing.liveMs : timing.idleMs, rest(o.took, timing));
}
