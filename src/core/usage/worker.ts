// The program of the worker thread in which agents' records are read: `dist/usage.js`.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { recordReaders } from '../agents/recordReaders';
import type { Log } from '../ports';
import { createMeter } from './meter';
import type { UsageAnswer, UsageBucket } from './parts';
import { Board } from './scan/board';
import type { FromWorker, ToWorker, WorkerStart } from './workerMessages';

/** So many are taken in within a few ms by whoever asked. */
const pieceLength = 400;

function main(): void {
  if (parentPort === null) throw new Error('This program runs in a worker thread only.');
  serve(parentPort, workerData as WorkerStart);
}

/** Answers questions for as long as the other side wants. */
function serve(port: MessagePort, { settings, places, board, leftOut }: WorkerStart): void {
  const tell = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  const at = (level: keyof Log) => (message: string) => tell({ kind: 'log', level, message });
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const shown = new Board(board);
  // From now on, no change means that it is stuck.
  shown.clear();
  const meter = createMeter({ readers: recordReaders(settings), places, log, board: shown, leftOut });
  const answers = new Answers();

  const respond = async (message: ToWorker): Promise<void> => {
    const { id } = message;
    if (message.kind === 'records') tell({ kind: 'records', id, records: await meter.records(message.filter) });
    else if (message.kind === 'more') tell({ kind: 'piece', id, buckets: answers.takePiece() });
    else {
      const { buckets, ...answer } = await meter.ask(message.question);
      const order = answers.take(buckets);
      tell({ kind: 'answer', id, order, fresh: answers.fresh, ...answer }, [order.buffer]);
    }
  };
  port.on('message', (message: ToWorker) => {
    respond(message).catch((error: unknown) =>
      tell({ kind: 'failed', id: message.id, message: error instanceof Error ? error.message : String(error) }),
    );
  });
}

/** What the other side has of the answers, so that only what is new goes there. */
class Answers {
  #places = new Map<UsageBucket, number>();
  #fresh: UsageBucket[] = [];

  get fresh(): number {
    return this.#fresh.length;
  }

  /** The meter shows the same object for as long as a bucket does not change. */
  take(buckets: UsageAnswer['buckets']): Int32Array<ArrayBuffer> {
    this.#fresh = [];
    const order = new Int32Array(buckets.length);
    for (const [index, bucket] of buckets.entries()) {
      order[index] = this.#places.get(bucket) ?? -this.#fresh.push(bucket);
    }
    this.#places = new Map(buckets.map((bucket, index) => [bucket, index]));
    return order;
  }

  takePiece(): UsageBucket[] {
    return this.#fresh.splice(0, pieceLength);
  }
}

main();
