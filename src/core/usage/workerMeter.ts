import pLimit from 'p-limit';
import type { SkippedRecord } from '../../contract/usage';
import type { RecordPlaces } from '../agents/records';
import type { Log, Settings } from '../ports';
import type { PricedRecord, RecordFilter, UsageAnswer, UsageMeter, UsageQuestion } from './parts';
import { usageProgram } from './workerProgram';
import { WorkerEnded, WorkerRoom } from './workerRoom';

export interface WorkerMeterOptions {
  readonly settings: Pick<Settings, 'customAgents'>;
  readonly places: RecordPlaces;
  readonly log: Log;
  /** One that has come to no other file for so long is stuck, and is ended. Default 2 minutes. */
  readonly stuckMs?: number | undefined;
  /** How much memory it may take for what it keeps. Default 1 GB. */
  readonly megabytes?: number | undefined;
  /** The worker's program. Default: ours. */
  readonly program?: string | undefined;
}

/** Of as many files a worker may die in one question; then something else is wrong. */
const mostDeaths = 5;

/**
 * A meter in a thread of its own, started when it is first asked: the thread that asks never reads a file, and takes
 * answers in by small pieces, of which only what is new is sent. A worker may die of a file (out of memory, or stuck in
 * it): that file is left out and named, and another worker reads all others.
 */
export class WorkerMeter implements UsageMeter {
  readonly #o: WorkerMeterOptions;
  readonly #inTurn = pLimit(1);
  readonly #leftOut: SkippedRecord[] = [];
  #room: WorkerRoom | null = null;
  #question: UsageQuestion | null = null;
  #isDisposed = false;

  constructor(o: WorkerMeterOptions) {
    this.#o = o;
  }

  /** Called off, it rejects at once with the signal's reason; what is read until then is not read again. */
  ask(question: UsageQuestion, signal?: AbortSignal): Promise<UsageAnswer> {
    const asked = this.#inTurn(() => {
      signal?.throwIfAborted();
      this.#question = question;
      return this.#withoutDeadly((room) => room.ask(question));
    });
    return signal === undefined ? asked : untilAborted(asked, signal);
  }

  records(filter: RecordFilter): Promise<readonly PricedRecord[]> {
    return this.#inTurn(() =>
      this.#withoutDeadly(async (room) => {
        if (this.#question === null) return [];
        // Another worker than the one that was asked last has read nothing yet.
        if (!room.wasAsked) await room.ask(this.#question);
        return room.records(filter);
      }),
    );
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#room?.end('it was disposed');
    this.#room = null;
  }

  async #withoutDeadly<T>(ask: (room: WorkerRoom) => Promise<T>): Promise<T> {
    for (let deaths = 0; ; deaths += 1) {
      const room = this.#open();
      try {
        return await ask(room);
      } catch (error) {
        if (!(error instanceof WorkerEnded) || this.#isDisposed || deaths === mostDeaths) throw error;
        this.#leaveOut(room, error);
      }
    }
  }

  #leaveOut(room: WorkerRoom, { message }: WorkerEnded): void {
    const { file } = room;
    this.#o.log.warn(`The thread that reads agents' records ended at ${file?.file ?? 'no file'}: ${message}`);
    if (file !== null) this.#leftOut.push({ ...file, line: null, reason: 'reading it ended the thread that reads' });
  }

  #open(): WorkerRoom {
    if (this.#isDisposed) throw new WorkerEnded('it was disposed');
    if (this.#room?.isEnded !== false) {
      const { settings, places, log, stuckMs = 120_000, megabytes = 1024, program = usageProgram() } = this.#o;
      const { customAgents } = settings;
      const own = { settings: { customAgents }, places: { ...places, env: { ...places.env } } };
      this.#room = new WorkerRoom({ ...own, leftOut: [...this.#leftOut], log, stuckMs, megabytes, program });
    }
    return this.#room;
  }
}

function untilAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    asked.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
