import type { PanelBranch } from '../../protocol/integration';
import { time } from '../shared/ages';

/** A scan this much older than a known change is marked. */
const behindAfterMs = 10_000;
/** What an agent may be changing is not known after this long, also when the host has fallen silent. */
const tooOldMs = 30_000;

/** Whether a change of the branch is known that its last scan has not seen for a while. */
export function isBehind(branch: PanelBranch, now: number): boolean {
  const changed = time(branch.changedAt);
  if (changed === null || now - changed < behindAfterMs) return false;
  const scanned = time(branch.scannedAt);
  return scanned === null || changed > scanned;
}

/** Whether an agent works there and nobody has looked for so long that nothing can be said. */
export function isTooOld(branch: PanelBranch, now: number): boolean {
  const scanned = time(branch.scannedAt);
  return branch.live && scanned !== null && now - scanned > tooOldMs;
}

/** The older of two scans; null when one of them is not known. */
export function older(a: string | null, b: string | null): string | null {
  const [first, second] = [time(a), time(b)];
  if (first === null || second === null) return null;
  return first < second ? a : b;
}
