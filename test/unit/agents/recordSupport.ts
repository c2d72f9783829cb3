import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import type { Quota, Tokens } from '../../../src/contract/usage';
import { tokenKinds } from '../../../src/contract/usage';
import type { RecordPlaces, RecordReader, UsageRecord } from '../../../src/core/agents/records';
import { sampled } from '../support/sampled';

/** What a reader found. */
export interface Found {
  readonly records: UsageRecord[];
  readonly quotas: Quota[];
  readonly skipped: string[];
}

export type LinesReader = Extract<RecordReader, { kind: 'lines' }>;
export type WholeReader = Extract<RecordReader, { kind: 'whole' }>;

export function sinkOf(found: Found) {
  return {
    record: (record: UsageRecord) => void found.records.push(record),
    quota: (quota: Quota) => void found.quotas.push(quota),
    skip: (reason: string) => void found.skipped.push(reason),
  };
}

/** Places in which nothing is set. */
export function placesAt(home: string, env: RecordPlaces['env'] = {}): RecordPlaces {
  return { env, home, platform: process.platform };
}

export const noRoot = { dir: '/nowhere', descends: () => true, holds: () => true };

/** Lines as JSON; texts as they are. */
export function bytesOf(line: unknown): Buffer {
  return Buffer.from(typeof line === 'string' ? line : JSON.stringify(line));
}

/** Gives one reader these lines of a file, and only those that hold a needle. */
export function readLines(reader: LinesReader, lines: readonly unknown[], file = '/nowhere/file.jsonl'): Found {
  const found: Found = { records: [], quotas: [], skipped: [] };
  const opened = reader.open({ path: file, relative: path.basename(file), root: noRoot });
  for (const bytes of lines.map(bytesOf)) {
    if (opened.needles.some((needle) => bytes.includes(needle))) opened.line(bytes, sinkOf(found));
  }
  return found;
}

export function readWhole(reader: WholeReader, file: string): Found {
  const found: Found = { records: [], quotas: [], skipped: [] };
  reader.read({ path: file, relative: path.basename(file), root: noRoot }, sinkOf(found));
  return found;
}

/** Lines that a real agent wrote (its model was a stand-in; long texts are cut). */
export function realLines(name: string): string[] {
  return readFileSync(path.join(import.meta.dirname, 'records', `${name}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');
}

/** Each answer once, by the rule that records are kept by. */
export function counted(records: readonly UsageRecord[]): UsageRecord[] {
  const kept = new Map<string, UsageRecord>();
  for (const record of records) {
    const known = kept.get(record.key);
    const isBetter =
      known === undefined ||
      record.rank > known.rank ||
      (record.rank === known.rank && size(record.tokens) > size(known.tokens));
    if (isBetter) kept.set(record.key, record);
  }
  return [...kept.values()];
}

/** All of them together; only parts that are not 0. */
export function sum(records: readonly UsageRecord[]): Partial<Tokens> {
  const totals = tokenKinds.map((kind) => [kind, records.reduce((all, { tokens }) => all + tokens[kind], 0)] as const);
  return Object.fromEntries(totals.filter(([, total]) => total !== 0));
}

const size = (tokens: Tokens): number => tokenKinds.reduce((all, kind) => all + tokens[kind], 0);

/** Numbers, names and shapes that no agent writes. */
const hostile: fc.Arbitrary<unknown> = fc.constantFrom(
  -1,
  0.5,
  1e308,
  -1e308,
  2 ** 53,
  '12',
  '',
  null,
  true,
  [],
  {},
  [[]],
  'a\0b',
  JSON.parse('{"__proto__": {"input_tokens": 5}, "constructor": 1}'),
  'm'.repeat(100_000),
  '__proto__',
);

/** Puts something else at a place of a value, or takes it away. */
function damage(value: unknown, steps: readonly number[], put: unknown): unknown {
  if (steps.length === 0 || typeof value !== 'object' || value === null) return put;
  const entries = Object.entries(value);
  const [step = 0, ...rest] = steps;
  const at = entries[step % Math.max(1, entries.length)];
  if (at === undefined) return put;
  const changed = entries.map(([key, old]) => [key, key === at[0] ? damage(old, rest, put) : old]);
  return Array.isArray(value) ? changed.map(([, one]) => one) : Object.fromEntries(changed);
}

/** A property: whatever stands where in these lines, `read` does not throw and finds nothing that cannot be. */
export function assertStandsDamage(lines: readonly string[], read: (lines: readonly unknown[]) => Found): void {
  const place = fc.array(fc.nat(40), { maxLength: 6 });
  const change = fc.record({ line: fc.nat(lines.length - 1), place, put: hostile, cut: fc.option(fc.nat(300)) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const damaged: unknown[] = lines.map((line) => JSON.parse(line));
      for (const { line, place: steps, put, cut } of changes) {
        const now = damaged[line];
        if (typeof now === 'string') continue;
        damaged[line] = cut === null ? damage(now, steps, put) : JSON.stringify(now).slice(0, cut);
      }
      assertSound(read(damaged));
    }),
    sampled(300),
  );
}

export function assertSound(found: Found): void {
  for (const record of found.records) {
    for (const kind of tokenKinds) {
      assert.ok(Number.isSafeInteger(record.tokens[kind]) && record.tokens[kind] >= 0, JSON.stringify(record));
      assert.ok(record.tokens[kind] <= 1e12);
    }
    for (const name of [record.key, record.session, record.model, record.cwd, record.parent]) {
      assert.ok(
        name === null || (typeof name === 'string' && name !== '' && name.length < 5000 && !name.includes('\0')),
      );
    }
    assert.ok(record.at === null || Number.isFinite(record.at));
    assert.ok(record.usd === null || (Number.isFinite(record.usd) && record.usd > 0));
    assert.ok(Number.isSafeInteger(record.webSearches) && Number.isFinite(record.rank));
  }
  for (const reason of found.skipped) assert.ok(reason.length > 0 && reason.length < 200, reason);
}
