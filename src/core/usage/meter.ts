import type { SkippedRecord } from '../../contract/usage';
import type { RecordPlaces, RecordReader } from '../agents/records';
import { type Log, silentLog } from '../ports';
import { Ledger } from './ledger/ledger';
import type { UsageMeter } from './parts';
import type { Board } from './scan/board';
import { createScan } from './scan/scan';

export interface MeterOptions {
  /** Those of all agents: `recordReaders` of core/agents. */
  readonly readers: readonly RecordReader[];
  readonly places: RecordPlaces;
  readonly log?: Log | undefined;
  /** On which it shows what file it is at. */
  readonly board?: Board | undefined;
  /** Files that are not read, and told among what was skipped. */
  readonly leftOut?: readonly SkippedRecord[] | undefined;
}

/**
 * A meter in this very thread: for commands, and inside a window's worker. It works without a pause, whatever there is
 * to read, so a window never asks one directly.
 */
export function createMeter({ readers, places, log = silentLog, board, leftOut }: MeterOptions): UsageMeter {
  const scan = createScan({ readers, places, log, board, leftOut });
  const ledger = new Ledger(scan.answers, places.platform);
  return {
    async ask(question, signal) {
      const { files, bytes, ms } = scan.refresh(signal);
      const began = performance.now();
      const { quotas, skipped } = scan;
      ledger.update(question, skipped);
      const buckets = ledger.show(question.all);
      const shown = question.all ? skipped : ledger.ownSkipped(skipped);
      return { buckets, quotas, skipped: shown, timing: { files, bytes, ms: ms + performance.now() - began } };
    },
    records: async (filter) => ledger.records(filter, (file, offset) => scan.lineOf(file, offset)),
    dispose: () => undefined,
  };
}
