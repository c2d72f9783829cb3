import type { EvidenceLink } from '../../contract/checklist';
import type { PlanFacts } from './facts';

/** What can be said without asking anybody. */
export interface Evaluation {
  readonly verdict: 'pass' | 'fail' | 'ask';
  /** One or a few sentences. */
  readonly evidence: string;
  readonly links: readonly EvidenceLink[];
}

/** One item of the checklist: pure, on plain data. */
export type Evaluator = (facts: PlanFacts) => Evaluation;

/** One thing that speaks against an item, or that is not known. */
export interface Point {
  /** One sentence. */
  readonly text: string;
  readonly links: readonly EvidenceLink[];
}

/** So many are said; of the others only the number. The links lead to all of them. */
const saidPoints = 3;

export function evaluation(verdict: Evaluation['verdict'], points: readonly Point[], more = ''): Evaluation {
  const said = points.slice(0, saidPoints).map(({ text }) => text);
  const rest = points.length - said.length;
  return {
    verdict,
    evidence: [...said, ...(rest === 0 ? [] : [`${rest} more like ${rest === 1 ? 'this' : 'these'}.`]), more]
      .filter((text) => text !== '')
      .join(' '),
    links: points.flatMap(({ links }) => links),
  };
}

export function ask(evidence: string): Evaluation {
  return { verdict: 'ask', evidence, links: [] };
}

/** What must be there before branches can be held against each other; null: it is. */
export function withoutBranches(facts: PlanFacts): Evaluation | null {
  if (facts.allLanded) {
    return { verdict: 'pass', evidence: 'Everything has landed: no branches are left to compare.', links: [] };
  }
  if (facts.tasks.length === 0) return ask('The plan has no tasks.');
  if (facts.matrix === null) return ask(noMatrix);
  return facts.branches.length === 0 ? ask('No task has a branch yet: there is nothing to compare.') : null;
}

export const noMatrix = 'No matrix has been computed yet.';

/** Tasks whose branch should be there and is not: what they would bring is not known. */
export function goneBranches({ plan, tasks }: PlanFacts): Point[] {
  return tasks.flatMap(({ id, branch, gone }) =>
    gone
      ? [
          {
            text: `The branch ${branch} of the task "${id}" is gone: restore it, or forget the task.`,
            links: [{ kind: 'task' as const, plan: plan.id, task: id }],
          },
        ]
      : [],
  );
}

/** A sentence about the tasks that have no branch so far; '' when all have one. */
export function notBegun({ tasks }: PlanFacts): string {
  const ids = tasks.filter(({ branch, refs }) => branch === null && refs.length === 0).map(({ id }) => id);
  return ids.length === 0 ? '' : `Without a branch so far: ${ids.join(', ')}.`;
}

/** `1 pair`, `2 pairs` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
