import type { CodeFacts } from '../facts';
import type { FactReader } from '../reader';

export const readCode: FactReader<CodeFacts> = {
  wants: () => false,
  read: async () => null,
};
