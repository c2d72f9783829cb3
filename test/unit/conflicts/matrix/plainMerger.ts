import type { Merger, PairJob } from '../../../../src/core/conflicts/parts';
import { mergeTree } from '../meet/mergeTree';

/** Merges by the real git and says only whether it was clean; counts what it is asked. */
export class PlainMerger implements Merger {
  readonly asked: PairJob[] = [];
  /** The next answers are timeouts. */
  failing = false;

  /** What verdicts rest on besides. */
  ruleKey = 'one';

  constructor(private readonly repository: string) {}

  rules(): Promise<string> {
    return Promise.resolve(this.ruleKey);
  }

  async pairs(at: { env: Readonly<Record<string, string>> }, jobs: readonly PairJob[]) {
    this.asked.push(...jobs);
    const commit = (job: PairJob, side: 'a' | 'b') => job[side].snapshot.commit ?? '';
    const both = jobs.flatMap((job): [string, string][] => [
      [commit(job, 'a'), commit(job, 'b')],
      [commit(job, 'b'), commit(job, 'a')],
    ]);
    const clean = this.failing ? [] : await mergeTree(this.repository, both, { ...at.env });
    return jobs.map((_, index) => {
      const [one, other] = [clean[2 * index], clean[2 * index + 1]];
      const rest = { detail: null, driver: null, files: [] };
      if (one === undefined || one === null || other === undefined || other === null) {
        return { verdict: 'unknown' as const, reason: 'timeout' as const, direction: null, ...rest };
      }
      if (one && other) return { verdict: 'clean' as const, reason: null, direction: null, ...rest };
      const direction = one === other ? null : one ? ('a-into-b' as const) : ('b-into-a' as const);
      return { verdict: 'conflict' as const, reason: null, direction, ...rest };
    });
  }

  into(): Promise<never> {
    return Promise.reject(new Error('Only pairs are asked here.'));
  }
}
