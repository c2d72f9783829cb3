import type { TaskFields, TaskRef } from '../../contract/plan';
import type { TaskRules } from '../conflicts/hazards/parts';
import { parseTaskText } from '../plan/parse';
import type { Plan } from '../plan/plan';
import { reserveOf } from '../plan/reserve';
import type { Records } from './conflicts/subjects';
import type { TaskContext } from './context';
import type { TaskRecord } from './fold';
import { refName } from './refs';

/**
 * What plans and tasks say that a task's changes may be held against, by `plan/task`: of every task that has a file,
 * and of those whose file is gone, as it was last seen. The plan's word of now counts, so that a scope that was widened
 * is wide; numbers are those that were given out.
 */
export async function hazardRules(
  context: Pick<TaskContext, 'store'>,
  plans: readonly Plan[],
  records: Records,
): Promise<ReadonlyMap<string, TaskRules>> {
  const rules = new Map<string, TaskRules>();
  const byId = new Map(plans.map((plan) => [plan.id, plan]));
  for (const plan of plans) {
    for (const { ref, fields } of plan.tasks) {
      rules.set(refName(ref), rulesOf(plan, ref, fields, records.get(refName(ref))?.record ?? null));
    }
  }
  for (const [name, { ref, record }] of records) {
    if (rules.has(name)) continue;
    const fields = await lastSeen(context, ref, record);
    rules.set(name, rulesOf(byId.get(ref.plan) ?? null, ref, fields, record));
  }
  return rules;
}

/** A file that cannot be read any more sets no rules. */
async function lastSeen({ store }: Pick<TaskContext, 'store'>, ref: TaskRef, record: TaskRecord): Promise<TaskFields> {
  const hash = record.text ?? record.dispatch?.text ?? null;
  const text = hash === null ? null : await store.texts.get(hash);
  return text === null ? {} : parseTaskText(text, `${ref.task}.md`, ref).fields;
}

function rulesOf(plan: Plan | null, ref: TaskRef, fields: TaskFields, record: TaskRecord | null): TaskRules {
  const scope = fields.scope ?? [];
  const reserve = plan === null ? null : reserveOf(plan);
  const gives = (reserve?.ranges ?? []).length > 0;
  return {
    plan: ref.plan,
    task: ref.task,
    scope: scope.length === 0 ? null : scope,
    contract: plan?.fields.contract ?? [],
    approvedDependencies: plan?.fields.approvedDependencies ?? null,
    migrations: { globs: reserve?.globs ?? null, reserved: gives ? (record?.reserved ?? null) : null },
    styleGuides: styleGuidesIn([...(plan?.fields.context ?? []), ...(fields.context ?? [])]),
  };
}

/** Files by their names, and texts of the plan's own by what they are about, cut short. */
const guide = /style|convention|guideline|naming|coding|contributing|agents\.md|claude\.md/i;

function styleGuidesIn(context: readonly string[]): string[] {
  return context
    .filter((entry) => guide.test(entry))
    .map((entry) => {
      const line = entry.trim().split(/[\r\n]/)[0] ?? '';
      return line.length <= 60 ? line : `${line.slice(0, 59)}…`;
    });
}
