import type { ChecklistItemId } from '../../contract/checklist';
import type { Evaluator } from './evaluation';
import { ciAfterEach, fullContext, fullSuite, integrationTests, performance, regressions } from './items/byHand';
import { dependencies } from './items/dependencies';
import { mergeOrder } from './items/mergeOrder';
import { migrations } from './items/migrations';
import { reviewed } from './items/reviewed';
import { sharedTypes } from './items/sharedTypes';

/** Who evaluates what. */
export const evaluators: Readonly<Record<ChecklistItemId, Evaluator>> = {
  reviewed,
  dependencies,
  'shared-types': sharedTypes,
  migrations,
  'merge-order': mergeOrder,
  'ci-after-each': ciAfterEach,
  'full-context': fullContext,
  'full-suite': fullSuite,
  'integration-tests': integrationTests,
  regressions,
  performance,
};
