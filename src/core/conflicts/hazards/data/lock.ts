import type { LockFacts } from '../facts';
import type { FactReader } from '../reader';

export const readLock: FactReader<LockFacts> = { wants: () => false, read: async () => null };
