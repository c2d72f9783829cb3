import type { ManifestFacts } from '../facts';
import type { FactReader } from '../reader';

export const readManifest: FactReader<ManifestFacts> = {
  wants: () => false,
  read: async () => null,
};
