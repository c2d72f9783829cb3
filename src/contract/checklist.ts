export const checklistGroups = ['pre-integration', 'during-integration', 'post-integration'] as const;
export type ChecklistGroup = (typeof checklistGroups)[number];

/** The integration checklist, in its order. */
export const checklistItems = [
  { id: 'reviewed', group: 'pre-integration', text: 'All individual PRs reviewed and approved' },
  { id: 'dependencies', group: 'pre-integration', text: 'No dependency conflicts between branches' },
  { id: 'shared-types', group: 'pre-integration', text: 'Shared types and interfaces match across all branches' },
  { id: 'migrations', group: 'pre-integration', text: "Migration sequence numbers don't conflict" },
  { id: 'merge-order', group: 'during-integration', text: 'Merge in dependency order' },
  { id: 'ci-after-each', group: 'during-integration', text: 'Run CI after each merge' },
  { id: 'full-context', group: 'during-integration', text: 'Resolve conflicts with full context' },
  { id: 'full-suite', group: 'post-integration', text: 'Full test suite passes' },
  { id: 'integration-tests', group: 'post-integration', text: 'Integration and E2E tests pass' },
  { id: 'regressions', group: 'post-integration', text: 'No regressions in existing functionality' },
  { id: 'performance', group: 'post-integration', text: 'Performance benchmarks within acceptable range' },
] as const satisfies readonly { readonly id: string; readonly group: ChecklistGroup; readonly text: string }[];
export type ChecklistItemId = (typeof checklistItems)[number]['id'];
export const checklistItemIds = checklistItems.map(({ id }) => id);

/** `pass` only for what was computed, or answered on these very commits; `stale`: answered on others. */
export const checklistVerdicts = ['pass', 'fail', 'ask', 'stale'] as const;
export type ChecklistVerdict = (typeof checklistVerdicts)[number];

/** What a human may say; `ask` takes an answer back. */
export const answerVerdicts = ['pass', 'fail', 'ask'] as const;
export type AnswerVerdict = (typeof answerVerdicts)[number];

export interface AnsweredCommit {
  /** Short name. */
  readonly ref: string;
  /** Full id: the working state, uncommitted work included. */
  readonly commit: string;
}

/** Where the evidence is to be seen. */
export type EvidenceLink =
  | { readonly kind: 'pair'; readonly a: string; readonly b: string }
  | { readonly kind: 'hazard'; readonly id: string }
  | { readonly kind: 'task'; readonly plan: string; readonly task: string };

export interface ChecklistItem {
  readonly id: ChecklistItemId;
  readonly group: ChecklistGroup;
  readonly text: string;
  readonly verdict: ChecklistVerdict;
  /** What the verdict rests on: one or a few sentences. */
  readonly evidence: string;
  readonly links: readonly EvidenceLink[];
  /** Whose verdict it is: who answered; `computed`: nobody had to; null: nobody has. */
  readonly by: string | null;
  /** When a human answered it, also where what was computed counts instead; null: not answered. */
  readonly at: string | null;
  /** What it was computed from, or answered on. */
  readonly commits: readonly AnsweredCommit[];
}

/** A branch whose working state cannot be told at the moment. */
export interface UntoldBranch {
  readonly ref: string;
  /** One clause. */
  readonly why: string;
}

/** `checklist --json`. */
export interface ChecklistJson {
  readonly plan: string;
  /** The plan's branches as they are now, which an answer would be about; once all have landed, the base. */
  readonly commits: readonly AnsweredCommit[];
  /** The plan's branches that are not among `commits`: nothing is passed while there are any. */
  readonly untold: readonly UntoldBranch[];
  readonly items: readonly ChecklistItem[];
}
