import { statSync } from 'node:fs';
import type { SkippedRecord } from '../../../contract/usage';
import type { RecordFile, RecordReader, RecordSink } from '../../agents/records';
import type { Collected } from './agentFiles';
import { codeOf } from './walk';

/** One file may be full of them. */
const mostSkipped = 100;

/** A file that is read whole whenever it, or what belongs to it, has changed. */
export class WholeFile {
  readonly #file: RecordFile;
  readonly #reader: Extract<RecordReader, { kind: 'whole' }>;
  readonly #to: Collected;
  /** Of all that changes with it, when it was read. */
  #seen: string | null = null;
  #reasons: string[] = [];

  constructor(file: RecordFile, reader: Extract<RecordReader, { kind: 'whole' }>, to: Collected) {
    this.#file = file;
    this.#reader = reader;
    this.#to = to;
  }

  /** What in it was not counted. */
  get skipped(): readonly SkippedRecord[] {
    const reasons = this.#reasons.slice(0, mostSkipped);
    if (this.#reasons.length > mostSkipped) reasons.push(`${this.#reasons.length - mostSkipped} more in it`);
    return reasons.map((reason) => ({ agent: this.#reader.agent, file: this.#file.path, line: null, reason }));
  }

  /** @returns how many bytes were read */
  refresh(): number {
    // Looked at before it is read: what changes meanwhile is seen the next time.
    const { state, bytes } = this.#look();
    if (state === this.#seen) return 0;
    this.#seen = state;
    this.#reasons = [];
    const { agent } = this.#reader;
    this.#to.board?.show(agent, this.#file.path);
    const sink: RecordSink = {
      record: (record) => this.#to.answers.add(record, { agent, file: this.#file.path, offset: -1, born: 0 }),
      quota: (quota) => this.#to.quota(quota),
      skip: (reason) => this.#reasons.push(reason),
    };
    try {
      this.#reader.read(this.#file, sink);
    } catch (error) {
      this.#to.log.warn(`${this.#file.path} could not be read: ${codeOf(error)}`);
      this.#reasons.push(`the file cannot be read (${codeOf(error)})`);
    }
    return bytes;
  }

  #look(): { state: string; bytes: number } {
    const { path } = this.#file;
    let bytes = 0;
    const states = [path, ...(this.#reader.beside?.(this.#file) ?? [])].map((file) => {
      const stats = look(file);
      bytes += stats?.size ?? 0;
      return stats === null ? '-' : `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}`;
    });
    return { state: states.join(' '), bytes };
  }
}

function look(file: string) {
  try {
    return statSync(file, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}
