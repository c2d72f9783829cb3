import {
  type AnswerVerdict,
  type ChecklistItem,
  type ChecklistItemId,
  type ChecklistJson,
  checklistItems,
} from '../../contract/checklist';
import type { RepositoryEvent } from '../../contract/events';
import { type Answer, answersTo, type Standing, standingOf } from './answers';
import { evaluators } from './evaluate';
import { type Evaluation, noMatrix } from './evaluation';
import type { PlanFacts } from './facts';

/** What a human says to one item. */
export interface ChecklistAnswer {
  readonly item: ChecklistItemId;
  readonly verdict: AnswerVerdict;
  /** '' where there is nothing to say; a `fail` says why. */
  readonly note: string;
}

/**
 * All eleven items: what can be computed, and what was answered. Pure.
 * @param events of the repository, oldest first
 */
export function checklistOf(facts: PlanFacts, events: readonly RepositoryEvent[]): ChecklistJson {
  const answers = answersTo(facts.plan.id, events);
  const items = checklistItems.map(({ id, group, text }): ChecklistItem => {
    const computed = honest(evaluators[id](facts), facts);
    const answer = answers.get(id);
    if (answer === undefined) return { id, group, text, ...unanswered(computed, facts) };
    return { id, group, text, ...answered(computed, answer, standingOf(answer.commits, group, facts), facts) };
  });
  return { plan: facts.plan.id, commits: facts.commits, untold: facts.untold, items };
}

type Said = Omit<ChecklistItem, 'id' | 'group' | 'text'>;

/** Nothing passes on what is not known, whatever an evaluator has overlooked. */
function honest(computed: Evaluation, { untold, matrix }: PlanFacts): Evaluation {
  if (computed.verdict !== 'pass' || (untold.length === 0 && matrix !== null)) return computed;
  const why = untold.map((each) => `${each.ref} (${each.why})`).join(', ');
  return { ...computed, verdict: 'ask', evidence: why === '' ? noMatrix : `Not known at the moment: ${why}.` };
}

function unanswered(computed: Evaluation, facts: PlanFacts): Said {
  return { ...computed, by: computed.verdict === 'ask' ? null : 'computed', at: null, commits: facts.commits };
}

/** What a human said beside what was computed: the worse of both counts, and nothing counts on other commits. */
function answered(computed: Evaluation, answer: Answer, standing: Standing, facts: PlanFacts): Said {
  const { verdict, at, commits, note } = answer;
  const by = answer.who ?? 'unknown';
  const own = { by, at, commits, links: computed.links };
  const said = note === '' ? `Answered ${verdict}.` : `Answered ${verdict}: ${sentence(note)}`;
  const both = (first: string) => `${first} ${computed.evidence}`;
  const isFail = verdict === 'fail';
  if (computed.verdict === 'fail') {
    const beside = standing.moved.length > 0 ? ', on other commits' : '';
    return { ...unanswered(computed, facts), at, evidence: `${computed.evidence} ${by}${beside}: ${said}` };
  }
  if (standing.moved.length > 0) {
    if (!isFail && computed.verdict === 'pass') return { ...unanswered(computed, facts), at };
    return { ...own, verdict: 'stale', evidence: both(`${said} Since then ${standing.moved.join(', ')}.`) };
  }
  if (isFail) return { ...own, verdict: 'fail', evidence: both(said) };
  if (standing.unknown.length > 0 || facts.commits.length === 0) {
    const what = standing.unknown.length > 0 ? standing.unknown.join(', ') : 'its branches';
    return { ...own, verdict: 'ask', evidence: both(`${said} It is not known whether that still holds of ${what}.`) };
  }
  if (computed.verdict === 'pass') {
    return { ...unanswered(computed, facts), at, evidence: `${computed.evidence} ${by}: ${said}` };
  }
  return { ...own, verdict: 'pass', evidence: both(said) };
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
