import type { Loss, LossKind } from '../../../contract/json';
import { type BytePath, shownPath } from '../../git/bytePath';
import type { TrackedChange } from '../state/dirt';
import type { Reading } from '../state/reading';

/** Entries of one kind that are listed one by one. */
const listed = 200;

/** A list for people: the first two hundred, and how many more there are. */
export function limited(kind: LossKind, losses: readonly Loss[]): Loss[] {
  if (losses.length <= listed) return [...losses];
  return [...losses.slice(0, listed), { kind, path: '…', why: `and ${losses.length - listed} more` }];
}

/** Tracked files, staged or not, and files that git was told to overlook. */
export function changeLosses({ dirt, keep }: Reading): Loss[] {
  const losses = dirt.changes.flatMap((change) => {
    const words = wordsOf(change);
    return words === '' ? [] : [loss('changes', change.path, withReason(words, keep.whyLeftOut.get(change.path)))];
  });
  const overlooked = dirt.overlooked.map((file) =>
    loss('changes', file, withReason('changed', 'git was told to overlook its changes')),
  );
  return [...losses, ...overlooked].sort(byPath);
}

export function untrackedLosses({ dirt, keep }: Reading): Loss[] {
  const files = dirt.untracked.map((file) =>
    loss('untracked', file, withReason('git does not track it', keep.whyLeftOut.get(file))),
  );
  const folders = dirt.unreadable.map(({ path, why }) => loss('untracked', path, `it cannot be read (${why})`));
  return [...files, ...folders].sort(byPath);
}

/** The archive ref does not have these: only the trash does. */
function withReason(words: string, whyLeftOut: string | undefined): string {
  return whyLeftOut === undefined ? words : `${words}; kept in the trash only, because ${whyLeftOut}`;
}

const letters: Readonly<Record<string, string>> = {
  M: 'modified',
  T: 'of another type',
  A: 'added',
  D: 'deleted',
};

/** As git-status(1) letters it; empty for a submodule in which only files differ: that is the submodule's. */
function wordsOf(change: TrackedChange): string {
  if (change.conflicted) return 'in conflict';
  const parts: string[] = [];
  if (change.staged !== '.') parts.push(`staged: ${letters[change.staged] ?? change.staged}`);
  const onlyFiles = change.submodule !== null && !change.submodule.commit && change.unstaged === 'M';
  if (change.unstaged !== '.' && !onlyFiles) {
    const word = change.submodule?.commit ? 'at another commit' : (letters[change.unstaged] ?? change.unstaged);
    parts.push(`not staged: ${word}`);
  }
  return parts.join(', ');
}

function loss(kind: LossKind, file: BytePath, why: string): Loss {
  return { kind, path: shownPath(file), why };
}

function byPath(a: Loss, b: Loss): number {
  return a.path < b.path ? -1 : 1;
}
