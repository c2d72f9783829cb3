import type { MatrixState } from '../../conflicts/parts';
import type { TaskContext } from '../context';
import { withAges } from './ages';
import { decodeMatrix, matrixDocumentSchema } from './matrixDocument';
import { type Worst, worstByTask } from './worst';

/** `matrix/matrix.json` */
export const matrixName = 'matrix';

/** What was last computed, whoever did; ages are not applied. null: nothing, or it is damaged. */
export async function readMatrix({ store, host }: Pick<TaskContext, 'store' | 'host'>): Promise<MatrixState | null> {
  const document = await store.documents.read('matrix', matrixName, matrixDocumentSchema);
  if (document === null) return null;
  const state = decodeMatrix(document);
  if (state === null) host.log.warn('The conflict matrix of another window does not fit together; it is passed over.');
  return state;
}

/** Whether a window keeps the matrix up to date at this moment. */
export async function isMatrixKept({ store }: Pick<TaskContext, 'store'>): Promise<boolean> {
  return (await store.leases.read('duty'))?.alive === true;
}

/** Each task's worst cell, as the windows know it; nothing where no window is open to keep it up to date. */
export async function readWorst(context: TaskContext): Promise<Worst> {
  if (!(await isMatrixKept(context))) return new Map();
  const state = await readMatrix(context);
  return state === null ? new Map() : worstByTask(withAges(state.json, Date.now()));
}
