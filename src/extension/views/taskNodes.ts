import type { TaskRow } from '../../contract/json';
import type { Condition } from '../../contract/states';
import { needsHuman, stateTable } from '../../core/tasks/stateTable';
import type { Target } from '../target';
import { oneLine, type Translate } from '../words';
import { archiveWords, cleanedNode } from './cleanedNodes';
import type { Partners } from './partners';
import { conflictsNow, partnersWord } from './partnerWords';
import { conditionWord, pressing, stateWord, taskIcon } from './stateWords';
import { isReady, taskFlags } from './taskFlags';
import { taskParts } from './taskParts';
import { taskTooltip } from './taskTooltip';
import { contextValue, type TreeNode, underRepositories } from './treeNode';

export interface PlanFacts {
  readonly id: string;
  readonly title: string | null;
  /** The plan's file; null when the folder has none. */
  readonly file: string | null;
  readonly errors: number;
  /** It says how its app is started. */
  readonly runs: boolean;
  /** Items of its integration checklist; null: nothing of it has been begun. */
  readonly checked: { readonly passing: number; readonly all: number } | null;
}

/** What the tree shows of one repository. */
export interface RepositoryFacts {
  /** Its common directory: the same in every window. */
  readonly id: string;
  readonly name: string;
  readonly plans: readonly PlanFacts[];
  readonly rows: readonly TaskRow[];
  /** Ids of the archives that may be deleted from the trash. */
  readonly offered: ReadonlySet<string>;
  /** Whom tasks conflict with, by `plan/task`. */
  readonly partners: ReadonlyMap<string, Partners>;
  /** Whether the terminal of this process is in this window; null while that is not known. */
  readonly isHere: (runner: number) => boolean | null;
}

/** The tree of tasks: plans → tasks → what a task has; under their repositories when there are several. */
export function taskNodes(repositories: readonly RepositoryFacts[], t: Translate): TreeNode[] {
  return underRepositories(repositories, (repository) => planNodes(repository, t), t);
}

/** An inbox that never took a task says nothing: it was made for one that could not be dispatched. */
export function showsPlan(plan: Pick<PlanFacts, 'id' | 'file' | 'errors'>, tasks: number): boolean {
  return tasks > 0 || plan.errors > 0 || (plan.file !== null && plan.id !== 'inbox');
}

function planNodes(repository: RepositoryFacts, t: Translate): TreeNode[] {
  const known = new Set(repository.plans.map((plan) => plan.id));
  const orphans = [...new Set(repository.rows.map((row) => row.plan))].filter((id) => !known.has(id));
  const plans = [
    ...repository.plans,
    ...orphans.map((id) => ({ id, title: null, file: null, errors: 0, runs: false, checked: null })),
  ];
  return plans
    .map((plan) => ({ plan, rows: repository.rows.filter((row) => row.plan === plan.id) }))
    .filter(({ plan, rows }) => showsPlan(plan, rows.length))
    .map(({ plan, rows }) => planNode(repository, plan, rows, t));
}

function planNode(repository: RepositoryFacts, plan: PlanFacts, rows: readonly TaskRow[], t: Translate): TreeNode {
  const label = oneLine(plan.title ?? (plan.id === 'inbox' ? t('Inbox') : plan.id));
  const attention = rows.filter(needsHuman).length;
  const busy = rows.filter((row) => row.agent.pid !== null).length;
  const work = rows.filter(({ state }) => state !== 'cleaned');
  const parts = [
    attention === 1 ? t('1 needs you') : attention > 1 ? t('{0} need you', attention) : '',
    busy > 0 ? t('{0} running', busy) : '',
    plan.errors === 1 ? t('1 problem') : plan.errors > 1 ? t('{0} problems', plan.errors) : '',
  ].filter((part) => part !== '');
  const checked = plan.checked === null ? [] : [t('checklist {0} of {1}', plan.checked.passing, plan.checked.all)];
  const first = parts.length > 0 ? parts : [countWord(work.length, rows.length, t)];
  const description = [...first, ...checked].join(' · ');
  return {
    id: `plan:${repository.id}:${plan.id}`,
    label,
    description,
    icon: {
      id: plan.id === 'inbox' ? 'inbox' : 'list-tree',
      color: plan.errors > 0 ? 'list.warningForeground' : undefined,
    },
    contextValue: contextValue('plan', { file: plan.file !== null, ready: rows.some(isReady) }),
    accessibleLabel: t('Plan {0}, {1}', label, description),
    expanded: true,
    target: { kind: 'plan', repository: repository.id, plan: plan.id },
    children: [...work.map((row) => taskNode(repository, plan, row, t)), ...cleaned(repository, plan, rows, t)],
  };
}

function countWord(work: number, all: number, t: Translate): string {
  if (work === 0 && all > 0) return t('all cleaned up');
  return work === 1 ? t('1 task') : t('{0} tasks', work);
}

/** A group of those that are over; none when there are none. */
function cleaned(repository: RepositoryFacts, plan: PlanFacts, rows: readonly TaskRow[], t: Translate): TreeNode[] {
  const over = rows.filter(({ state }) => state === 'cleaned');
  if (over.length === 0) return [];
  const group = cleanedNode(over, {
    id: `cleaned:${repository.id}:${plan.id}`,
    target: { kind: 'plan', repository: repository.id, plan: plan.id },
    offered: repository.offered,
    children: over.map((row) => taskNode(repository, plan, row, t)),
    t,
  });
  return [group];
}

/** State, conflicts, agent and changed files in one line. */
export function taskDescription(
  row: TaskRow,
  { offered, partners }: { readonly offered: ReadonlySet<string>; readonly partners: Partners | undefined },
  t: Translate,
): string {
  const condition = pressing(row);
  if (row.state === 'cleaned' && condition === null)
    return archiveWords(row, offered, t).join(' · ') || stateWord(t, row.state);
  const parts = [condition === null ? stateWord(t, row.state) : conditionWord(t, condition.kind)];
  if (row.app !== null) parts.push(t('app on {0}', row.app.port));
  if (row.next === 'open-window') parts.push(t('open its window to start'));
  else if (row.held !== null && !stateTable[row.state].busy) parts.push(t('held'));
  const budget = budgetBeside(row, condition);
  if (budget !== null) parts.push(conditionWord(t, budget.kind));
  parts.push(oneLine(row.agent.name));
  const conflicts = partnersWord(partners, t);
  if (conflicts !== null && conflictsNow(partners)) parts.push(conflicts);
  if (row.changedFiles !== null && row.changedFiles > 0) {
    parts.push(row.changedFiles === 1 ? t('1 file') : t('{0} files', row.changedFiles));
  }
  if (row.behind !== null && row.behind > 0 && condition?.kind !== 'behind') parts.push(t('{0} behind', row.behind));
  if (row.adopted) parts.push(t('adopted'));
  // What is not known yet is so for a moment, as a rule: it does not push away what is.
  if (conflicts !== null && !conflictsNow(partners)) parts.push(conflicts);
  if (row.changedSinceDispatch) parts.push(t('task edited since'));
  return parts.join(' · ');
}

/** A budget that is nearly used, or used up, where something else decides what the row looks like: it is for the reader to know. */
function budgetBeside(row: TaskRow, condition: Condition | null): Condition | null {
  if (!stateTable[row.state].wip) return null;
  const isOfBudget = ({ kind }: Condition) => kind === 'near-budget' || kind === 'over-budget';
  return row.conditions.find((each) => isOfBudget(each) && each.kind !== condition?.kind) ?? null;
}

function taskNode(repository: RepositoryFacts, plan: PlanFacts, row: TaskRow, t: Translate): TreeNode {
  const label = oneLine(row.title === '' ? row.task : row.title);
  const partners = repository.partners.get(`${row.plan}/${row.task}`);
  const description = taskDescription(row, { offered: repository.offered, partners }, t);
  const here = row.runner === null ? null : repository.isHere(row.runner);
  const target: Target = { kind: 'task', repository: repository.id, plan: row.plan, task: row.task };
  const condition = pressing(row);
  const reasons = [condition, budgetBeside(row, condition)].flatMap((each) => each?.reason ?? []);
  const why = reasons.map(oneLine).join(', ');
  const id = `${repository.id}:${row.plan}/${row.task}`;
  return {
    id: `task:${id}`,
    label,
    description,
    icon: taskIcon(row),
    tooltip: (now) => taskTooltip(row, { here, partners, now, t }),
    contextValue: contextValue('task', taskFlags(row, { isHere: here, runs: plan.runs })),
    accessibleLabel: [t('Task {0}, {1}', label, description), why].filter((part) => part !== '').join(', '),
    expanded: false,
    target,
    children: taskParts(row, { id, target, repository: repository.id, t }),
  };
}
