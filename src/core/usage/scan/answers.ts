import type { Quota, SkippedRecord } from '../../../contract/usage';
import type { RecordPlaces, RecordReader, UsageRecord } from '../../agents/records';
import type { Log } from '../../ports';
import type { Board } from './board';

/** One answer of a model and where it was read. */
export interface Answer extends UsageRecord {
  readonly agent: string;
  /** Absolute. */
  readonly file: string;
  /** Of the first byte of its line; -1: the record is no line of a text. */
  readonly offset: number;
}

/**
 * Every answer that was found, each once, by index. An index stays the answer's own; what is at it is replaced when a
 * better record of the same answer is found.
 */
export interface Answers {
  readonly size: number;
  /** A new object each time. @throws RangeError */
  get(index: number): Answer;
  /** The same without a copy: good until more is found. @throws RangeError */
  at(index: number): Answer;
  /** Those that are new or were replaced since the last call, each once, in ascending order; at first all. */
  takeChanged(): readonly number[];
}

/** What looking at the records took. */
export interface ScanTiming {
  /** Files looked at. */
  readonly files: number;
  /** Bytes read now. */
  readonly bytes: number;
  readonly ms: number;
}

/**
 * Finds agents' records and reads what was appended to them since the last time. Synchronous: it runs in a worker
 * thread or in a command.
 */
export interface RecordScan {
  /** What was once found stays, whatever becomes of its file. */
  readonly answers: Answers;
  /** Latest of each agent. */
  readonly quotas: readonly Quota[];
  /** What of the files that are there now was not counted. */
  readonly skipped: readonly SkippedRecord[];
  /** @throws what `signal` was aborted with, between two files: what was read until then is kept. */
  refresh(signal?: AbortSignal): ScanTiming;
  /** Number of the line at this offset of a file, from 1; null: the file is gone, shorter, or has no lines. */
  lineOf(file: string, offset: number): number | null;
}

export interface ScanOptions {
  readonly readers: readonly RecordReader[];
  readonly places: RecordPlaces;
  readonly log: Log;
  /** On which it shows what file it is at. */
  readonly board?: Board | undefined;
  /** Files that are not read, and told among what was skipped. */
  readonly leftOut?: readonly SkippedRecord[] | undefined;
}
