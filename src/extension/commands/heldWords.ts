import { oneLine, type Translate } from '../words';

export interface NamedHold {
  /** As people know the task. */
  readonly name: string;
  /** One clause. */
  readonly reason: string;
}

/** More is no message any more. */
const mostReasons = 2;

/** Who is held and why: `API, Tests: 120 % of the budget of plan "p" is used; Docs: …`. */
export function heldWords(t: Translate, held: readonly NamedHold[]): string {
  const byReason = new Map<string, string[]>();
  for (const { name, reason } of held) byReason.set(oneLine(reason), [...(byReason.get(oneLine(reason)) ?? []), name]);
  const groups = [...byReason].map(([reason, names]) => `${names.join(', ')}: ${reason}`);
  const others = [...byReason.values()].slice(mostReasons).flat().length;
  const shown = groups.slice(0, mostReasons);
  return (others === 0 ? shown : [...shown, t('and {0} more', others)]).join('; ');
}
