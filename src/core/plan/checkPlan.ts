import { knownAgents, type Problem } from '../../contract/plan';
import { checkReserve } from './checkReserve';
import type { Span } from './lines';
import { cycles, mergeOrder, waitsFor } from './mergeOrder';
import { nearest } from './nearest';
import type { Plan, TaskFile } from './plan';
import { Problems } from './problems';

export interface CheckOptions {
  /** Whether a contract file is on the plan's base; null: not known. Absent: not asked. */
  readonly contractOnBase?: ((path: string) => boolean | null) | undefined;
  /** Names of the custom agents; with it every other unknown name is told, without it only slips of known names. */
  readonly customAgents?: readonly string[] | undefined;
}

const top: Span = { line: 1, column: 1, endLine: 1, endColumn: 4 };

/**
 * Everything that is wrong in a plan: the problems of its files and folder, and what shows only when they are seen
 * together. Sorted by file, line and column. Pure: what git knows comes through the options.
 */
export function checkPlan(plan: Plan, o: CheckOptions = {}): Problem[] {
  const own = new Problems(plan.file ?? plan.dir);
  const perTask = new Map(plan.tasks.map((task) => [task.ref.task, new Problems(task.file)]));
  const of = (task: TaskFile) => perTask.get(task.ref.task) ?? own;
  for (const task of plan.tasks) {
    checkReferences(plan, task, of(task));
    checkAgent(task, of(task), o.customAgents);
  }
  checkCycles(plan, of);
  checkBranches(plan, of);
  checkMergeOrder(plan, own);
  checkContract(plan, own, o);
  checkReserve(plan, own, (path) => spanOf(plan, path));
  if (plan.fields.strategy === 'feature-flag' && plan.fields.flag === undefined) {
    own.add(
      'no-flag',
      'The strategy feature-flag needs the name of the flag; add "flag: name".',
      spanOf(plan, 'strategy'),
      {
        severity: 'warning',
      },
    );
  }
  const all = [...plan.problems, ...own.list, ...plan.tasks.flatMap((task) => [...task.problems, ...of(task).list])];
  return all.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
}

const spanOf = (at: Pick<Plan, 'positions'>, path: string): Span => at.positions.get(path)?.value ?? top;

/** Where the `nth` entry of a list with this value stands; the key's value when it is not found. */
function spanOfEntry(at: Pick<Plan, 'positions'>, key: string, value: string, nth = 0): Span {
  let left = nth;
  for (let index = 0; ; index += 1) {
    const position = at.positions.get(`${key}.${index}`);
    if (position === undefined) return spanOf(at, key);
    if (position.text === value && left-- === 0) return position.value;
  }
}

function checkReferences(plan: Plan, task: TaskFile, problems: Problems): void {
  const ids = plan.tasks.map((other) => other.ref.task);
  for (const key of ['dependsOn', 'after'] as const) {
    const list = task.fields[key] ?? [];
    for (const [index, id] of list.entries()) {
      const span = spanOfEntry(task, key, id);
      if (list.indexOf(id) < index) {
        problems.add('duplicate', `${key}: "${id}" is named twice.`, spanOfEntry(task, key, id, 1), {
          severity: 'warning',
        });
      } else if (!ids.includes(id)) {
        const near = nearest(
          id,
          ids.filter((other) => other !== task.ref.task && !list.includes(other)),
        );
        problems.add(
          'unknown-task',
          `${key}: there is no task "${id}" in this plan${near === null ? '.' : `; did you mean "${near}"?`}`,
          span,
          {
            fix: near === null ? undefined : { kind: 'replace', text: near },
          },
        );
      } else if (key === 'after' && (task.fields.dependsOn ?? []).includes(id)) {
        problems.add('duplicate', `after: "${id}" is in dependsOn too, which says more; remove it here.`, span, {
          severity: 'warning',
        });
      }
    }
  }
}

function checkAgent(task: TaskFile, problems: Problems, custom: readonly string[] | undefined): void {
  const agent = task.fields.agent;
  if (agent === undefined || (knownAgents as readonly string[]).includes(agent) || custom?.includes(agent)) return;
  const near = nearest(agent, [...knownAgents, ...(custom ?? [])]);
  if (custom === undefined && near === null) return;
  problems.add(
    'unknown-agent',
    near === null
      ? `agent: "${agent}" is neither a known agent nor a custom one of the settings.`
      : `agent: "${agent}" is no known agent; did you mean "${near}"?`,
    spanOf(task, 'agent'),
    { severity: 'warning', fix: near === null ? undefined : { kind: 'replace', text: near } },
  );
}

function checkCycles(plan: Plan, of: (task: TaskFile) => Problems): void {
  for (const cycle of cycles(waitsFor(plan))) {
    const task = plan.tasks.find((other) => other.ref.task === cycle[0]);
    if (task === undefined) continue;
    const next = cycle[1] ?? cycle[0] ?? '';
    const key = (task.fields.dependsOn ?? []).includes(next) ? 'dependsOn' : 'after';
    const span = spanOfEntry(task, key, next);
    if (cycle.length === 1) {
      of(task).add('cycle', `${key}: "${next}" waits for itself; remove it.`, span);
      continue;
    }
    const way = [...cycle, cycle[0]].map((id) => `"${id}"`).join(' → ');
    of(task).add(
      'cycle',
      `These tasks wait for each other: ${way}. Extract the interface that they share into a contract file first, list it under "contract" in plan.md, and let each work against it instead of the other.`,
      span,
    );
  }
}

function checkBranches(plan: Plan, of: (task: TaskFile) => Problems): void {
  const seen: { name: string; task: string }[] = [];
  for (const task of plan.tasks) {
    const branch = task.fields.branch;
    if (branch === undefined) continue;
    // Without case, because branches are files on file systems that do not tell case apart.
    const name = branch.toLowerCase();
    const same = seen.find((other) => other.name === name);
    const inside = seen.find((other) => other.name.startsWith(`${name}/`) || name.startsWith(`${other.name}/`));
    const span = spanOf(task, 'branch');
    if (same !== undefined) {
      of(task).add(
        'same-branch',
        `branch: "${branch}" is wanted by the task "${same.task}" too; each task needs its own.`,
        span,
      );
    } else if (inside !== undefined) {
      of(task).add(
        'same-branch',
        `branch: "${branch}" and the branch of the task "${inside.task}" cannot both exist in git, because one is a folder of the other.`,
        span,
      );
    }
    seen.push({ name, task: task.ref.task });
  }
}

function checkMergeOrder(plan: Plan, problems: Problems): void {
  const list = plan.fields.mergeOrder;
  if (list === undefined) return;
  const ids = plan.tasks.map((task) => task.ref.task);
  for (const [index, id] of list.entries()) {
    const span = spanOfEntry(plan, 'mergeOrder', id);
    if (list.indexOf(id) < index) {
      problems.add('duplicate', `mergeOrder: "${id}" is named twice.`, spanOfEntry(plan, 'mergeOrder', id, 1), {
        severity: 'warning',
      });
    } else if (!ids.includes(id)) {
      const near = nearest(
        id,
        ids.filter((other) => !list.includes(other)),
      );
      problems.add(
        'unknown-task',
        `mergeOrder: there is no task "${id}" in this plan${near === null ? '.' : `; did you mean "${near}"?`}`,
        span,
        {
          fix: near === null ? undefined : { kind: 'replace', text: near },
        },
      );
    }
  }
  const order = mergeOrder(plan).order;
  for (const task of plan.tasks) {
    for (const id of task.fields.dependsOn ?? []) {
      if (!ids.includes(id) || id === task.ref.task || order.indexOf(id) < order.indexOf(task.ref.task)) continue;
      // In a cycle every order contradicts; the cycle is told.
      if (cycles(waitsFor(plan)).some((cycle) => cycle.includes(id) && cycle.includes(task.ref.task))) continue;
      problems.add(
        'merge-order',
        `mergeOrder: "${task.ref.task}" cannot land before "${id}", because it depends on it; use "after" where only the order matters.`,
        spanOf(plan, 'mergeOrder'),
      );
    }
  }
}

function checkContract(plan: Plan, problems: Problems, o: CheckOptions): void {
  const list = plan.fields.contract ?? [];
  for (const path of o.contractOnBase === undefined ? [] : list) {
    const there = o.contractOnBase?.(path);
    const span = spanOfEntry(plan, 'contract', path);
    if (there === false) {
      problems.add(
        'contract-missing',
        `contract: "${path}" is not on the base; commit it there before you dispatch, so that every agent has it.`,
        span,
      );
    } else if (there === null) {
      problems.add('contract-unknown', `contract: it is not known whether "${path}" is on the base.`, span, {
        severity: 'warning',
      });
    }
  }
}
