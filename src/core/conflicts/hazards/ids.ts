import { createHash } from 'node:crypto';
import type { HazardKind } from '../../../contract/conflicts';

/**
 * The id of a hazard: the same as long as it is about the same thing between the same branches, wherever it stands in
 * their files by now. Short enough to be typed.
 * @param branches one or two, in any order
 * @param subject see `Finding.subject`
 */
export function hazardId(kind: HazardKind, branches: readonly string[], subject: string): string {
  const text = JSON.stringify([kind, [...branches].sort(), subject]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
