import type { FormatterFacts } from '../facts';
import type { FactReader } from '../reader';

export const readFormatter: FactReader<FormatterFacts> = {
  wants: () => false,
  read: async () => null,
};
