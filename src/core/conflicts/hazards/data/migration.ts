import type { MigrationFacts } from '../facts';
import type { FactReader } from '../reader';

export const readMigration: FactReader<MigrationFacts> = {
  wants: () => false,
  read: async () => null,
};
