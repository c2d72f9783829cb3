import type { UnknownReason } from '../contract/conflicts';
import type { Translate } from './words';

/** Why nothing is known of two branches, and what to do about it. */
export function reasonWords(
  t: Translate,
): Readonly<Record<UnknownReason, { readonly text: string; readonly advice: string }>> {
  return {
    'not scanned yet': { text: t('not scanned yet'), advice: t('It will be, in a moment.') },
    'scan is too old': {
      text: t('the last scan is too old'),
      advice: t('An agent works there and may have changed anything since. Refresh to look again.'),
    },
    'operation in progress': {
      text: t('a merge, rebase or the like is in progress'),
      advice: t('Finish or abort it in that worktree.'),
    },
    'no commit yet': { text: t('there is no commit yet'), advice: t('Commit something on that branch first.') },
    'unrelated histories': {
      text: t('the histories have no common commit'),
      advice: t('git refuses to merge these; start the branch anew from the base.'),
    },
    'file cannot be read': { text: t('a file cannot be read'), advice: t('Make it readable, or ignore it.') },
    'left out': {
      text: t('a file was left out that the other side touches'),
      advice: t('Commit that file, or ignore it, so that it can be compared.'),
    },
    'in the way': {
      text: t('a file that is in no commit lies where the other side writes'),
      advice: t('Move that file away in its worktree, or commit it: a merge would refuse, or overwrite it.'),
    },
    'own rules': {
      text: t('a worktree merges by rules of its own'),
      advice: t('Take that setting out, or merge there to see.'),
    },
    'submodule commit missing': {
      text: t('a commit of a submodule is missing'),
      advice: t('Fetch the submodule in the main worktree.'),
    },
    'merge driver not run': {
      text: t('a custom merge driver was not run'),
      advice: t('Trust this workspace, so that the programs of the repository may run.'),
    },
    timeout: { text: t('it took too long'), advice: t('Refresh to try again.') },
    'git failed': { text: t('git failed'), advice: t('The log has the whole of what it said.') },
  };
}
