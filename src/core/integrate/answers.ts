import type { AnsweredCommit, ChecklistGroup, ChecklistItemId } from '../../contract/checklist';
import type { RepositoryEvent } from '../../contract/events';
import type { PlanFacts } from './facts';

export type Answer = Extract<RepositoryEvent, { kind: 'checklist-answered' }>;

/** The answers to a plan's checklist that nobody took back; of several to one item the last. */
export function answersTo(plan: string, events: readonly RepositoryEvent[]): ReadonlyMap<ChecklistItemId, Answer> {
  const answers = new Map<ChecklistItemId, Answer>();
  for (const event of events) {
    if (event.kind !== 'checklist-answered' || event.plan !== plan) continue;
    if (event.verdict === 'ask') answers.delete(event.item);
    else answers.set(event.item, event);
  }
  return answers;
}

/** What became of that which was answered on. Both empty: the answer holds. */
export interface Standing {
  /** Clauses: what is not as it was. */
  readonly moved: readonly string[];
  /** Names of what cannot be told at the moment. */
  readonly unknown: readonly string[];
}

/**
 * Whether an answer is still about what is there. A branch whose task has landed since has not moved; only what is
 * checked after the integration has then to be looked at anew, on the base.
 */
export function standingOf(
  answered: readonly AnsweredCommit[],
  group: ChecklistGroup,
  facts: Pick<PlanFacts, 'tasks' | 'commits' | 'untold' | 'allLanded'>,
): Standing {
  const then = new Map(answered.map(({ ref, commit }) => [ref, commit]));
  const now = new Map(facts.commits.map(({ ref, commit }) => [ref, commit]));
  const untold = new Set(facts.untold.map(({ ref }) => ref));
  const landed = new Set(facts.tasks.flatMap((task) => (task.landed && task.branch !== null ? [task.branch] : [])));
  const moved: string[] = [];
  if (!facts.allLanded || group === 'post-integration') {
    for (const [ref, commit] of now) {
      const before = then.get(ref);
      if (before === undefined) moved.push(facts.allLanded ? `everything has landed on ${ref}` : `${ref} is new`);
      else if (before !== commit) moved.push(`${ref} has moved`);
    }
    for (const ref of untold) if (!then.has(ref)) moved.push(`${ref} is new`);
  }
  for (const ref of then.keys()) {
    const isThere = now.has(ref) || untold.has(ref) || landed.has(ref);
    if (!isThere && !(facts.allLanded && group !== 'post-integration')) moved.push(`${ref} is not part of it any more`);
  }
  return { moved, unknown: [...untold].filter((ref) => then.has(ref)) };
}
