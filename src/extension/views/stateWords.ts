import type { TaskRow } from '../../contract/json';
import type { Condition, ConditionKind, NextStep, TaskState } from '../../contract/states';
import { conditionTable, sortConditions, stateTable } from '../../core/tasks/stateTable';
import type { Translate } from '../words';
import type { NodeIcon } from './treeNode';

/** `charts.orange` is nearly invisible in dark themes: there it is the minimap's colour. */
const stateColors: Readonly<Record<TaskState, string | undefined>> = {
  draft: 'disabledForeground',
  ready: undefined,
  queued: 'descriptionForeground',
  setup: 'charts.blue',
  planning: 'charts.blue',
  'plan-review': 'charts.yellow',
  working: 'charts.blue',
  review: 'charts.yellow',
  'changes-requested': 'charts.blue',
  approved: 'charts.green',
  integrating: 'charts.purple',
  integrated: 'charts.green',
  cleaned: 'disabledForeground',
  abandoned: 'disabledForeground',
};

const conditionColors: Readonly<Record<ConditionKind, string>> = {
  vanished: 'list.warningForeground',
  'setup-failed': 'list.errorForeground',
  failed: 'list.errorForeground',
  unknown: 'list.warningForeground',
  stuck: 'list.warningForeground',
  waiting: 'charts.yellow',
  'near-budget': 'list.warningForeground',
  'over-budget': 'list.warningForeground',
  paused: 'disabledForeground',
  conflicting: 'list.errorForeground',
  behind: 'list.warningForeground',
};

/** The condition that decides what the row looks like, if any does in this state. */
export function pressing(row: Pick<TaskRow, 'state' | 'conditions'>): Condition | null {
  const holds = ({ kind }: Condition) => {
    const where = conditionTable[kind].in;
    return where === 'all' || where.includes(row.state);
  };
  return sortConditions(row.conditions).find(holds) ?? null;
}

export function taskIcon(row: Pick<TaskRow, 'state' | 'conditions'>): NodeIcon {
  const condition = pressing(row);
  if (condition !== null) return { id: conditionTable[condition.kind].icon, color: conditionColors[condition.kind] };
  return { id: stateTable[row.state].icon, color: stateColors[row.state] };
}

export function stateWord(t: Translate, state: TaskState): string {
  const words: Readonly<Record<TaskState, string>> = {
    draft: t('draft'),
    ready: t('ready'),
    queued: t('queued'),
    setup: t('setting up'),
    planning: t('planning'),
    'plan-review': t('plan to review'),
    working: t('working'),
    review: t('to review'),
    'changes-requested': t('changes requested'),
    approved: t('approved'),
    integrating: t('integrating'),
    integrated: t('integrated'),
    cleaned: t('cleaned up'),
    abandoned: t('abandoned'),
  };
  return words[state];
}

export function conditionWord(t: Translate, kind: ConditionKind): string {
  const words: Readonly<Record<ConditionKind, string>> = {
    waiting: t('waits for you'),
    stuck: t('stuck'),
    paused: t('paused'),
    failed: t('failed'),
    'setup-failed': t('set-up failed'),
    behind: t('behind its base'),
    conflicting: t('conflicts'),
    'near-budget': t('near its budget'),
    'over-budget': t('over budget'),
    vanished: t('worktree vanished'),
    unknown: t('state unknown'),
  };
  return words[kind];
}

/** What the human does next, as a short invitation; empty when there is nothing to do. */
export function nextWord(t: Translate, next: NextStep): string {
  const words: Readonly<Record<NextStep, string>> = {
    'finish-task-file': t('finish its task file'),
    dispatch: t('dispatch it'),
    'wait-for-dependencies': t('waits for other tasks'),
    wait: '',
    'open-window': t('open its window to start'),
    'review-plan': t('review its plan'),
    answer: t('answer it'),
    'look-at-failure': t('look at what failed'),
    reassign: t('help it or give it to another agent'),
    resume: t('start its agent again'),
    'review-work': t('review its work'),
    integrate: t('integrate it'),
    sync: t('bring it onto its base'),
    'resolve-conflict': t('resolve its conflict'),
    'raise-budget': t('raise its budget or stop it'),
    clean: t('clean it up'),
    forget: t('forget it'),
    nothing: '',
  };
  return words[next];
}
