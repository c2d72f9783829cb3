import type { HeldTask } from '../../core/tasks/prepareAll';
import { oneLine, type Translate } from '../words';

/** More is no message any more. */
const mostReasons = 2;

/** Who is held and why, in one clause: `api, tests (120 % of its budget is used); docs (…)`. */
export function heldWords(t: Translate, held: readonly HeldTask[]): string {
  const byReason = new Map<string, string[]>();
  for (const { ref, hold } of held) {
    const reason = oneLine(hold.reason);
    byReason.set(reason, [...(byReason.get(reason) ?? []), oneLine(ref.task)]);
  }
  const groups = [...byReason].map(([reason, tasks]) => `${tasks.join(', ')} (${reason})`);
  const others = [...byReason.values()].slice(mostReasons).flat().length;
  const shown = groups.slice(0, mostReasons);
  return (others === 0 ? shown : [...shown, t('{0} others', others)]).join('; ');
}
