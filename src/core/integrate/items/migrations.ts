import { isMigration } from './concerns';
import { fromHazards } from './fromHazards';

/** "Migration sequence numbers don't conflict" */
export const migrations = fromHazards({
  kinds: ['migration'],
  isAbout: isMigration,
  isFailure: ({ path }) => isMigration(path),
  passes: 'no two migrations with one number or one parent',
});
