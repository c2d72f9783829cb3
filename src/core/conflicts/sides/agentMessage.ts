import type { ConflictKind } from '../../../contract/conflicts';
import { code } from '../../markdown';
import type { LineRange } from './hunks';

/** One side of a conflict, as it is named to an agent. */
export interface MessageSide {
  readonly ref: string;
  /** `plan/task` */
  readonly task: string | null;
  /** Some of what conflicts is in no commit yet. */
  readonly uncommitted: boolean;
}

export interface MessageFile {
  readonly path: string;
  readonly kind: ConflictKind;
  /** The side has the file; the lines that conflict, where they can be told. */
  readonly yours: { readonly there: boolean; readonly lines: readonly LineRange[] };
  readonly theirs: { readonly there: boolean; readonly lines: readonly LineRange[] };
  readonly baseLines: readonly LineRange[];
}

/** What an agent is told about a conflict of its work with someone else's. */
export interface MessageParts {
  readonly you: MessageSide;
  readonly other: MessageSide;
  /** The other side is the base that this branch is to land on. */
  readonly otherIsBase: boolean;
  /** Full id of the merge base; null: there is none. */
  readonly base: string | null;
  /** Who lands first. */
  readonly first: 'you' | 'other' | null;
  /** Git's only conflicting direction, told from the reader's side. */
  readonly only: 'into-yours' | 'into-theirs' | null;
  readonly files: readonly MessageFile[];
}

/** More than these are counted, not listed: an agent asks git for the rest. */
const mostFiles = 50;
const mostRanges = 8;

/**
 * A message for the agent of one side, as Markdown: what conflicts, where, and who is to give way. It repeats no content
 * of any file, and names cannot break out of it. The same parts give the same text.
 */
export function composeAgentMessage(parts: MessageParts): string {
  const { you, other, files } = parts;
  const others = parts.otherIsBase ? `its base ${code(other.ref)}` : `${nameOf(other)}, which is worked on now`;
  const sections = [
    `Your branch ${code(you.ref)} conflicts with ${others}: git cannot merge the two (tried in memory; nothing was changed).${direction(parts)}`,
    files.length === 0 ? 'Git names no single file: the conflict is between renamed folders.' : fileList(parts),
    `What to do:\n\n${advice(parts)
      .map((line) => `- ${line}`)
      .join('\n')}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function nameOf(side: MessageSide): string {
  return side.task === null ? code(side.ref) : `${code(side.ref)} (task ${code(side.task)})`;
}

function direction({ only, you, other }: MessageParts): string {
  if (only === null) return '';
  const [from, to] = only === 'into-yours' ? [other, you] : [you, other];
  return ` Only merging ${code(from.ref)} into ${code(to.ref)} conflicts: the other way round it is clean.`;
}

function fileList({ files, other, base }: MessageParts): string {
  const from = base === null ? 'There is no common base' : `Line numbers of the base are those of ${code(base)}`;
  const lines = files.slice(0, mostFiles).map((file) => `- ${code(file.path)}: ${what(file, other)}`);
  const more = files.length > mostFiles ? `\n- and ${files.length - mostFiles} more` : '';
  const count = files.length === 1 ? '1 file' : `${files.length} files`;
  return `It conflicts in ${count}. ${from}.\n\n${lines.join('\n')}${more}`;
}

function what(file: MessageFile, other: MessageSide): string {
  const they = code(other.ref);
  const places = [
    rangesOf('base', file.baseLines),
    rangesOf('yours', file.yours.lines),
    rangesOf(they, file.theirs.lines),
  ].filter((place) => place !== '');
  return `${reason(file, they)}${places.length === 0 ? '' : ` (${places.join('; ')})`}`;
}

function reason({ kind, yours, theirs }: MessageFile, they: string): string {
  switch (kind) {
    case 'content':
      return 'both change the same or neighbouring lines, differently';
    case 'add/add':
      return 'both add it, with different content';
    case 'modify/delete':
      if (yours.there && !theirs.there) return `you change it, ${they} deletes it`;
      if (theirs.there && !yours.there) return `you delete it, ${they} changes it`;
      return 'one changes it, the other deletes it';
    case 'rename/rename':
      return 'both rename it, to different names';
    case 'rename/delete':
      return 'one renames it, the other deletes it';
    case 'file/directory':
      return 'it is a file here and a folder there';
    case 'mode':
      return 'both change what kind of file it is, or its mode';
    case 'binary':
      return 'both change it, and it is binary: one of the two versions has to win';
    case 'submodule':
      return 'both move this submodule to different commits';
    case 'untracked':
      return 'both have it as a new file that is not committed yet';
    case 'other':
      return 'git cannot merge it';
  }
}

function rangesOf(name: string, ranges: readonly LineRange[]): string {
  if (ranges.length === 0) return '';
  const shown = ranges.slice(0, mostRanges).map(rangeText);
  const more = ranges.length > mostRanges ? ' …' : '';
  return `${name}: ${shown.join(', ')}${more}`;
}

function rangeText({ start, count }: LineRange): string {
  if (count === 0) return start === 0 ? 'at the top' : `after line ${start}`;
  return count === 1 ? `line ${start}` : `lines ${start}–${start + count - 1}`;
}

function advice(parts: MessageParts): string[] {
  const { you, other, otherIsBase, first } = parts;
  const they = code(other.ref);
  const rules = ['Stay in your own branch and worktree: do not merge, rebase, or edit theirs.'];
  if (otherIsBase) {
    return [
      `Read what changed on ${they} in these files, and make your change so that it fits: keep what both mean.`,
      ...rules,
      'Say when you are done; your branch is then brought onto its base.',
    ];
  }
  const look = other.uncommitted
    ? `Part of ${they} is not committed yet: what is, you see with ${diffCommand(parts)}; ask your human for the rest.`
    : `See what ${they} changes with ${diffCommand(parts)}.`;
  if (first === 'you') {
    return [
      `You go first: ${code(you.ref)} lands before ${they}, which is then adapted to it. Finish your work.`,
      'Keep your changes in these places as small as you can, and change nothing there that your task does not need.',
      ...rules,
    ];
  }
  const order =
    first === 'other'
      ? `${they} goes first: it lands before ${code(you.ref)}, so yours is the one to be adapted.`
      : `It is not settled who goes first; if ${they} does, yours is the one to be adapted.`;
  return [
    order,
    look,
    'Make your change so that it fits theirs in these places: keep what both mean, or move yours out of the way.',
    ...rules,
    `Say when you are done; your branch is brought onto ${they} when that has landed.`,
  ];
}

/** Only names that git and any shell take as they are become a command. */
function diffCommand({ base, other }: MessageParts): string {
  const plain = /^[A-Za-z0-9][A-Za-z0-9._/+-]*$/.test(other.ref);
  return base !== null && plain ? code(`git diff ${base.slice(0, 12)} ${other.ref}`) : code('git diff');
}
