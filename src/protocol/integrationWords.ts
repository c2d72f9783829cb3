import type { ChecklistGroup, ChecklistVerdict } from '../contract/checklist';
import type { ConflictKind, HazardKind, ResolutionType, UnknownReason } from '../contract/conflicts';

/**
 * Every sentence of the panel, translated by the host and handed over with the page. `{0}` … are replaced.
 * `one` and `many` of a pair differ by number.
 */
export interface PanelWords {
  readonly matrix: string;
  readonly summary: {
    readonly clean: string;
    readonly conflict: string;
    readonly unknown: string;
    readonly hazards: string;
  };
  readonly scanned: string;
  readonly oldestScan: string;
  readonly never: string;
  readonly refresh: string;
  readonly refreshing: string;
  readonly repository: string;
  readonly filter: {
    readonly text: string;
    readonly placeholder: string;
    readonly troubleOnly: string;
    readonly plan: string;
    readonly allPlans: string;
    readonly nothing: string;
    readonly clear: string;
  };
  readonly branch: string;
  readonly against: string;
  readonly group: { readonly name: string; readonly one: string; readonly many: string };
  readonly uncommitted: string;
  readonly legend: {
    readonly title: string;
    readonly clean: string;
    readonly conflict: string;
    readonly unknown: string;
    readonly hazards: string;
    readonly direction: string;
    readonly driver: string;
    readonly behind: string;
    readonly dirty: string;
  };
  readonly cell: {
    readonly pair: string;
    readonly pairOfBase: string;
    readonly self: string;
    readonly clean: string;
    readonly conflictOne: string;
    readonly conflictMany: string;
    readonly conflictNoFile: string;
    readonly unknown: string;
    readonly onlyInto: string;
    readonly driver: string;
    readonly checked: string;
    readonly neverChecked: string;
    readonly behind: string;
    readonly withUncommitted: string;
    readonly committedOnly: string;
    readonly collapsedCounts: string;
    readonly hazardOne: string;
    readonly hazardMany: string;
    readonly notJudged: string;
  };
  readonly detail: {
    readonly title: string;
    readonly nothing: string;
    readonly compared: string;
    readonly state: string;
    readonly stateUnknown: string;
    readonly withUncommitted: string;
    readonly committed: string;
    readonly noWorktree: string;
    readonly looked: string;
    readonly leftOut: string;
    readonly changedOne: string;
    readonly changedMany: string;
    readonly clean: string;
    readonly conflict: string;
    readonly unknown: string;
    readonly about: string;
    readonly filesOne: string;
    readonly filesMany: string;
    readonly more: string;
    readonly onlyInto: string;
    readonly driver: string;
    readonly behind: string;
    readonly by: string;
    readonly byCommandLine: string;
    readonly self: string;
    readonly expand: string;
  };
  readonly actions: {
    readonly title: string;
    readonly openFile: string;
    readonly previewResult: string;
    readonly ofFile: string;
    readonly prove: string;
    readonly openWorktrees: string;
    readonly openWorktree: string;
    readonly copyMessage: string;
    readonly openHazard: string;
    readonly mute: string;
    readonly unmute: string;
  };
  readonly order: {
    readonly title: string;
    readonly none: string;
    readonly clean: string;
    readonly conflict: string;
    readonly unknown: string;
    readonly onlyTogether: string;
    readonly trouble: string;
  };
  readonly hazards: {
    readonly title: string;
    readonly ofBranch: string;
    readonly none: string;
    readonly notJudged: string;
    /** `{0}` a file, `{1}` a line. */
    readonly place: string;
    readonly muted: string;
    readonly mutedBy: string;
    readonly unjudged: string;
    readonly kinds: Readonly<Record<HazardKind, string>>;
  };
  readonly resolutions: Readonly<Record<ResolutionType, string>>;
  /** Of what nobody is needed for, once a merge has proven it. */
  readonly candidate: string;
  readonly checklist: {
    readonly title: string;
    /** `{0}` of `{1}` items pass. */
    readonly score: string;
    readonly groups: Readonly<Record<ChecklistGroup, string>>;
    readonly verdicts: Readonly<Record<ChecklistVerdict, string>>;
    readonly computed: string;
    readonly by: string;
    /** `{0}` a branch, `{1}` a commit. */
    readonly commit: string;
    readonly answer: string;
    readonly takeBack: string;
    /** `{0}` the item. */
    readonly form: string;
    readonly note: string;
    readonly noteNeeded: string;
    readonly pass: string;
    readonly fail: string;
    readonly cancel: string;
  };
  readonly changes: { readonly one: string; readonly many: string };
  readonly who: { readonly automated: string; readonly human: string; readonly agent: string };
  readonly kinds: Readonly<Record<ConflictKind, string>>;
  readonly reasons: Readonly<Record<UnknownReason, { readonly text: string; readonly advice: string }>>;
}
