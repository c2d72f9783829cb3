import type { GitReason } from '../../git/errors';
import type { Log } from '../../ports';
import type { HazardAnswer, HazardQuestion } from './hazards';

/** What the worker is started with. */
export interface WorkerStart {
  readonly gitPath: string | null;
  readonly env: Readonly<Record<string, string>>;
}

export type ToWorker =
  | { readonly kind: 'judge'; readonly id: number; readonly question: HazardQuestion }
  | { readonly kind: 'cancel'; readonly id: number };

export type FromWorker =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: HazardAnswer }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: GitReason; readonly message: string }
  | { readonly kind: 'log'; readonly level: keyof Log; readonly message: string }
  /** At its start, and every second: it is not stuck in a file. */
  | { readonly kind: 'alive' };
