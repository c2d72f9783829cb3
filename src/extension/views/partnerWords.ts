import { reasonWords } from '../reasonWords';
import { escapeMarkdown, oneLine, type Translate } from '../words';
import type { Partner, Partners } from './partners';

/** A tooltip names these many. */
const most = 5;

export function conflictsNow(partners: Partners | undefined): boolean {
  return partners !== undefined && partners.conflicts.length > 0;
}

/** The worst cell in a few words; null: all is clean and harmless, or the matrix does not know this side. */
export function partnersWord(partners: Partners | undefined, t: Translate): string | null {
  if (partners === undefined) return null;
  const { conflicts, unknown, nothingKnown } = partners;
  const [first] = conflicts;
  if (first !== undefined) {
    return conflicts.length === 1
      ? t('conflicts with {0}', shortName(first))
      : t('conflicts with {0} others', conflicts.length);
  }
  const [one] = unknown;
  if (one === undefined) return hazardsWord(partners, t);
  if (nothingKnown) return t('conflicts not known: {0}', reasonOf(one, t));
  return unknown.length === 1
    ? t('conflicts with {0} not known', shortName(one))
    : t('conflicts with {0} others not known', unknown.length);
}

function hazardsWord({ hazards }: Partners, t: Translate): string | null {
  if (hazards.length === 0) return null;
  return hazards.length === 1 ? t('1 hazard') : t('{0} hazards', hazards.length);
}

/** Who it is and which files, as lines of Markdown. */
export function partnerFacts(partners: Partners | undefined, t: Translate): string[] {
  if (partners === undefined) return [];
  const { conflicts, unknown, hazards } = partners;
  const lines = conflicts.slice(0, most).map((partner) => {
    const name = nameOf(partner);
    return partner.files.length === 0
      ? t('Conflicts with {0}', name)
      : t('Conflicts with {0} in {1}', name, filesOf(partner, t));
  });
  if (conflicts.length > most) lines.push(t('and with {0} more', conflicts.length - most));
  lines.push(
    ...unknown.slice(0, most).map((partner) => t('Not known with {0}: {1}', nameOf(partner), reasonOf(partner, t))),
  );
  if (unknown.length > most) lines.push(t('and with {0} more', unknown.length - most));
  lines.push(...hazards.slice(0, most).map((message) => t('Hazard: {0}', escapeMarkdown(message))));
  if (hazards.length > most) lines.push(t('and {0} more hazards', hazards.length - most));
  return lines;
}

/** A row has little room: a task without its plan. */
function shortName({ ref, task }: Partner): string {
  return oneLine(task?.slice(task.indexOf('/') + 1) ?? ref);
}

function nameOf({ ref, task }: Partner): string {
  return escapeMarkdown(task === null ? ref : `${ref} (${task})`);
}

function filesOf({ files }: Partner, t: Translate): string {
  const shown = files.slice(0, most).map(escapeMarkdown).join(', ');
  return files.length > most ? t('{0} and {1} more', shown, files.length - most) : shown;
}

function reasonOf({ reason }: Partner, t: Translate): string {
  return reasonWords(t)[reason ?? 'not scanned yet'].text;
}
