import type { BaseCell, ConflictPair, ConflictsJson, TrainStep } from '../../../contract/conflicts';
import type { Merger, Scratch, ScratchPlace, Snapshots } from '../../conflicts/parts';
import type { Side } from '../../conflicts/side';
import type { BytePath } from '../../git/bytePath';
export interface EngineResult {
  readonly pairs: readonly ConflictPair[];
  readonly againstBase: readonly BaseCell[];
  readonly changed: ReadonlyMap<string, readonly BytePath[]>;
  meets(a: string, b: string): boolean | null;
  readonly timing: ConflictsJson['timing'];
}
export interface MatrixEngine {
  compute(
    at: ScratchPlace,
    o: {
      readonly sides: readonly Side[];
      readonly bases: ReadonlyMap<string, Side>;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<EngineResult>;
}
export interface Train {
  preview(
    at: ScratchPlace,
    o: {
      readonly order: readonly { readonly ref: string; readonly why: string }[];
      readonly sides: readonly Side[];
      readonly bases: ReadonlyMap<string, Side>;
      readonly meets?: (a: string, b: string) => boolean | null;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<TrainStep[]>;
}

/** Everything that looking at conflicts needs, composed once for a repository. */
export interface ConflictTools {
  readonly scratch: Scratch;
  readonly snapshots: Snapshots;
  readonly merger: Merger;
  readonly engine: MatrixEngine;
  readonly train: Train;
}
