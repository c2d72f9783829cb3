import { matrixOf } from '../integration/matrixOf';
import { withViewProgress } from '../progress';
import { targetOf } from '../target';
import type { Services } from './services';

/** Opens the conflict matrix, for a task or a worktree on its row. */
export async function openIntegration(services: Services, argument: unknown): Promise<void> {
  const target = targetOf(argument);
  await services.integration.open({ repository: target?.repository ?? null, ref: branchOf(services, argument) });
}

function branchOf({ repositories }: Services, argument: unknown): string | null {
  const target = targetOf(argument);
  const session = repositories.all.find(({ id }) => target?.repository == null || id === target.repository);
  if (session === undefined) return null;
  if (target?.kind === 'task') return session.row(target)?.branch ?? null;
  if (target?.kind !== 'worktree') return null;
  return session.worktrees.find(({ path }) => path === target.path)?.branch ?? null;
}

/** Looks at every worktree anew: in the repository that the open panel shows, else in all of them. */
export async function refreshConflicts(services: Services): Promise<void> {
  const panel = await services.integration.current();
  if (panel !== null) {
    await panel.refresh();
    return;
  }
  const views = services.repositories.all.map(matrixOf).filter((view) => view !== null);
  await withViewProgress(() => Promise.all(views.map((view) => view.refresh())));
}
