import type { MatrixView } from '../../core/conflicts/parts';
import type { RepositorySession } from '../sessions/repositorySession';

/** The matrix of a repository in this window; null without one. */
export function matrixOf(session: RepositorySession | null): MatrixView | null {
  return session?.matrix ?? null;
}
