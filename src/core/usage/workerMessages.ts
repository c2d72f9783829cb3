import type { Quota, SkippedRecord } from '../../contract/usage';
import type { RecordPlaces } from '../agents/records';
import type { Log, Settings } from '../ports';
import type { PricedRecord, RecordFilter, UsageAnswer, UsageBucket, UsageQuestion } from './parts';

/** What the worker is started with. */
export interface WorkerStart {
  readonly settings: Pick<Settings, 'customAgents'>;
  readonly places: RecordPlaces;
  /** On which it shows what file it is at. */
  readonly board: SharedArrayBuffer;
  /** Files that a worker before it died of: left alone, and named. */
  readonly leftOut: readonly SkippedRecord[];
}

export type ToWorker =
  | { readonly kind: 'ask'; readonly id: number; readonly question: UsageQuestion }
  /** The next piece of an answer. */
  | { readonly kind: 'more'; readonly id: number }
  | { readonly kind: 'records'; readonly id: number; readonly filter: RecordFilter };

export type FromWorker =
  | {
      readonly kind: 'answer';
      readonly id: number;
      /** Each bucket in its order: the number that it had in the answer before, or -1 - its number among the new ones. */
      readonly order: Int32Array;
      /** How many new ones there are; they come in pieces. */
      readonly fresh: number;
      readonly quotas: readonly Quota[];
      readonly skipped: readonly SkippedRecord[];
      readonly timing: UsageAnswer['timing'];
    }
  | { readonly kind: 'piece'; readonly id: number; readonly buckets: readonly UsageBucket[] }
  | { readonly kind: 'records'; readonly id: number; readonly records: readonly PricedRecord[] }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
  | { readonly kind: 'log'; readonly level: keyof Log; readonly message: string };
