import { type BytePath, splitPaths } from '../../git/bytePath';
import type { TreeEntry } from '../../git/treeDiff';

/** Both sides of a conflicted path, and what they come from. */
export interface Stages {
  readonly base: TreeEntry | null;
  readonly ours: TreeEntry | null;
  readonly theirs: TreeEntry | null;
}

/** What `merge-tree` said about two commits. */
export interface MergeAnswer {
  /** The result's tree, with conflict markers in its files. */
  readonly tree: string;
  readonly stages: ReadonlyMap<BytePath, Stages>;
  /** Git's own words, each with all paths it speaks of: that is how the names of one renamed file are told to belong together. */
  readonly messages: readonly MergeMessage[];
}

export interface MergeMessage {
  readonly paths: readonly BytePath[];
  /** Git's stable short name: `CONFLICT (contents)`, `Auto-merging`. */
  readonly type: string;
  readonly text: string;
}

/**
 * Parses `merge-tree --write-tree -z --messages` about one pair (git-merge-tree(1), "OUTPUT"): the tree; for each
 * conflicted path `<mode> <id> <stage>` TAB path; an empty field; then for each message the number of its paths, the
 * paths, its type, its text.
 */
export function parseMergeAnswer(z: Buffer): MergeAnswer {
  const [tree = '', ...fields] = splitPaths(z);
  const end = fields.indexOf('');
  const entries = end < 0 ? fields : fields.slice(0, end);
  return { tree, stages: stagesOf(entries), messages: end < 0 ? [] : messagesOf(fields.slice(end + 1)) };
}

const names = { '1': 'base', '2': 'ours', '3': 'theirs' } as const;

function stagesOf(entries: readonly string[]): Map<BytePath, Stages> {
  const stages = new Map<BytePath, Stages>();
  for (const entry of entries) {
    const tab = entry.indexOf('\t');
    const [mode = '', id = '', stage] = entry.slice(0, tab).split(' ');
    const path = entry.slice(tab + 1);
    if (stage !== '1' && stage !== '2' && stage !== '3') continue;
    const known = stages.get(path) ?? { base: null, ours: null, theirs: null };
    stages.set(path, { ...known, [names[stage]]: { mode, id } });
  }
  return stages;
}

function messagesOf(fields: readonly string[]): MergeMessage[] {
  const messages: MergeMessage[] = [];
  for (let i = 0; i < fields.length; ) {
    const count = Number(fields[i]);
    if (!Number.isSafeInteger(count)) break;
    const paths = fields.slice(i + 1, i + 1 + count);
    const [type = '', text = ''] = fields.slice(i + 1 + count, i + 3 + count);
    messages.push({ paths, type, text });
    i += count + 3;
  }
  return messages;
}
