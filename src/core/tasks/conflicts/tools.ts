import type { HazardJudge } from '../../conflicts/hazards/hazards';
import { WorkerJudge } from '../../conflicts/hazards/workerJudge';
import { createEngine, type MatrixEngine } from '../../conflicts/matrix/engine';
import { createMerger } from '../../conflicts/merge/merger';
import type { Merger, Scratch, Snapshots } from '../../conflicts/parts';
import { openScratch } from '../../conflicts/scratch/scratch';
import { createSnapshots } from '../../conflicts/snapshot/snapshots';
import { createTrain, type Train } from '../../conflicts/train/train';
import type { TaskContext } from '../context';

/** Everything that looking at conflicts needs, composed once for a repository: what is kept between looks is in here. */
export interface ConflictTools {
  readonly scratch: Scratch;
  readonly snapshots: Snapshots;
  readonly merger: Merger;
  readonly engine: MatrixEngine;
  readonly train: Train;
  /** In a thread of its own, which is begun when it is first asked: let go of it in the end. */
  readonly hazards: HazardJudge;
}

export async function openConflictTools({
  git,
  layout,
  host,
}: Pick<TaskContext, 'git' | 'layout' | 'host'>): Promise<ConflictTools> {
  const deps = { git, layout, log: host.log };
  const merger = createMerger(deps);
  return {
    scratch: await openScratch(deps),
    snapshots: createSnapshots(deps),
    merger,
    engine: createEngine({ ...deps, merger }),
    train: createTrain({ ...deps, merger }),
    hazards: new WorkerJudge({ gitPath: host.settings().gitPath, env: host.env, log: host.log }),
  };
}
