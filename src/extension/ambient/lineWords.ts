import type { ConflictBranch } from '../../contract/conflicts';
import type { SharedLine } from '../../core/conflicts/lines/sharedLines';
import { age, escapeMarkdown, oneLine, type Translate } from '../words';
import type { OtherChange } from './fileMarks';
import { sideName, verdictWords } from './markWords';

/** A hover names these many sides, with these many lines of each. */
const most = { sides: 5, lines: 12, characters: 200 };

/** Another side of a file: what it does to it, and what is known of its state. */
export interface OtherState {
  readonly change: OtherChange;
  readonly branch: Pick<ConflictBranch, 'head' | 'dirty' | 'scannedAt'>;
}

/** Lines of the editor that other sides change too; 0-based, both ends included. */
export interface MarkedLines {
  readonly first: number;
  readonly last: number;
  readonly shared: readonly SharedLine[];
}

/** Where the marks stand in a text of `lineCount` lines: what several sides change there is one mark. */
export function markedLines(found: readonly SharedLine[], lineCount: number): MarkedLines[] {
  const byPlace = new Map<string, MarkedLines & { readonly shared: SharedLine[] }>();
  for (const each of found) {
    const { start, count } = each.lines;
    // Lines that are gone here leave a place behind a line: that line stands for it.
    const within = (line: number) => Math.min(Math.max(line - 1, 0), lineCount - 1);
    const [first, last] = [within(start), within(count === 0 ? start : start + count - 1)];
    const key = `${first} ${last}`;
    const known = byPlace.get(key) ?? { first, last, shared: [] };
    known.shared.push(each);
    byPlace.set(key, known);
  }
  return [...byPlace.values()].sort((x, y) => x.first - y.first || x.last - y.last);
}

/** Who changes these lines as well, what they made of them, and how old that is; Markdown. */
export function linesHover(
  { shared }: Pick<MarkedLines, 'shared'>,
  sides: ReadonlyMap<string, OtherState>,
  { now, t }: { readonly now: Date; readonly t: Translate },
): string {
  const known = shared.flatMap((line) => {
    const side = sides.get(line.ref);
    return side === undefined ? [] : [{ line, side }];
  });
  const parts = known
    .slice(0, most.sides)
    .flatMap(({ line, side: { change, branch } }) => [
      `**${escapeMarkdown(sideName(change))}** ${whatWords(line, t)}`,
      `${resultWords(change, t)} · ${stateWords(branch, now, t)}`,
      ...theirLines(line, t),
    ]);
  if (known.length > most.sides) parts.push(t('and {0} more', known.length - most.sides));
  return parts.join('\n\n');
}

function whatWords({ kind, theirs }: SharedLine, t: Translate): string {
  if (kind === 'deleted') return t('has deleted or renamed this file');
  if (kind === 'added') return t('has added this file too, with other lines here');
  if (kind === 'conflict') return t('conflicts with this file');
  return theirs?.length === 0 ? t('deletes these lines') : t('changes these lines too');
}

function resultWords(change: OtherChange, t: Translate): string {
  if (change.verdict === 'conflict') return t('conflict in this file');
  // The file as the matrix knows it is not changed here: the lines are not saved yet.
  if (change.verdict === null) return t('not merged with this text yet');
  return escapeMarkdown(verdictWords(change, t));
}

function stateWords({ head, dirty, scannedAt }: OtherState['branch'], now: Date, t: Translate): string {
  const commit = head === null ? t('unknown') : head.slice(0, 9);
  const seen = age(t, scannedAt, now);
  return dirty === true
    ? t('uncommitted work on {0}, looked at: {1}', commit, seen)
    : t('commit {0}, looked at: {1}', commit, seen);
}

/** The other side's lines as a block of code that nothing in them can end. */
function theirLines({ theirs }: SharedLine, t: Translate): string[] {
  if (theirs === null || theirs.length === 0) return [];
  const shown = theirs.slice(0, most.lines).map((line) => {
    const text = Buffer.from(line.replace(/\r$/, ''), 'latin1').toString('utf8');
    return text.length > most.characters ? `${text.slice(0, most.characters)}…` : text;
  });
  if (theirs.length > shown.length) shown.push(t('… {0} more lines', theirs.length - shown.length));
  const longest = Math.max(2, ...shown.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [[fence, ...shown, fence].join('\n')];
}

/** For the status bar: how many places, and who. */
export function placesLabel(marked: readonly MarkedLines[], sides: ReadonlyMap<string, OtherState>, t: Translate) {
  const refs = [...new Set(marked.flatMap(({ shared }) => shared.map(({ ref }) => ref)))];
  const names = refs.flatMap((ref) => sides.get(ref)?.change ?? []).map(sideName);
  const who = names.length === 1 ? (names[0] ?? '') : t('{0} others', names.length);
  const label =
    marked.length === 1
      ? t('1 place of this file is also changed by {0}', who)
      : t('{0} places of this file are also changed by {1}', marked.length, who);
  return { who: oneLine(who), label };
}
