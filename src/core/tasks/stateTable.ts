import type { TaskRow } from '../../contract/json';
import type { Condition, ConditionKind, NextStep, Phase, TaskState } from '../../contract/states';

/** What a state means for the person who dispatches. */
export interface StateMeaning {
  readonly phase: Phase;
  readonly next: NextStep;
  /** The task does not move on until a human does something, and it had moved before: worth a badge. */
  readonly human: boolean;
  /** Takes one of the plan's places of work in progress. */
  readonly wip: boolean;
  /** The agent is expected to be alive. */
  readonly busy: boolean;
  /** An icon of the codicon font. */
  readonly icon: string;
}

/** The one table of states: phase, next step and badge follow from it everywhere. */
export const stateTable: Readonly<Record<TaskState, StateMeaning>> = {
  draft: row('decompose', 'finish-task-file', '---', 'edit'),
  ready: row('route', 'dispatch', '---', 'circle-outline'),
  queued: row('route', 'open-window', '-w-', 'watch'),
  setup: row('route', 'wait', '-w-', 'gear'),
  planning: row('gate', 'wait', '-wb', 'lightbulb'),
  'plan-review': row('gate', 'review-plan', 'hw-', 'comment-discussion'),
  working: row('monitor', 'wait', '-wb', 'play-circle'),
  review: row('integrate', 'review-work', 'hw-', 'eye'),
  'changes-requested': row('monitor', 'wait', '-wb', 'request-changes'),
  approved: row('integrate', 'integrate', '-w-', 'check'),
  integrating: row('integrate', 'wait', '-w-', 'git-merge'),
  integrated: row('learn', 'clean', '---', 'pass-filled'),
  cleaned: row('learn', 'nothing', '---', 'archive'),
  abandoned: row('learn', 'forget', '---', 'circle-slash'),
};

function row(phase: Phase, next: NextStep, marks: `${'h' | '-'}${'w' | '-'}${'b' | '-'}`, icon: string): StateMeaning {
  return { phase, next, human: marks[0] === 'h', wip: marks[1] === 'w', busy: marks[2] === 'b', icon };
}

/** What a condition means; it overrides the state's next step in the states listed, or in all. */
export interface ConditionMeaning {
  readonly next: NextStep;
  readonly human: boolean;
  readonly in: readonly TaskState[] | 'all';
  readonly icon: string;
}

/** Where an agent spends, or is about to: what is done is reviewed and landed whatever it cost. */
const spending = ['queued', 'setup', 'planning', 'working', 'changes-requested'] as const;

/** The conditions, the most pressing first: the first that holds decides the next step. */
export const conditionTable: Readonly<Record<ConditionKind, ConditionMeaning>> = {
  vanished: { next: 'forget', human: true, in: 'all', icon: 'question' },
  'setup-failed': { next: 'look-at-failure', human: true, in: 'all', icon: 'error' },
  failed: { next: 'look-at-failure', human: true, in: 'all', icon: 'error' },
  unknown: { next: 'resume', human: true, in: 'all', icon: 'question' },
  stuck: { next: 'reassign', human: true, in: 'all', icon: 'warning' },
  waiting: { next: 'answer', human: true, in: 'all', icon: 'bell-dot' },
  'near-budget': { next: 'wait', human: false, in: [], icon: 'flame' },
  'over-budget': { next: 'raise-budget', human: true, in: spending, icon: 'flame' },
  paused: { next: 'resume', human: false, in: 'all', icon: 'debug-pause' },
  conflicting: { next: 'resolve-conflict', human: true, in: ['review', 'approved'], icon: 'git-merge' },
  behind: { next: 'sync', human: false, in: ['review', 'approved'], icon: 'arrow-down' },
};

const byUrgency = Object.keys(conditionTable) as ConditionKind[];

/** Sorts conditions, the most pressing first. */
export function sortConditions(conditions: readonly Condition[]): Condition[] {
  return [...conditions].sort((a, b) => byUrgency.indexOf(a.kind) - byUrgency.indexOf(b.kind));
}

/**
 * What the human does next.
 * @param waits a task that this one depends on is not integrated yet
 * @param launching an agent was asked for and is about to come up
 */
export function nextStep(
  state: TaskState,
  conditions: readonly Condition[],
  o: { waits: boolean; launching: boolean },
): NextStep {
  for (const { kind } of sortConditions(conditions)) {
    const meaning = conditionTable[kind];
    if (meaning.in === 'all' || meaning.in.includes(state)) return meaning.next;
  }
  if (o.waits && (state === 'ready' || state === 'queued')) return 'wait-for-dependencies';
  if (o.launching && state === 'queued') return 'wait';
  return stateTable[state].next;
}

/** Whether the task stands still until a human acts: what the badge counts. */
export function needsHuman(task: Pick<TaskRow, 'state' | 'conditions'>): boolean {
  return (
    stateTable[task.state].human ||
    task.conditions.some(({ kind }) => {
      const meaning = conditionTable[kind];
      return meaning.human && (meaning.in === 'all' || meaning.in.includes(task.state));
    })
  );
}
