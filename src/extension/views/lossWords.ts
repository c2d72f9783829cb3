import type { CleanJson, Consent, Loss, LossKind } from '../../contract/json';
import { oneLine, size, type Translate } from '../words';
import type { NodeIcon } from './treeNode';

/** One line of what a clean-up would take away. */
export interface LossLine {
  readonly label: string;
  readonly description: string;
  readonly icon: NodeIcon;
}

/** One thing to agree to, with everything that it is about. */
export interface ConsentGroup {
  readonly consent: Consent;
  /** Heads its lines. */
  readonly about: string;
  readonly label: string;
  readonly description: string;
  readonly lines: readonly LossLine[];
}

const icons: Readonly<Record<LossKind, string>> = {
  changes: 'edit',
  untracked: 'new-file',
  ignored: 'file',
  rebuildable: 'package',
  repository: 'repo',
  submodule: 'file-submodule',
  unreachable: 'git-commit',
  operation: 'debug-pause',
  unpushed: 'cloud-upload',
  unmerged: 'git-branch',
};

/** Losses that are about the branch; all others are about the working folder. */
const branchKinds: ReadonlySet<LossKind> = new Set(['unpushed', 'unmerged']);

/** Losses whose path names no file. */
const unnamedKinds: ReadonlySet<LossKind> = new Set([...branchKinds, 'unreachable', 'operation']);

/** A file has its name first, as in a list of editors: paths are cut off at their end, where they differ. */
export function lossLine(loss: Loss): LossLine {
  // A folder ends in a slash, which belongs to its name.
  const cut = unnamedKinds.has(loss.kind) ? -1 : loss.path.lastIndexOf('/', loss.path.length - 2);
  const description = [
    oneLine(loss.why),
    loss.bytes === undefined ? '' : size(loss.bytes),
    cut < 0 ? '' : oneLine(loss.path.slice(0, cut)),
  ];
  return {
    label: oneLine(loss.path.slice(cut + 1)),
    description: description.filter((part) => part !== '').join(' · '),
    icon: { id: icons[loss.kind] },
  };
}

/** What has to be agreed to before a worktree is cleaned, each by itself; empty when nothing has to. */
export function consentGroups(seen: CleanJson, t: Translate): ConsentGroup[] {
  return seen.needs.map((consent) => group(seen, consent, t));
}

function group(seen: CleanJson, consent: Consent, t: Translate): ConsentGroup {
  const lines = (about: (kind: LossKind) => boolean) =>
    seen.wouldLose.filter(({ kind }) => about(kind)).map((loss) => lossLine(loss));
  switch (consent) {
    case 'discard-changes':
      return {
        consent,
        about: t('working folder'),
        label: t('Discard what is only here'),
        description: t('listed below; the trash keeps it for 30 days'),
        lines: lines((kind) => !branchKinds.has(kind)),
      };
    case 'delete-branch':
      return {
        consent,
        about: t('branch'),
        label: t('Delete branch {0}', oneLine(seen.branch?.name ?? '')),
        description: branchWord(seen, t),
        lines: lines((kind) => branchKinds.has(kind)),
      };
    case 'end-processes':
      return {
        consent,
        about: t('programs and windows'),
        label: t('End what works there'),
        description: t('windows on it close'),
        lines: (seen.works ?? []).map((each) => ({ label: oneLine(each), description: '', icon: { id: 'pulse' } })),
      };
  }
}

function branchWord(seen: CleanJson, t: Translate): string {
  const integrated = seen.branch?.integrated;
  switch (integrated?.verdict) {
    case 'yes':
      return t('integrated into {0}; stays if not ticked', oneLine(integrated.into));
    case 'unknown':
      return t('not known whether it is integrated: {0}', oneLine(integrated.why));
    default:
      return t('not integrated; stays if not ticked');
  }
}
