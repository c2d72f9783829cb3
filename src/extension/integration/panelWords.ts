import type { PanelWords } from '../../protocol/integrationWords';
import { reasonWords } from '../reasonWords';
import type { Translate } from '../words';

/** Every sentence of the panel in the language of the window. */
export function panelWords(t: Translate): PanelWords {
  return {
    matrix: t('Conflict matrix'),
    summary: {
      clean: t('{0} clean'),
      conflict: t('{0} conflicting'),
      unknown: t('{0} unknown'),
      hazards: t('{0} with hazards'),
    },
    scanned: t('scanned {0}'),
    oldestScan: t('The oldest scan was {0}.'),
    never: t('never'),
    refresh: t('Refresh'),
    refreshing: t('Refreshing…'),
    repository: t('Repository'),
    filter: {
      text: t('Filter by branch, task or file'),
      placeholder: t('Branch, task or file'),
      troubleOnly: t('Only conflicts, hazards and unknown'),
      plan: t('Plan'),
      allPlans: t('All plans'),
      nothing: t('Nothing matches the filter.'),
      clear: t('Clear Filter'),
    },
    branch: t('Branch'),
    against: t('against {0}'),
    group: { name: t('Plan {0}'), one: t('1 branch'), many: t('{0} branches') },
    uncommitted: t('uncommitted work'),
    legend: {
      title: t('What the signs mean'),
      clean: t('merges cleanly'),
      conflict: t('conflicts, in so many files'),
      unknown: t('not known'),
      hazards: t('merges cleanly, and is dangerous all the same'),
      direction: t('conflicts only when merged that way'),
      driver: t('rests on a custom merge driver'),
      behind: t('changed since it was scanned'),
      dirty: t('uncommitted work'),
    },
    cell: cellWords(t),
    detail: detailWords(t),
    actions: {
      title: t('Actions'),
      openFile: t('Open Changes of Both'),
      previewResult: t('Preview Merge Result'),
      ofFile: t('{0}: {1}'),
      prove: t('Prove It'),
      openWorktrees: t('Open Both Worktrees'),
      openWorktree: t('Open Worktree'),
      copyMessage: t('Copy Message for Agent'),
      openHazard: t('Show in File'),
      mute: t('Mute…'),
      unmute: t('Unmute'),
    },
    order: {
      title: t('Merge order'),
      none: t('There is nothing to merge yet.'),
      clean: t('clean'),
      conflict: t('conflict'),
      unknown: t('unknown'),
      onlyTogether: t('No pair shows this: it only conflicts with all that is merged before it.'),
      trouble: t('Together they conflict where no pair does.'),
    },
    hazards: hazardWords(t),
    resolutions: resolutionWords(t),
    candidate: t('{0}, once a merge has proven it'),
    checklist: {
      title: t('Integration checklist'),
      score: t('{0} of {1} pass'),
      groups: {
        'pre-integration': t('Before integration'),
        'during-integration': t('During integration'),
        'post-integration': t('After integration'),
      },
      verdicts: { pass: t('passes'), fail: t('fails'), ask: t('to be answered'), stale: t('stale') },
      computed: t('Computed'),
      by: t('Answered by {0}'),
      commit: t('{0} at {1}'),
      answer: t('Answer…'),
      takeBack: t('Take Back'),
      form: t('Answer: {0}'),
      note: t('Note'),
      noteNeeded: t('Say in the note what is wrong.'),
      pass: t('Passes'),
      fail: t('Fails'),
      cancel: t('Cancel'),
    },
    changes: {
      one: t('{0} with {1}: {2} now'),
      many: t('{0} cells changed: {1} conflicting, {2} unknown, {3} clean now'),
    },
    who: {
      automated: t('resolved automatically'),
      human: t('for a person to resolve'),
      agent: t('for an agent to resolve'),
    },
    kinds: kindWords(t),
    reasons: reasonWords(t),
  };
}

function cellWords(t: Translate): PanelWords['cell'] {
  return {
    pair: t('{0} with {1}'),
    pairOfBase: t('{0} against {1}'),
    self: t('{0} itself'),
    clean: t('clean'),
    conflictOne: t('conflict in 1 file'),
    conflictMany: t('conflict in {0} files'),
    conflictNoFile: t('conflict'),
    unknown: t('unknown'),
    onlyInto: t('only when {0} is merged into {1}'),
    driver: t('by the merge driver {0}'),
    checked: t('checked {0}'),
    neverChecked: t('not checked yet'),
    behind: t('changed since it was scanned'),
    withUncommitted: t('uncommitted work included'),
    committedOnly: t('only what is committed'),
    collapsedCounts: t('{0} conflicting, {1} unknown, {2} clean'),
    hazardOne: t('1 hazard'),
    hazardMany: t('{0} hazards'),
    notJudged: t('not looked at for hazards'),
  };
}

function detailWords(t: Translate): PanelWords['detail'] {
  return {
    title: t('Details'),
    nothing: t('Choose a cell of the table to see what was compared.'),
    compared: t('What was compared'),
    state: t('state {0}'),
    stateUnknown: t('state not known'),
    withUncommitted: t('with uncommitted work'),
    committed: t('nothing uncommitted'),
    noWorktree: t('no worktree: only what is committed'),
    looked: t('Scanned'),
    leftOut: t('Left out of the comparison:'),
    changedOne: t('1 changed file'),
    changedMany: t('{0} changed files'),
    clean: t('They merge cleanly, in both directions.'),
    conflict: t('They conflict.'),
    unknown: t('Not known:'),
    about: t('About: {0}'),
    filesOne: t('1 file conflicts'),
    filesMany: t('{0} files conflict'),
    more: t('and {0} more'),
    onlyInto: t('Only when {0} is merged into {1}; the other way it merges cleanly.'),
    driver: t(
      'This rests on the merge driver {0}. Hosting services run none, so a merge there may say something else.',
    ),
    behind: t('A change came after the last scan; the next one will see it.'),
    by: t('Computed by the window of {0} (process {1}, version {2}).'),
    byCommandLine: t('Computed by the command line (process {0}, version {1}).'),
    self: t('A branch is not merged with itself.'),
    expand: t('Unfold'),
  };
}

function hazardWords(t: Translate): PanelWords['hazards'] {
  return {
    title: t('Hazards'),
    ofBranch: t('Hazards of this branch alone'),
    none: t('No hazards were found.'),
    notJudged: t(
      'Not looked at for hazards: nobody has yet, or the two have several merge bases, so that what they share would seem new on both.',
    ),
    place: t('{0}, line {1}'),
    muted: t('Muted: {0}'),
    mutedBy: t('Muted by {0}: {1}'),
    unjudged: t('No hazards were looked for in:'),
    kinds: {
      write: t('Same file'),
      migration: t('Migration'),
      export: t('Export index'),
      convention: t('Convention'),
      dependency: t('Dependency'),
      type: t('Type'),
      signature: t('Signature'),
      ownership: t('Outside of its scope'),
      contract: t('Contract file'),
    },
  };
}

function resolutionWords(t: Translate): PanelWords['resolutions'] {
  return {
    'import ordering': t('import ordering'),
    'package lock file': t('package lock file'),
    'same file, different sections': t('same file, different sections'),
    'same function': t('same function, different logic'),
    'type definition': t('type definition'),
    'test overlap': t('test overlap'),
    configuration: t('configuration overlap'),
  };
}

function kindWords(t: Translate): PanelWords['kinds'] {
  return {
    content: t('both changed the same lines'),
    'add/add': t('both added it'),
    'modify/delete': t('one changed it, the other deleted it'),
    'rename/rename': t('both renamed it, differently'),
    'rename/delete': t('one renamed it, the other deleted it'),
    'file/directory': t('a file on one side, a folder on the other'),
    mode: t('its file modes differ'),
    binary: t('both changed a binary file'),
    submodule: t('a submodule at two commits'),
    untracked: t('untracked on both sides'),
    other: t('conflict'),
  };
}
