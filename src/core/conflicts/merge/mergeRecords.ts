import { type BytePath, splitPaths } from '../../git/bytePath';

/** One entry of the index a merge would leave behind: stage 1 the merge base, 2 ours, 3 theirs. */
export interface StagedFile {
  readonly mode: string;
  readonly id: string;
  readonly stage: 1 | 2 | 3;
  readonly path: BytePath;
}

export interface MergeMessage {
  /** The first is the path it is about; what the others are depends on the type. */
  readonly paths: readonly BytePath[];
  /** Stable, e.g. `CONFLICT (contents)` (git-merge-tree(1), "Informational messages"). */
  readonly type: string;
  /** For people, one line or more; bytes as characters. */
  readonly text: string;
}

export interface MergeRecord {
  readonly clean: boolean;
  /** With conflict markers where it is not clean. */
  readonly tree: string;
  /** Empty also for some conflicts, between renamed folders. */
  readonly stages: readonly StagedFile[];
  readonly messages: readonly MergeMessage[];
}

const none: readonly never[] = [];

/**
 * Parses what `git merge-tree --stdin --messages` printed (git-merge-tree(1), "OUTPUT"; `-z` is implied): for each merge
 * `<status>` NUL `<tree>` NUL, the staged files, an empty field, the messages, an empty field. Status 1 is clean, 0 is not.
 * The last field may hold git's advice about submodules instead. A record that was cut off is left out.
 */
export function parseMergeRecords(z: Buffer): MergeRecord[] {
  const fields = splitPaths(z);
  const records: MergeRecord[] = [];
  let at = 0;
  while (at + 3 < fields.length) {
    const clean = fields[at] === '1';
    const tree = fields[at + 1] ?? '';
    at += 2;
    const stages = fields[at] === '' ? none : takeStages();
    at += 1;
    const messages = fields[at] === '' ? none : takeMessages();
    // The field at the end must have been printed as well, or the record is not whole.
    if (at >= fields.length) break;
    at += 1;
    records.push({ clean, tree, stages, messages });
  }
  return records;

  function takeStages(): StagedFile[] {
    const stages: StagedFile[] = [];
    for (let field = fields[at]; field !== undefined && field !== ''; field = fields[++at]) {
      const tab = field.indexOf('\t');
      const [mode = '', id = '', stage] = field.slice(0, tab).split(' ');
      stages.push({ mode, id, stage: stage === '1' ? 1 : stage === '2' ? 2 : 3, path: field.slice(tab + 1) });
    }
    return stages;
  }

  function takeMessages(): MergeMessage[] {
    const messages: MergeMessage[] = [];
    for (let field = fields[at]; field !== undefined && /^\d+$/.test(field); field = fields[at]) {
      const end = at + 1 + Number(field);
      messages.push({ paths: fields.slice(at + 1, end), type: fields[end] ?? '', text: fields[end + 1] ?? '' });
      at = end + 2;
    }
    return messages;
  }
}
