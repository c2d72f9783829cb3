import type { TaskRef } from '../../contract/plan';
import { readFrontMatter } from './frontMatter';
import { frontMatterKeys } from './keys';
import type { PlanText, TaskFile } from './plan';
import { Problems } from './problems';
import { planSchema, taskSchema } from './schema';
import { validate } from './validate';

/** Reads the text of a `plan.md`. Pure, and never throws: what is wrong is in `problems`. */
export function parsePlanText(text: string, file: string): PlanText {
  const problems = new Problems(file);
  const front = readFrontMatter(text, problems);
  const fields = validate(front, planSchema, frontMatterKeys.plan, problems);
  return { file, fields, body: front.body, text, problems: sorted(problems), positions: front.positions };
}

/** Reads the text of a task file. Pure, and never throws: what is wrong is in `problems`. */
export function parseTaskText(text: string, file: string, ref: TaskRef): TaskFile {
  const problems = new Problems(file);
  const front = readFrontMatter(text, problems);
  const fields = validate(front, taskSchema, frontMatterKeys.task, problems);
  return { ref, file, fields, instructions: front.body, text, problems: sorted(problems), positions: front.positions };
}

function sorted(problems: Problems) {
  return problems.list.sort((a, b) => a.line - b.line || a.column - b.column);
}
