import assert from 'node:assert/strict';
import type { HazardKind } from '../../../../src/contract/conflicts';
import { judgePair, judgeSide } from '../../../../src/core/conflicts/hazards/judge';
import type { Finding, SideFacts, TaskRules } from '../../../../src/core/conflicts/hazards/parts';
import { type Fork, said, withFork } from './support';

/** A pair in a real repository and what is dangerous about it. */
export interface Case extends Fork {
  readonly name: string;
  readonly rules?: { readonly a?: Partial<TaskRules>; readonly b?: Partial<TaskRules> };
  /** null: nothing is found. */
  readonly expected: Expected | null;
}

export interface Expected {
  /** Where the finding is, of the fork as written: `a` or `b`. */
  readonly at: 'a' | 'b';
  readonly file: string;
  readonly line: number | null;
  /** What the message names. */
  readonly names: readonly string[];
}

/**
 * Each case is a test of its own. A pair is judged in both orders: what is said must not depend on which side is which.
 * @param of which of the findings are looked at
 */
export function judged(kind: HazardKind, of: 'pair' | 'a', cases: readonly Case[]): void {
  for (const { name, rules = {}, expected, ...fork } of cases) {
    it(name, () =>
      withFork(fork, ([left, right]) => {
        const a = { ...left.facts, rules: rulesOf(rules.a) };
        const b = { ...right.facts, rules: rulesOf(rules.b) };
        const findings = of === 'a' ? judgeSide(a) : judgePair(a, b);
        const found = findings.filter((finding) => finding.kind === kind);
        check(found, expected);
        if (of === 'pair') assert.deepEqual(judgedFromThere(kind, a, b), found);
      }),
    );
  }
}

/** What is found with the sides handed over the other way round, with `at` turned back. */
function judgedFromThere(kind: HazardKind, a: SideFacts, b: SideFacts): Finding[] {
  const found = judgePair(b, a).filter((finding) => finding.kind === kind);
  return found.map((finding) => ({ ...finding, at: finding.at === 'a' ? 'b' : 'a' }));
}

function rulesOf(own: Partial<TaskRules> | undefined): TaskRules | null {
  if (own === undefined) return null;
  const migrations = { globs: null, reserved: null };
  return {
    plan: 'plan',
    task: 'task',
    scope: null,
    contract: [],
    approvedDependencies: null,
    migrations,
    styleGuides: [],
    ...own,
  };
}

function check(found: readonly Finding[], expected: Expected | null): void {
  if (expected === null) {
    assert.deepEqual(said(found), []);
    return;
  }
  assert.equal(found.length, 1, said(found).join('\n'));
  const [finding] = found;
  assert.ok(finding);
  assert.deepEqual(
    { at: finding.at, file: finding.files[0], line: finding.line },
    { at: expected.at, file: expected.file, line: expected.line },
    finding.message,
  );
  for (const name of expected.names) assert.ok(finding.message.includes(name), `${name} in: ${finding.message}`);
  assert.match(finding.message, /^[^\n]+\.$/);
  assert.doesNotMatch(finding.subject, /:\d+$/);
}
