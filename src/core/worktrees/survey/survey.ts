import { type Integrated, type Loss, type LossKind, lossKinds } from '../../../contract/json';
import { type CleanDeps, type Reading, readWorktree } from '../state/reading';
import type { CleanTarget, Survey } from '../state/target';
import { baseCommit, branchLosses, unreachableLosses } from './commitLosses';
import { repositoryLosses, submoduleLosses } from './insideRepositories';
import { changeLosses, limited, untrackedLosses } from './losses';
import { operationLosses } from './operations';
import { readOwnIgnored } from './ownIgnored';

/** About the branch, which is asked about by itself, or made again by a command. */
const notDiscarded: readonly LossKind[] = ['rebuildable', 'unpushed', 'unmerged'];

/**
 * What would be lost if a worktree went: in the order of `lossKinds`, and by path. At most two hundred of a kind are
 * named one by one. Nothing is written. About eight git processes, most of them at once.
 * @param o.integrated what the six tests say about its branch; null: there is none, or nobody asked
 * @param o.reading what was just read for the archive too; absent: it is read
 * @throws GitError; WorktreeError git-failed: when git cannot say what is there, nobody may say that nothing is
 */
export async function surveyWorktree(
  deps: CleanDeps,
  target: CleanTarget,
  o: {
    readonly integrated: Integrated | null;
    readonly reading?: Reading | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Survey> {
  const { signal } = o;
  const base = baseCommit(deps, target);
  const reading = Promise.resolve(o.reading ?? readWorktree(deps, target, signal));
  const own = reading.then(({ dirt }) => readOwnIgnored(deps, target, dirt, signal));
  const found = await Promise.all([
    reading.then(changeLosses),
    reading.then(untrackedLosses),
    own.then(({ ignored }) => ignored),
    own.then(({ rebuildable }) => rebuildable),
    Promise.all([reading, own]).then(([{ dirt }, { repositories }]) =>
      repositoryLosses(deps, target, [...dirt.repositories, ...repositories], signal),
    ),
    Promise.all([reading, base]).then(([{ dirt }, commit]) => submoduleLosses(deps, target, dirt, commit, signal)),
    base.then((commit) => unreachableLosses(deps, target, commit, signal)),
    operationLosses(target.adminDir),
    base.then((commit) => branchLosses(deps, target, commit, o.integrated, signal)),
  ]);
  const all: readonly Loss[] = found.flat();
  const losses = lossKinds.flatMap((kind) =>
    limited(
      kind,
      all.filter((loss) => loss.kind === kind),
    ),
  );
  return { losses, discards: losses.some((loss) => !notDiscarded.includes(loss.kind)) };
}
