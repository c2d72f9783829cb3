import { reasonWords } from '../reasonWords';
import { oneLine, type Translate } from '../words';
import type { FileMark, OtherChange } from './fileMarks';

/** A tooltip names these many sides. */
const mostNames = 3;

/** A side as people know it: its branch, and whose it is. */
export function sideName({ ref, task }: { readonly ref: string; readonly task: string | null }): string {
  return task === null ? oneLine(ref) : `${oneLine(ref)} (${oneLine(task)})`;
}

export function conflicts({ own, others }: FileMark): boolean {
  return own && others.some(({ verdict }) => verdict === 'conflict');
}

/** At most two characters, which is all that VS Code shows: `⇄!` for a conflict, else how many others there are. */
export function badgeOf(mark: FileMark): string {
  if (conflicts(mark)) return '⇄!';
  const { length } = mark.others;
  return length === 1 ? '⇄' : length > 9 ? '⇄+' : `⇄${length}`;
}

/** Who changes the file as well, and what a merge says about it. */
export function markTooltip({ own, others }: FileMark, t: Translate): string {
  const shown = others.slice(0, mostNames);
  const more = others.length > shown.length ? [t('and {0} more', others.length - shown.length)] : [];
  if (!own) return t('Changed elsewhere, not here: {0}', [...shown.map(sideName), ...more].join(', '));
  return [...shown.map((other) => alsoChanges(other, t)), ...more].join('; ');
}

function alsoChanges(other: OtherChange, t: Translate): string {
  return t('{0} also changes this file: {1}', sideName(other), verdictWords(other, t));
}

/** What a merge says about a file that both change. */
export function verdictWords({ verdict, reason }: Pick<OtherChange, 'verdict' | 'reason'>, t: Translate): string {
  if (verdict === 'conflict') return t('conflict in it');
  if (verdict === 'clean') return t('merges cleanly');
  if (verdict === null) return t('not known: {0}', reasonWords(t)['not scanned yet'].text);
  if (reason === null) return t('they conflict, perhaps in it under another name');
  return t('not known: {0}', reasonWords(t)[reason].text);
}
