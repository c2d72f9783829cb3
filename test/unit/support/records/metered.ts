import path from 'node:path';
import { claudeRecords } from '../../../../src/core/agents/claude/records';
import type { Settings } from '../../../../src/core/ports';
import { bookOf } from '../../../../src/core/prices/book';
import { createMeter } from '../../../../src/core/usage/meter';
import type { Owner, TaskTraces, UsageBucket, UsageMeter, UsageQuestion } from '../../../../src/core/usage/parts';
import { addTokens, dayIn, noTokens, sumsBy, type TrueAnswer, type TrueSum } from './truth';

const noSettings: Pick<Settings, 'prices' | 'priceDiscounts'> = { prices: {}, priceDiscounts: {} };

/** The extension's own prices, without a user's. */
export const book = bookOf(noSettings, null);

/** A meter of the records in this folder of Claude's, and of nothing else on this machine. */
export function meterOf(dir: string): UsageMeter {
  return createMeter({ readers: [claudeRecords], places: placesOf(dir) });
}

export function placesOf(dir: string): { env: Record<string, string>; home: string; platform: NodeJS.Platform } {
  return { env: { CLAUDE_CONFIG_DIR: dir }, home: path.join(dir, 'nobody'), platform: process.platform };
}

export function questionOf(o: Partial<UsageQuestion> = {}): UsageQuestion {
  return { tasks: [], folders: [], prices: book, timeZone: 'UTC', all: true, ...o };
}

export function ownerKey(owner: Owner): string {
  return owner.kind === 'task' ? `${owner.ref.plan}/${owner.ref.task}` : owner.kind;
}

/** Adds buckets up by a key of theirs, as truth is added up. */
export function measuredBy(
  buckets: readonly UsageBucket[],
  keyOf: (bucket: UsageBucket) => string,
): Map<string, TrueSum> {
  const sums = new Map<string, TrueSum>();
  for (const bucket of buckets) {
    const key = keyOf(bucket);
    const sum = sums.get(key) ?? { answers: 0, tokens: noTokens, usd: 0 };
    sums.set(key, {
      answers: sum.answers + bucket.answers,
      tokens: addTokens(sum.tokens, bucket.tokens),
      usd: sum.usd + bucket.usd,
    });
  }
  return sums;
}

/** Sums to be compared to the token, and to a ten-thousandth of a cent: in which order they were added must not matter. */
export function comparable(sums: ReadonlyMap<string, TrueSum>): Record<string, object> {
  const sorted = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    sorted.map(([key, { answers, tokens, usd }]) => [key, { answers, ...tokens, usd: inSteps(usd) }]),
  );
}

/** All amounts are whole multiples of 2.5e-9 dollars; the steps begin between two of those, so that none is at an edge. */
const inSteps = (usd: number): number => Math.floor((usd + 1.1e-9) * 1e6);

/**
 * Whose an answer is, by the rules as they are told to users and not by the code that keeps them: the task that names
 * its session; else the task whose folder it was given in, the innermost, while it was there; else the repository.
 */
export function trueOwner(tasks: readonly TaskTraces[], folders: readonly string[]): (answer: TrueAnswer) => string {
  const inside = (folder: string, cwd: string) => cwd === folder || cwd.startsWith(folder + path.sep);
  return ({ session, cwd, at }) => {
    const bySession = tasks.find((task) => task.sessions.some((one) => one.session === session));
    if (bySession !== undefined) return `${bySession.ref.plan}/${bySession.ref.task}`;
    const places = tasks.flatMap(({ ref, places }) =>
      places.map((place) => ({ ...place, key: `${ref.plan}/${ref.task}` })),
    );
    const around = places.filter((place) => inside(place.path, cwd));
    const then = around.filter(({ from, to }) => from <= at && (to === null || at < to));
    const innermost = then.sort((a, b) => b.path.length - a.path.length)[0];
    if (innermost !== undefined) return innermost.key;
    return around.length > 0 || folders.some((folder) => inside(folder, cwd)) ? 'elsewhere' : 'other';
  };
}

/** Everything a figure is asked by, as it should be. */
export function trueFigures(
  answers: readonly TrueAnswer[],
  ownerOf: (answer: TrueAnswer) => string,
  timeZone: string,
): Record<string, object> {
  const day = dayIn(timeZone);
  return {
    total: comparable(sumsBy(answers, () => 'total')),
    day: comparable(sumsBy(answers, day)),
    session: comparable(sumsBy(answers, ({ session }) => session)),
    model: comparable(sumsBy(answers, ({ model }) => model)),
    task: comparable(sumsBy(answers, ownerOf)),
    all: comparable(sumsBy(answers, (one) => [ownerOf(one), one.session, day(one), one.model].join(' '))),
  };
}

/** The same as it was measured. */
export function measuredFigures(buckets: readonly UsageBucket[]): Record<string, object> {
  return {
    total: comparable(measuredBy(buckets, () => 'total')),
    day: comparable(measuredBy(buckets, ({ day }) => day ?? 'none')),
    session: comparable(measuredBy(buckets, ({ session }) => session)),
    model: comparable(measuredBy(buckets, ({ model }) => model ?? 'none')),
    task: comparable(measuredBy(buckets, ({ owner }) => ownerKey(owner))),
    all: comparable(
      measuredBy(buckets, ({ owner, session, day, model }) => [ownerKey(owner), session, day, model].join(' ')),
    ),
  };
}
