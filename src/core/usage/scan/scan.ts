import { closeSync, openSync } from 'node:fs';
import type { Quota, SkippedRecord } from '../../../contract/usage';
import { AgentFiles, type Collected } from './agentFiles';
import type { RecordScan, ScanOptions, ScanTiming } from './answers';
import { AnswerTable } from './answerTable';
import type { Board } from './board';
import { countLines, Lines } from './readLines';

/** Reads nothing yet: `refresh` does. */
export function createScan(o: ScanOptions): RecordScan {
  return new Scan(o);
}

class Scan implements RecordScan {
  readonly answers = new AnswerTable();
  readonly #quotas = new Quotas();
  readonly #agents: readonly AgentFiles[];
  readonly #board: Board | undefined;

  constructor(o: ScanOptions) {
    const { log, board } = o;
    const to: Collected = { answers: this.answers, log, board, quota: (quota) => this.#quotas.add(quota) };
    this.#agents = o.readers.map((reader) => new AgentFiles(reader, o, to));
    this.#board = o.board;
  }

  get quotas(): readonly Quota[] {
    return this.#quotas.all;
  }

  get skipped(): readonly SkippedRecord[] {
    return this.#agents.flatMap((agent) => agent.skipped);
  }

  refresh(signal?: AbortSignal): ScanTiming {
    const start = performance.now();
    const found = this.#agents.flatMap((agent) => agent.find().map((file) => ({ agent, file })));
    // The memory that lines are read through is not kept from one time to the next.
    const lines = new Lines();
    let bytes = 0;
    for (const { agent, file } of found) {
      signal?.throwIfAborted();
      bytes += agent.read(file, lines);
    }
    this.#board?.clear();
    return { files: found.length, bytes, ms: performance.now() - start };
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
}

/** The latest quota of each agent. */
class Quotas {
  readonly #latest = new Map<string, Quota>();

  get all(): readonly Quota[] {
    return [...this.#latest.values()];
  }

  add(quota: Quota): void {
    const known = this.#latest.get(quota.agent);
    if (known === undefined || Date.parse(known.at) <= Date.parse(quota.at)) this.#latest.set(quota.agent, quota);
  }
}
