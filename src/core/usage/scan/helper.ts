import type { Quota, SkippedRecord } from '../../../contract/usage';
import type { PackedAnswers } from './answerTable';

/** A file that somebody else is to read. */
export interface HandedFile {
  readonly agent: string;
  /** Number of its reader among all. */
  readonly reader: number;
  /** Number of its root among the reader's. */
  readonly root: number;
  readonly path: string;
  readonly relative: string;
  readonly bytes: number;
}

/** What somebody else has read. */
export interface HelpersPart {
  readonly answers: PackedAnswers;
  readonly quotas: readonly Quota[];
  readonly skipped: readonly SkippedRecord[];
}

/** Reads files at the same time, for a scan that is made only once. */
export interface ScanHelper {
  /** Begins, and goes on while the caller reads other files. */
  start(files: readonly HandedFile[]): {
    /** Waits for the end without letting anything else happen in this thread; null: it failed. */
    wait(): HelpersPart | null;
  };
  /** There is too little to read: it is not needed. */
  dismiss(): void;
}

/** With less to read, starting a helper takes longer than it saves. */
const worthBytes = 24_000_000;
/** Of all bytes; the helper begins later, and what it found has to be put together with the rest. */
const share = 0.46;

/** Which files to hand over: about half of the bytes, the larger files first, so that both end at the same time. */
export function filesToHand(files: readonly HandedFile[]): readonly HandedFile[] {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total < worthBytes) return [];
  let [own, handed] = [0, 0];
  return files
    .toSorted((a, b) => b.bytes - a.bytes)
    .filter(({ bytes }) => {
      const isHanded = handed * (1 - share) <= own * share;
      if (isHanded) handed += bytes;
      else own += bytes;
      return isHanded;
    });
}
