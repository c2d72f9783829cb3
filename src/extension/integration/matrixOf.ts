import type { MatrixView } from '../../core/conflicts/parts';
import type { RepositorySession } from '../sessions/repositorySession';

/** The matrix of a repository in this window; null while nobody computes one. */
export function matrixOf(session: RepositorySession | null): MatrixView | null {
  if (session === null || !('matrix' in session)) return null;
  return session.matrix as MatrixView;
}
