import type { ChecklistItemId, EvidenceLink } from '../../contract/checklist';
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

const nobody: Evaluator = () => ({ verdict: 'ask', evidence: 'Nothing computes this: look, and answer.', links: [] });

/** Who evaluates what. */
export const evaluators: Readonly<Record<ChecklistItemId, Evaluator>> = {
  reviewed: nobody,
  dependencies: nobody,
  'shared-types': nobody,
  migrations: nobody,
  'merge-order': nobody,
  'ci-after-each': nobody,
  'full-context': nobody,
  'full-suite': nobody,
  'integration-tests': nobody,
  regressions: nobody,
  performance: nobody,
};
