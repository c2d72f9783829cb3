import { isCode } from './concerns';
import { fromHazards } from './fromHazards';

/** "Shared types and interfaces match across all branches": what one side offers and the other uses, contracts too. */
export const sharedTypes = fromHazards({
  kinds: ['type', 'signature', 'export', 'contract'],
  isAbout: isCode,
  isFailure: ({ type }) => type === 'type definition',
  passes: 'no type, signature or contract that does not match',
});
