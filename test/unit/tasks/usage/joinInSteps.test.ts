import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { joinInSteps } from '../../../../src/core/tasks/usage/joinInSteps';
import { joinLog, type LoggedSession, sessionCosts } from '../../../../src/core/usage/log';
import type { UsageBucket } from '../../../../src/core/usage/parts';
import { sampled } from '../../support/sampled';
import { bucketOf, noTokens } from './costStates';

const anyBucket = fc
  .record({ task: fc.nat(2), session: fc.nat(150), day: fc.nat(2), tokens: fc.nat(3), elsewhere: fc.boolean() })
  .map(({ task, session, day, tokens, elsewhere }) =>
    bucketOf({
      owner: elsewhere ? { kind: 'elsewhere' } : { kind: 'task', ref: { plan: 'p', task: `t${task}` } },
      session: `s${session}`,
      day: `2026-11-0${day + 1}`,
      tokens: { ...noTokens, output: tokens },
    }),
  );
const anyBuckets = fc.array(anyBucket, { maxLength: 300, size: 'max' });

describe('the log joined to the records in steps', () => {
  it('says what it says in one', async () => {
    await fc.assert(
      fc.asyncProperty(anyBuckets, anyBuckets, async (recorded, kept) => {
        const logged: LoggedSession[] = sessionCosts(kept).map((session, i) => ({
          ...session,
          type: null,
          timeZone: i % 5 === 0 ? 'Asia/Tokyo' : 'UTC',
          final: false,
        }));
        const sorted = (buckets: readonly UsageBucket[]) => buckets.map((each) => JSON.stringify(each)).sort();
        assert.deepEqual(sorted(await joinInSteps(recorded, logged, 'UTC')), sorted(joinLog(recorded, logged, 'UTC')));
      }),
      sampled(60),
    );
  });
});
