import assert from 'node:assert/strict';
import type { HazardKind } from '../../../../src/contract/conflicts';
import { judgePair, judgeSide } from '../../../../src/core/conflicts/hazards/judge';
import type { Finding, SideFacts, TaskRules } from '../../../../src/core/conflicts/hazards/parts';
import { type Changes, said, withFork } from './support';

/** One small repository, and what is to be found in it. */
export interface Case {
  readonly name: string;
  readonly base: Readonly<Record<string, string>>;
  readonly a: Changes;
  readonly b?: Changes;
  readonly rules?: { readonly a?: Partial<TaskRules>; readonly b?: Partial<TaskRules> };
}

/** A case with something to find: where, and what the sentence has in it. */
export interface TrueCase extends Case {
  readonly file: string;
  readonly line: number | null;
  readonly says: readonly string[];
}

const noRules: Omit<TaskRules, 'task'> = {
  plan: 'plan',
  scope: null,
  contract: [],
  approvedDependencies: null,
  migrations: { globs: null, reserved: null },
  styleGuides: [],
};

/** Makes the repository, and finds what one kind says: about both sides, or about `a` alone. */
async function found(kind: HazardKind, of: 'pair' | 'side', each: Case): Promise<Finding[]> {
  return withFork(each, ([left, right]) => {
    const sides = [left, right].map(({ facts, unjudged }, index): SideFacts => {
      assert.deepEqual(unjudged, []);
      const [task, rules] = index === 0 ? ['a', each.rules?.a] : ['b', each.rules?.b];
      return { ...facts, rules: rules === undefined ? null : { ...noRules, task, ...rules } };
    });
    const [a, b] = sides;
    assert.ok(a !== undefined && b !== undefined);
    const findings = of === 'side' ? judgeSide(a) : judgePair(a, b);
    if (of === 'pair') {
      const swapped = judgePair(b, a).map((one) => ({ ...one, at: one.at === 'a' ? 'b' : 'a' }));
      assert.deepEqual(swapped, findings, 'it depends on who is named first');
    }
    return findings.filter((one) => one.kind === kind);
  });
}

/** Tests of a kind: every true case is found where it is, and no near miss is. */
export function casesOf(
  kind: HazardKind,
  of: 'pair' | 'side',
  o: { readonly found: readonly TrueCase[]; readonly near: readonly Case[] },
): void {
  for (const each of o.found) {
    it(`is found: ${each.name}`, async () => {
      const findings = await found(kind, of, each);
      const [finding] = findings;
      assert.ok(finding !== undefined && findings.length === 1, said(findings).join('\n') || 'nothing was found');
      assert.deepEqual([finding.files[0], finding.line], [each.file, each.line]);
      for (const word of each.says) assert.ok(finding.message.includes(word), finding.message);
      assert.ok(/^[^\n]+\.$/.test(finding.message), finding.message);
      assert.doesNotMatch(finding.subject, /\d+–\d+|\blines? \d/);
      assert.match(finding.prevention ?? '', /`[\w.]+`/);
    });
  }
  for (const each of o.near) {
    it(`is no hazard: ${each.name}`, async () => {
      assert.deepEqual(said(await found(kind, of, each)), []);
    });
  }
}

/** So many lines, which are code in most languages; some of them otherwise. */
export function lines(to: number, changed: Readonly<Record<number, string>> = {}): string {
  return Array.from({ length: to }, (_, index) => `${changed[index + 1] ?? `line(${index + 1})`}\n`).join('');
}
