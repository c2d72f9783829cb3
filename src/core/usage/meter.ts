import type { RecordPlaces, RecordReader } from '../agents/records';
import { type Log, silentLog } from '../ports';
import type { UsageMeter } from './parts';

export interface MeterOptions {
  /** Those of all agents: `recordReaders` of core/agents. */
  readonly readers: readonly RecordReader[];
  readonly places: RecordPlaces;
  readonly log?: Log | undefined;
}

/** A meter in this very thread: for commands, and inside a window's worker. */
export function createMeter({ readers, places, log = silentLog }: MeterOptions): UsageMeter {
  throw new Error(`${readers.length} readers for ${places.home} are not read yet.${log === silentLog ? '' : ''}`);
}
