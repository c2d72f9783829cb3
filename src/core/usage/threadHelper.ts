import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { RecordPlaces } from '../agents/records';
import type { Settings } from '../ports';
import type { HandedFile, HelpersPart, ScanHelper } from './scan/helper';
import type { PartStart } from './workerMessages';
import { usageProgram } from './workerProgram';

/** One that has read no file for so long has failed. */
const stuckMs = 10_000;

/**
 * A second thread that reads about half of what a command has to read. It is started at once, so that it is ready when
 * it is known what there is to read.
 */
export function threadHelper({ customAgents }: Pick<Settings, 'customAgents'>, places: RecordPlaces): ScanHelper {
  /** Files that it has come to; whether it has ended. */
  const state = new Int32Array(new SharedArrayBuffer(8));
  const { port1: here, port2: there } = new MessageChannel();
  const own = { settings: { customAgents }, places: { ...places, env: { ...places.env } } };
  const workerData: PartStart = { ...own, port: there, state };
  const worker = new Worker(usageProgram(), {
    workerData,
    transferList: [there],
    execArgv: [],
    // What it makes dies soon; without a limit Node lets it pile up.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  // Then nothing comes from it, and whoever waits sees that.
  worker.on('error', () => undefined);
  worker.unref();
  const dismiss = () => {
    here.close();
    void worker.terminate();
  };
  const wait = (): HelpersPart | null => {
    for (let seen = -1; Atomics.load(state, 1) === 0; ) {
      const now = Atomics.load(state, 0);
      if (now === seen) break;
      seen = now;
      Atomics.wait(state, 1, 0, stuckMs);
    }
    const told = receiveMessageOnPort(here)?.message as HelpersPart | undefined;
    dismiss();
    return told ?? null;
  };
  return {
    start: (files: readonly HandedFile[]) => {
      here.postMessage(files);
      return { wait };
    },
    dismiss,
  };
}
