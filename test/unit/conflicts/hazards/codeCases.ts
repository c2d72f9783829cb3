import assert from 'node:assert/strict';
import type { HazardKind } from '../../../../src/contract/conflicts';
import type { Finding } from '../../../../src/core/conflicts/hazards/parts';
import { type Changes, findingsOf, said } from './support';

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

/** One test for each case, with both sides in both orders: who is called `a` changes nothing. */
export function itFinds(kind: HazardKind, cases: readonly TrueCase[]): void {
  for (const one of cases) {
    it(one.name, async () => {
      for (const fork of [one, { ...one, a: one.b, b: one.a }]) {
        const found = await ofKind(kind, fork);
        assert.equal(found.length, 1, said(found).join('\n') || 'Nothing was found.');
        const [finding] = found;
        assert.ok(finding !== undefined);
        const { files, message, line, at, prevention } = finding;
        // What is said of both is told of either.
        assert.ok(files.includes(one.file), message);
        assert.match(message, typeof one.says === 'string' ? RegExp(escaped(one.says)) : one.says);
        assert.match(message, /\ba\b.*\bb\b|\bb\b.*\ba\b/);
        assert.ok(prevention !== null);
        const text = fork[at][files[0] ?? ''] ?? fork.base[files[0] ?? ''] ?? '';
        if (files[0] === one.file) assert.ok(text.split('\n')[(line ?? 0) - 1]?.includes(one.line), `${line}: ${text}`);
      }
      const orders = [one, { ...one, a: one.b, b: one.a }].map((fork) => ofKind(kind, fork));
      const [first, second] = await Promise.all(orders);
      assert.deepEqual(
        first?.map(({ subject }) => subject),
        second?.map(({ subject }) => subject),
        'The same finding is known again whoever is first.',
      );
    });
  }
}

/** One test for each case in which nothing of the kind may be said. */
export function itLetsPass(kind: HazardKind, cases: readonly Case[]): void {
  for (const one of cases) {
    it(one.name, async () => {
      for (const fork of [one, { ...one, a: one.b, b: one.a }]) assert.deepEqual(said(await ofKind(kind, fork)), []);
    });
  }
}

async function ofKind(kind: HazardKind, fork: Case): Promise<Finding[]> {
  const { pair, unjudged } = await findingsOf(fork);
  assert.deepEqual(unjudged, [], 'All files of a case can be read.');
  return pair.filter((finding) => finding.kind === kind);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Lines of a file. */
export function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
