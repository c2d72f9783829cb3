import assert from 'node:assert/strict';
import type { HazardKind } from '../../../../src/contract/conflicts';
import { judgePair } from '../../../../src/core/conflicts/hazards/judge';
import type { Finding } from '../../../../src/core/conflicts/hazards/parts';
import { type Changes, said, withFork } from './support';

/** Two sides and what is dangerous about them together. */
export interface Case {
  readonly name: string;
  readonly base: Readonly<Record<string, string>>;
  readonly a: Changes;
  readonly b: Changes;
}

export interface TrueCase extends Case {
  /** The first file concerned. */
  readonly file: string;
  /** What stands in its line on the side that is told. */
  readonly line: string;
  /** The message says this. */
  readonly says: string | RegExp;
}

/** One test for each case, with both sides in both orders: who comes first changes nothing. */
export function itFinds(kind: HazardKind, cases: readonly TrueCase[]): void {
  for (const one of cases) {
    it(one.name, async () => {
      const found = await ofKind(kind, one);
      assert.equal(found.length, 1, said(found).join('\n') || 'Nothing was found.');
      const [finding] = found;
      assert.ok(finding !== undefined);
      const { files, message, line, at, prevention } = finding;
      assert.equal(files[0], one.file);
      assert.match(message, typeof one.says === 'string' ? RegExp(escaped(one.says)) : one.says);
      assert.match(message, /^[^\n]*\ba\b.*\bb\b[^\n]*\.$|^[^\n]*\bb\b.*\ba\b[^\n]*\.$/, 'Both sides are named.');
      const text = one[at][one.file] ?? one.base[one.file] ?? '';
      assert.ok(text.split('\n')[(line ?? 0) - 1]?.includes(one.line), `${line}: ${text}`);
      assert.ok(prevention !== null);
    });
  }
}

/** One test for each case in which nothing of the kind may be said. */
export function itLetsPass(kind: HazardKind, cases: readonly Case[]): void {
  for (const one of cases) it(one.name, async () => assert.deepEqual(said(await ofKind(kind, one)), []));
}

async function ofKind(kind: HazardKind, fork: Case): Promise<Finding[]> {
  return withFork(fork, ([a, b]) => {
    assert.deepEqual([...a.unjudged, ...b.unjudged], [], 'All files of a case can be read.');
    const [first, second] = [a.facts, b.facts].map((facts) => ({ ...facts, rules: null }));
    if (first === undefined || second === undefined) throw new Error('A side was lost.');
    const found = judgePair(first, second).filter((finding) => finding.kind === kind);
    const turned = judgePair(second, first).filter((finding) => finding.kind === kind);
    const back = turned.map((finding) => ({ ...finding, at: finding.at === 'a' ? 'b' : 'a' }));
    assert.deepEqual(new Set(back), new Set(found));
    return found;
  });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Lines of a file. */
export function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
