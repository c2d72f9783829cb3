import { isManifest } from './concerns';
import { fromHazards } from './fromHazards';

/** "No dependency conflicts between branches" */
export const dependencies = fromHazards({
  kinds: ['dependency'],
  isAbout: isManifest,
  isFailure: ({ path, type }) => type === 'package lock file' || isManifest(path),
  passes: 'no dependencies that do not go together',
});
