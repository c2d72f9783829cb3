import type { Problem } from '../../contract/plan';
import type { Plan } from '../plan/plan';

const keys = ['setup', 'copy'];

/**
 * What is wrong with what a plan says about making worktrees ready. The rest of a plan loads without it, but an agent
 * in a worktree that lacks what was meant would work in a half-made one.
 */
export function setupProblem(plan: Plan): Problem | null {
  const errors = plan.problems.filter(({ severity, file }) => severity === 'error' && file === plan.file);
  // Nothing could be read: nobody knows what it asks for.
  if (plan.positions.size === 0) return errors[0] ?? null;
  return errors.find((problem) => isAbout(plan, problem)) ?? null;
}

function isAbout(plan: Plan, problem: Problem): boolean {
  // `setpu: […]`, which the check takes for one of ours.
  if (problem.code === 'unknown-key') return problem.fix?.kind === 'replace' && keys.includes(problem.fix.text);
  return keys.some((key) => {
    const position = plan.positions.get(key);
    return position !== undefined && problem.line >= position.key.line && problem.line <= position.value.endLine;
  });
}
