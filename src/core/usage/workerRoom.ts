import { Worker } from 'node:worker_threads';
import type { SkippedRecord } from '../../contract/usage';
import type { Log } from '../ports';
import type { PricedRecord, RecordFilter, UsageAnswer, UsageBucket, UsageQuestion } from './parts';
import { Board } from './scan/board';
import type { FromWorker, ToWorker, WorkerStart } from './workerMessages';

export interface WorkerRoomOptions extends Omit<WorkerStart, 'board'> {
  readonly log: Log;
  /** One that has come to no other file for so long is stuck, and is ended. */
  readonly stuckMs: number;
  /** Bounds what one that goes wrong can take; what it needs is a small part of it. */
  readonly megabytes: number;
  readonly program: string;
}

/** The worker ended before it answered. */
export class WorkerEnded extends Error {
  override readonly name = 'WorkerEnded';

  constructor(why: string) {
    super(`The thread that reads agents' records ended: ${why}.`);
  }
}

interface Asked {
  readonly id: number;
  readonly resolve: (message: FromWorker) => void;
  readonly reject: (error: Error) => void;
}

/** On a machine that does much else, starting takes its time. */
const startMs = 60_000;
/** What it makes dies soon; without a limit Node lets it pile up. */
const mostYoungMegabytes = 16;

/** One worker thread, and what it was asked; one question at a time. */
export class WorkerRoom {
  readonly #worker: Worker;
  readonly #o: WorkerRoomOptions;
  readonly #board = new Board();
  #asked: Asked | null = null;
  #ids = 0;
  /** As of the last answer; the worker only sends what is new. */
  #buckets: readonly UsageBucket[] = [];
  #hasAnswered = false;
  isEnded = false;
  /** What it was at when it ended. */
  file: Pick<SkippedRecord, 'agent' | 'file'> | null = null;

  constructor(o: WorkerRoomOptions) {
    this.#o = o;
    const { settings, places, leftOut } = o;
    const start: WorkerStart = { settings, places, leftOut, board: this.#board.shared };
    this.#worker = new Worker(o.program, {
      workerData: start,
      // Ours are for a host, such as a debugger's port.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: o.megabytes, maxYoungGenerationSizeMb: mostYoungMegabytes },
    });
    this.#worker.unref();
    this.#worker.on('message', (message: FromWorker) => this.#told(message));
    this.#worker.on('error', (error) => this.end(error instanceof Error ? error.message : String(error)));
    this.#worker.on('exit', (code) => this.end(`exit ${code}`));
  }

  /** Whether `records` has something to tell from. */
  get wasAsked(): boolean {
    return this.#hasAnswered;
  }

  /** @throws WorkerEnded; or an Error when the question cannot be answered */
  async ask(question: UsageQuestion): Promise<UsageAnswer> {
    const told = await this.#tell({ kind: 'ask', id: this.#nextId(), question });
    if (told.kind !== 'answer') throw new WorkerEnded('it answered something else');
    const fresh: UsageBucket[] = [];
    while (fresh.length < told.fresh) {
      const piece = await this.#tell({ kind: 'more', id: this.#nextId() });
      if (piece.kind !== 'piece' || piece.buckets.length === 0) throw new WorkerEnded('it answered something else');
      fresh.push(...piece.buckets);
    }
    const known = this.#buckets;
    const buckets: UsageBucket[] = [];
    for (const place of told.order) {
      const bucket = place < 0 ? fresh[-1 - place] : known[place];
      if (bucket !== undefined) buckets.push(bucket);
    }
    this.#buckets = buckets;
    this.#hasAnswered = true;
    return { buckets, quotas: told.quotas, skipped: told.skipped, timing: told.timing };
  }

  /** @throws WorkerEnded */
  async records(filter: RecordFilter): Promise<readonly PricedRecord[]> {
    const told = await this.#tell({ kind: 'records', id: this.#nextId(), filter });
    if (told.kind !== 'records') throw new WorkerEnded('it answered something else');
    return told.records;
  }

  /** Ends it; whoever waits for an answer is told. */
  end(why: string): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.file = this.#board.shown;
    this.#asked?.reject(new WorkerEnded(why));
    void this.#worker.terminate();
  }

  #nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  #tell(message: ToWorker): Promise<FromWorker> {
    if (this.isEnded) return Promise.reject(new WorkerEnded('it has ended before'));
    const watch = this.#watch();
    // While it works for somebody, the process waits for it.
    this.#worker.ref();
    return new Promise<FromWorker>((resolve, reject) => {
      this.#asked = { id: message.id, resolve, reject };
      this.#worker.postMessage(message);
    }).finally(() => {
      clearInterval(watch);
      this.#asked = null;
      this.#worker.unref();
    });
  }

  /** Ends it when it has not come to another file between two looks. */
  #watch(): NodeJS.Timeout {
    const began = performance.now();
    let seen = -1;
    const look = () => {
      const { count } = this.#board;
      const isStarting = count === 0 && performance.now() - began < startMs;
      if (count === seen && !isStarting) this.end(`no word for ${Math.round(this.#o.stuckMs / 1000)} s`);
      seen = count;
    };
    return setInterval(look, this.#o.stuckMs / 2).unref();
  }

  #told(message: FromWorker): void {
    if (message.kind === 'log') this.#o.log[message.level](message.message);
    else if (message.id !== this.#asked?.id) return;
    else if (message.kind === 'failed') this.#asked.reject(new Error(message.message));
    else this.#asked.resolve(message);
  }
}
