import { closeSync, openSync, type Stats, statSync } from 'node:fs';
import type { Quota, SkippedRecord } from '../../../contract/usage';
import type { RecordFile, RecordReader } from '../../agents/records';
import type { Log } from '../../ports';
import type { RecordScan, ScanOptions, ScanTiming } from './answers';
import { AnswerTable } from './answerTable';
import type { Board } from './board';
import { LineFile } from './lineFile';
import { countLines, Lines } from './readLines';
import { codeOf, FolderWalk, identityOf } from './walk';
import { WholeFile } from './wholeFile';

/** Where files put what they tell. */
export interface Collected {
  readonly answers: AnswerTable;
  readonly log: Log;
  readonly board: Board | undefined;
  quota(quota: Quota): void;
}

/** Reads nothing yet: `refresh` does. */
export function createScan(o: ScanOptions): RecordScan {
  return new Scan(o);
}

class Scan implements RecordScan {
  readonly answers = new AnswerTable();
  readonly #quotas = new Map<string, Quota>();
  readonly #agents: readonly AgentFiles[];

  constructor(o: ScanOptions) {
    const to: Collected = { answers: this.answers, log: o.log, board: o.board, quota: (quota) => this.#quota(quota) };
    this.#agents = o.readers.map((reader) => new AgentFiles(reader, o, to));
  }

  get quotas(): readonly Quota[] {
    return [...this.#quotas.values()];
  }

  get skipped(): readonly SkippedRecord[] {
    return this.#agents.flatMap((agent) => agent.skipped);
  }

  refresh(signal?: AbortSignal): ScanTiming {
    const start = performance.now();
    let [files, bytes] = [0, 0];
    // The memory that lines are read through is not kept from one time to the next.
    const lines = new Lines();
    for (const agent of this.#agents) {
      const read = agent.refresh(lines, signal);
      files += read.files;
      bytes += read.bytes;
    }
    return { files, bytes, ms: performance.now() - start };
  }

  lineOf(file: string, offset: number): number | null {
    if (offset < 0) return null;
    let fd: number;
    try {
      fd = openSync(file, 'r');
    } catch {
      return null;
    }
    try {
      const before = countLines(fd, 0, offset);
      return before === null ? null : before + 1;
    } catch {
      return null;
    } finally {
      closeSync(fd);
    }
  }

  #quota(quota: Quota): void {
    const known = this.#quotas.get(quota.agent);
    if (known === undefined || Date.parse(known.at) <= Date.parse(quota.at)) this.#quotas.set(quota.agent, quota);
  }
}

/** The files of one agent. */
class AgentFiles {
  readonly #reader: RecordReader;
  readonly #to: Collected;
  readonly #walks: readonly FolderWalk[];
  readonly #leftOut: ReadonlyMap<string, SkippedRecord>;
  /** By path; those that are gone are forgotten. */
  #files = new Map<string, LineFile | WholeFile>();
  #unreadable: SkippedRecord[] = [];

  constructor(reader: RecordReader, o: ScanOptions, to: Collected) {
    this.#reader = reader;
    this.#to = to;
    this.#walks = reader.roots(o.places).map((root) => new FolderWalk(root, (file, why) => this.#tell(file, why)));
    const leftOut = o.leftOut?.filter(({ agent }) => agent === reader.agent) ?? [];
    this.#leftOut = new Map(leftOut.map((skipped) => [skipped.file, skipped]));
  }

  get skipped(): readonly SkippedRecord[] {
    return [...this.#unreadable, ...[...this.#files.values()].flatMap((file) => file.skipped)];
  }

  refresh(lines: Lines, signal: AbortSignal | undefined): { files: number; bytes: number } {
    this.#unreadable = [];
    const found = this.#walks.flatMap((walk) => walk.files());
    const here = new Map<string, LineFile | WholeFile>();
    // Links may lead to one file by several paths.
    const identities = new Set<string>();
    let bytes = 0;
    for (const file of found) {
      signal?.throwIfAborted();
      const leftOut = this.#leftOut.get(file.path);
      if (leftOut !== undefined) {
        this.#unreadable.push(leftOut);
        continue;
      }
      const stats = this.#look(file.path);
      const identity = stats === null ? null : identityOf(stats, file.path);
      if (stats === null || identity === null || identities.has(identity)) continue;
      identities.add(identity);
      const known = this.#files.get(file.path) ?? this.#open(file);
      // Also when the next one is never come to: what was read is known.
      this.#files.set(file.path, known);
      here.set(file.path, known);
      bytes += known instanceof LineFile ? known.refresh(stats, lines) : known.refresh();
    }
    this.#to.board?.clear();
    this.#files = here;
    return { files: here.size, bytes };
  }

  #look(file: string): Stats | null {
    try {
      const stats = statSync(file, { throwIfNoEntry: false });
      return stats?.isFile() ? stats : null;
    } catch (error) {
      this.#tell(file, `the file cannot be looked at (${codeOf(error)})`);
      return null;
    }
  }

  #open(file: RecordFile): LineFile | WholeFile {
    const reader = this.#reader;
    if (reader.kind === 'whole') return new WholeFile(file, reader, this.#to);
    return new LineFile(file.path, reader.agent, () => reader.open(file), this.#to);
  }

  #tell(file: string, reason: string): void {
    this.#unreadable.push({ agent: this.#reader.agent, file, line: null, reason });
  }
}
