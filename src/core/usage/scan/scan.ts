import { closeSync, openSync } from 'node:fs';
import type { Quota, SkippedRecord } from '../../../contract/usage';
import { AgentFiles, type Collected, type FoundFile } from './agentFiles';
import type { RecordScan, ScanOptions, ScanTiming } from './answers';
import { AnswerTable } from './answerTable';
import type { Board } from './board';
import { filesToHand, type HandedFile, type HelpersPart, type ScanHelper } from './helper';
import { LineFile } from './lineFile';
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
  /** null: it has helped. */
  #helper: ScanHelper | null;
  #helpersSkipped: readonly SkippedRecord[] = [];

  constructor(o: ScanOptions) {
    const to = collect(this.answers, this.#quotas, o);
    this.#agents = o.readers.map((reader, number) => new AgentFiles(reader, number, o, to));
    this.#board = o.board;
    this.#helper = o.helper ?? null;
  }

  get quotas(): readonly Quota[] {
    return this.#quotas.all;
  }

  get skipped(): readonly SkippedRecord[] {
    return [...this.#agents.flatMap((agent) => agent.skipped), ...this.#helpersSkipped];
  }

  refresh(signal?: AbortSignal): ScanTiming {
    const start = performance.now();
    const found = this.#agents.flatMap((agent) => agent.find().map((file) => ({ agent, file })));
    const handed = this.#hand(found);
    // The memory that lines are read through is not kept from one time to the next.
    const lines = new Lines();
    let bytes = 0;
    for (const { agent, file } of found) {
      signal?.throwIfAborted();
      if (!handed.paths.has(file.file.path)) bytes += agent.read(file, lines);
    }
    const part = handed.work?.wait() ?? null;
    for (const { agent, file } of found) {
      if (!handed.paths.has(file.file.path)) continue;
      bytes += part === null ? agent.read(file, lines) : file.stats.size;
    }
    if (part !== null) this.#take(part);
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

  /** Lets the helper begin with its files, the first time. */
  #hand(found: readonly { readonly agent: AgentFiles; readonly file: FoundFile }[]) {
    const helper = this.#helper;
    this.#helper = null;
    this.#helpersSkipped = [];
    const handable = helper === null ? [] : found.flatMap(({ agent, file }) => agent.handed(file) ?? []);
    const files = filesToHand(handable);
    if (files.length === 0) helper?.dismiss();
    const work = files.length === 0 ? null : (helper?.start(files) ?? null);
    return { paths: new Set(files.map(({ path }) => path)), work };
  }

  #take(part: HelpersPart): void {
    this.answers.addPacked(part.answers);
    for (const quota of part.quotas) this.#quotas.add(quota);
    this.#helpersSkipped = part.skipped;
  }
}

/**
 * Reads files that were handed over.
 * @param tell is called before each
 */
export function readHanded(
  files: readonly HandedFile[],
  o: Pick<ScanOptions, 'readers' | 'places' | 'log'>,
  tell: () => void,
): HelpersPart {
  const [answers, quotas, lines] = [new AnswerTable(), new Quotas(), new Lines()];
  const to = collect(answers, quotas, o);
  const skipped: SkippedRecord[] = [];
  const roots = o.readers.map((reader) => reader.roots(o.places));
  for (const { agent, reader: number, path, relative, root } of files) {
    tell();
    const reader = o.readers[number];
    const from = roots[number]?.[root];
    // Whoever waits for this reads all by itself then.
    if (reader?.kind !== 'lines' || reader.agent !== agent || from === undefined)
      throw new Error('Other readers here.');
    const file = new LineFile(path, agent, () => reader.open({ path, relative, root: from }), to);
    file.refresh(null, lines);
    skipped.push(...file.skipped);
  }
  return { answers: answers.pack(), quotas: quotas.all, skipped };
}

function collect(answers: AnswerTable, quotas: Quotas, { log, board }: Pick<ScanOptions, 'log' | 'board'>): Collected {
  return { answers, log, board, quota: (quota) => quotas.add(quota) };
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
