import type { Quota, Tokens } from '../../contract/usage';

/** One answer of a model, as an agent's own record tells it. */
export interface UsageRecord {
  /** Names the answer among all of its agent's. Records with one key are one answer that was written several times. */
  readonly key: string;
  /**
   * Of records with one key the one with the highest rank counts, and of those the one with the most tokens in total
   * (growing output, copies by resume and fork, replays in side chains).
   */
  readonly rank: number;
  /** The session that the answer belongs to: the one that the record names, not the file. A subagent's is its parent's. */
  readonly session: string;
  /** The session that this one was cut from or started by, where the record says so. */
  readonly parent: string | null;
  /** Working directory at that moment. */
  readonly cwd: string | null;
  /** Milliseconds since 1970; null: not told. */
  readonly at: number | null;
  /** null: not told. */
  readonly model: string | null;
  readonly tokens: Tokens;
  readonly speed: 'standard' | 'fast';
  readonly batch: boolean;
  readonly webSearches: number;
  /** US dollars as the agent itself says; null: it does not. Used only where our table has no price. */
  readonly usd: number | null;
}

/** Where a reader puts what it finds in the line or file that it was given. */
export interface RecordSink {
  record(record: UsageRecord): void;
  quota(quota: Quota): void;
  /** This was no record although it should have been one: one clause that says why. */
  skip(reason: string): void;
}

/** What agents' records are found by. */
export interface RecordPlaces {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/** A folder that is searched for records. What is named relative to it has `/` between its parts on every system. */
export interface RecordRoot {
  /** Absolute; need not be there. */
  readonly dir: string;
  /** Whether records may lie in this folder below it. */
  descends(relative: string): boolean;
  /** Whether this file is a record. */
  holds(relative: string): boolean;
}

export interface RecordFile {
  /** Absolute. */
  readonly path: string;
  /** Relative to its root, with `/`. */
  readonly relative: string;
  readonly root: RecordRoot;
}

/** Reads one file of lines, from its first to its last, as they are appended; may remember what earlier lines said. */
export interface LineReader {
  /** Only lines that hold at least one of these are given to `line`, the others are never looked at. */
  readonly needles: readonly Buffer[];
  /** One whole line without its newline. Never throws: what it does not understand it skips, with a reason or without. */
  line(bytes: Buffer, sink: RecordSink): void;
  /**
   * The same for a line that begins at `from`, with more lines behind it: for readers that find its end on their way,
   * which is faster. Told back is where its newline is; -1: nothing was told of it, `line` has to read it.
   */
  lineAt?(lines: Buffer, from: number, sink: RecordSink): number;
}

/** Reads one agent's records. */
export type RecordReader = {
  readonly agent: string;
  roots(places: RecordPlaces): readonly RecordRoot[];
} & (
  | {
      /** Files that only ever grow at their end; one that shrank or was replaced is read anew. */
      readonly kind: 'lines';
      open(file: RecordFile): LineReader;
    }
  | {
      /** Files that are written anew, or databases: read whole whenever they change. */
      readonly kind: 'whole';
      /** Files beside it that change with it (a write-ahead log). */
      beside?(file: RecordFile): readonly string[];
      /** Everything in it. May throw: then the file as a whole is skipped, and what was read of it before stands. */
      read(file: RecordFile, sink: RecordSink): void;
    }
);
