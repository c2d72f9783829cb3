import type {
  AnsweredCommit,
  AnswerVerdict,
  ChecklistGroup,
  ChecklistItemId,
  ChecklistVerdict,
  EvidenceLink,
} from '../contract/checklist';
import type {
  ConflictKind,
  HazardKind,
  Muted,
  ResolutionType,
  Resolver,
  UnknownReason,
  Verdict,
} from '../contract/conflicts';
import type { PanelFrame } from './panel';

/**
 * The messages between the panel `switchyard.integration` and its host, both directions. The host answers `ready` and
 * from then on sends complete snapshots, never deltas; texts in them are hostile until they are shown as text.
 */
export type ToPanel =
  | { readonly kind: 'snapshot'; readonly snapshot: PanelSnapshot }
  /** Take the keyboard to the table: to a branch's row, or (null) where the reader was. */
  | { readonly kind: 'reveal'; readonly ref: string | null };

export const cellActionNames = ['openFile', 'previewResult', 'prove', 'openWorktrees', 'copyMessage'] as const;
export type CellActionName = (typeof cellActionNames)[number];

export type FromPanel =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'chooseRepository'; readonly repository: string }
  /** What the empty panel offers. */
  | { readonly kind: 'remedy' }
  | {
      readonly kind: 'cellAction';
      readonly action: CellActionName;
      readonly repository: string;
      readonly a: string;
      /** null: the base. */
      readonly b: string | null;
      readonly file: PanelFileName | null;
    }
  | {
      /** Show where it is; put it aside (the host asks why); take that back. */
      readonly kind: 'hazardAction';
      readonly action: HazardActionName;
      readonly repository: string;
      readonly hazard: string;
    }
  | {
      /** `ask` takes an answer back. */
      readonly kind: 'answerItem';
      readonly repository: string;
      readonly plan: string;
      readonly item: ChecklistItemId;
      readonly verdict: AnswerVerdict;
      readonly note: string;
    };

export const hazardActionNames = ['open', 'mute', 'unmute'] as const;
export type HazardActionName = (typeof hazardActionNames)[number];

export interface PanelFileName {
  readonly path: string;
  /** Base64, where `path` could not say the name. */
  readonly pathBytes: string | null;
}

/** All that the panel shows. */
export interface PanelSnapshot extends PanelFrame {
  readonly matrix: PanelMatrix | null;
  /** One for each plan that has tasks, in the order of the matrix's groups. */
  readonly checklists: readonly PanelChecklist[];
}

export interface PanelChecklist {
  readonly plan: string;
  readonly title: string;
  readonly items: readonly PanelChecklistItem[];
}

export interface PanelChecklistItem {
  readonly id: ChecklistItemId;
  readonly group: ChecklistGroup;
  /** In the language of the window. */
  readonly text: string;
  readonly verdict: ChecklistVerdict;
  readonly evidence: string;
  readonly links: readonly PanelEvidence[];
  readonly by: string | null;
  readonly at: string | null;
  readonly commits: readonly AnsweredCommit[];
  /** A human may answer it: what was computed and passes or fails needs nobody. */
  readonly answerable: boolean;
  /** A human has answered it, whether or not that still holds. */
  readonly answered: boolean;
}

export interface PanelEvidence {
  readonly link: EvidenceLink;
  /** What it leads to. */
  readonly label: string;
}

/** The matrix in the order in which it is shown. Branches, cells and files are named by their index. */
export interface PanelMatrix {
  /** Short name of the base; null: there is none. */
  readonly base: string | null;
  /** Plans in order; `null` is the group of all that belongs to none. Together they hold every branch once. */
  readonly groups: readonly PanelGroup[];
  readonly branches: readonly PanelBranch[];
  /** `pairs[later][earlier]`, `earlier` < `later`: each row is as long as its own index. Indexes into `cells`. */
  readonly pairs: readonly (readonly number[])[];
  /** One per branch. */
  readonly againstBase: readonly (PanelBaseCell | null)[];
  /** Each distinct content once: thousands of pairs have few. */
  readonly cells: readonly PanelCell[];
  readonly files: readonly PanelFile[];
  readonly hazards: readonly PanelHazard[];
  readonly train: readonly PanelTrainStep[];
  readonly by: { readonly pid: number; readonly window: string | null; readonly version: string };
}

export interface PanelGroup {
  readonly plan: string | null;
  readonly title: string;
  readonly branches: readonly number[];
}

export interface PanelBranch {
  readonly ref: string;
  /** `plan/task` */
  readonly task: string | null;
  readonly title: string | null;
  readonly worktree: boolean;
  /** Full ids. */
  readonly head: string | null;
  readonly snapshot: string | null;
  readonly dirty: boolean | null;
  readonly live: boolean;
  readonly scannedAt: string | null;
  readonly changedAt: string | null;
  readonly changedFiles: number | null;
  readonly leftOut: readonly { readonly path: string; readonly why: string }[];
  /** Of this branch by itself; indexes into `hazards`. */
  readonly hazards: readonly number[];
  /** In which no hazard was looked for, at most `mostFiles`. */
  readonly unjudged: readonly { readonly path: string; readonly why: string }[];
  readonly unjudgedCount: number;
}

export interface PanelCell {
  readonly verdict: Verdict;
  readonly reason: UnknownReason | null;
  readonly detail: string | null;
  /** The only one that conflicts; the base is earlier than any branch. */
  readonly direction: 'later-into-earlier' | 'earlier-into-later' | null;
  readonly driver: string | null;
  /** Indexes into `files`, at most `mostFiles`. */
  readonly files: readonly number[];
  readonly fileCount: number;
  /** Indexes into `hazards`, muted ones last, at most `mostFiles`; null: not judged. */
  readonly hazards: readonly number[] | null;
  /** Those that nobody has muted. */
  readonly hazardCount: number;
}

/** More files of one cell than these are only counted. */
export const mostFiles = 50;

export interface PanelBaseCell {
  readonly base: string;
  readonly cell: number;
}

export interface PanelFile extends PanelFileName {
  readonly kind: ConflictKind;
  readonly type: ResolutionType | null;
  readonly who: Resolver | null;
  readonly strategy: string | null;
  readonly candidate: boolean;
}

export interface PanelHazard {
  readonly id: string;
  readonly kind: HazardKind;
  readonly branches: readonly string[];
  /** The first is where `line` is; at most `mostFiles`. */
  readonly files: readonly string[];
  readonly message: string;
  readonly line: number | null;
  /** The branch whose file and line it is. */
  readonly at: string;
  readonly prevention: string | null;
  readonly muted: Muted | null;
}

export interface PanelTrainStep {
  readonly ref: string;
  /** Index of the branch; null when the matrix does not show it. */
  readonly branch: number | null;
  readonly verdict: Verdict;
  readonly reason: UnknownReason | null;
  readonly detail: string | null;
  readonly files: readonly number[];
  readonly fileCount: number;
  readonly why: string;
  /** No pair of it shows this conflict: only all of them together have it. */
  readonly onlyTogether: boolean;
}

/** What `setState` keeps: where the reader was. */
export interface PanelState {
  readonly repository: string | null;
  readonly filter: PanelFilter;
  /** Plans whose group is folded up; `''` is the group of those without one. */
  readonly collapsed: readonly string[];
  readonly focus: { readonly row: string; readonly column: string } | null;
  readonly scroll: { readonly left: number; readonly top: number };
  /** The plan whose checklist is shown; null: the first. */
  readonly checklist: string | null;
}

export interface PanelFilter {
  readonly text: string;
  /** Only what conflicts, is unknown or has hazards. */
  readonly troubleOnly: boolean;
  /** null: all. */
  readonly plan: string | null;
}
