import type { ConflictFile } from '../../../contract/conflicts';
import type { StagedFile } from './mergeRecords';

/** The versions of a conflicting file that git held against each other: full ids; null: none, or no plain file. */
export interface FileStages {
  /** With several merge bases, what git made of them, which may itself hold conflict markers. */
  readonly base: string | null;
  readonly ours: string | null;
  readonly theirs: string | null;
}

const known = new WeakMap<ConflictFile, FileStages>();

/**
 * The versions of a file of a cell. They are kept beside the file and not in it: their objects are in a scratch store that is
 * gone tomorrow, so no document may hold them.
 * @returns null for a file that was read from a document, or that somebody copied
 */
export function stagesOf(file: ConflictFile): FileStages | null {
  return known.get(file) ?? null;
}

/** Notes the versions of a file, and returns the file. */
export function withStages(file: ConflictFile, stages: FileStages): ConflictFile {
  known.set(file, stages);
  return file;
}

/** What git lists under one path. Links and submodules have no lines that a merge could put together. */
export function fileStages(files: readonly StagedFile[]): FileStages {
  const idAt = (stage: StagedFile['stage']) => {
    const file = files.find((each) => each.stage === stage);
    return file?.mode.startsWith('100') === true ? file.id : null;
  };
  return { base: idAt(1), ours: idAt(2), theirs: idAt(3) };
}
