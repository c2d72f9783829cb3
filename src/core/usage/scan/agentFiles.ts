import { type Stats, statSync } from 'node:fs';
import type { Quota, SkippedRecord } from '../../../contract/usage';
import type { RecordFile, RecordReader } from '../../agents/records';
import type { Log } from '../../ports';
import type { ScanOptions } from './answers';
import type { AnswerTable } from './answerTable';
import type { Board } from './board';
import { LineFile } from './lineFile';
import type { Lines } from './readLines';
import { codeOf, FolderWalk, identityOf } from './walk';
import { WholeFile } from './wholeFile';

/** Where files put what they tell. */
export interface Collected {
  readonly answers: AnswerTable;
  readonly log: Log;
  readonly board: Board | undefined;
  quota(quota: Quota): void;
}

/** A file that is there now. */
export interface FoundFile {
  readonly file: RecordFile;
  readonly stats: Stats;
}

/** The files of one reader, and how far each was read. */
export class AgentFiles {
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

  /** All files that are there now; each once, since links may lead to one by several paths. */
  find(): FoundFile[] {
    this.#unreadable = [];
    const identities = new Set<string>();
    const found: FoundFile[] = [];
    const here = new Map<string, LineFile | WholeFile>();
    for (const walk of this.#walks) {
      for (const file of walk.files()) {
        const stats = this.#look(file.path);
        const identity = stats === null ? null : identityOf(stats, file.path);
        if (stats === null || identity === null || identities.has(identity)) continue;
        identities.add(identity);
        found.push({ file, stats });
        const known = this.#files.get(file.path);
        if (known !== undefined) here.set(file.path, known);
      }
    }
    this.#files = here;
    return found;
  }

  /** @returns how many bytes were read */
  read({ file, stats }: FoundFile, lines: Lines): number {
    const known = this.#files.get(file.path) ?? this.#open(file);
    this.#files.set(file.path, known);
    return known instanceof LineFile ? known.refresh(stats, lines) : known.refresh();
  }

  #look(file: string): Stats | null {
    const leftOut = this.#leftOut.get(file);
    if (leftOut !== undefined) {
      this.#unreadable.push(leftOut);
      return null;
    }
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
