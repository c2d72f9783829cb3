import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { claudeRecords } from '../../../../src/core/agents/claude/records';
import { bookOf } from '../../../../src/core/prices/book';
import { createMeter } from '../../../../src/core/usage/meter';
import type { UsageBucket, UsageMeter, UsageQuestion } from '../../../../src/core/usage/parts';

/** One answer as Claude Code writes it. */
export interface Line {
  readonly id: string;
  readonly session: string;
  readonly cwd: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly model?: string;
  readonly output: number;
  readonly input?: number;
  readonly cacheRead?: number;
}

export function lineText(line: Line): string {
  const usage = {
    input_tokens: line.input ?? 3,
    output_tokens: line.output,
    cache_read_input_tokens: line.cacheRead ?? 0,
    cache_creation_input_tokens: 0,
  };
  return `${JSON.stringify({
    type: 'assistant',
    sessionId: line.session,
    cwd: line.cwd,
    timestamp: new Date(line.at).toISOString(),
    message: { id: line.id, model: line.model ?? 'claude-opus-4-8', usage },
  })}\n`;
}

/** Appends to the record `file` of the home folder. */
export async function record(home: string, file: string, ...lines: readonly Line[]): Promise<string> {
  const at = path.join(home, '.claude/projects/p', file);
  await mkdir(path.dirname(at), { recursive: true });
  await appendFile(at, lines.map(lineText).join(''));
  return at;
}

export function meterOf(home: string): UsageMeter {
  return createMeter({ readers: [claudeRecords], places: { env: {}, home, platform: process.platform } });
}

export function question(o: Partial<UsageQuestion> = {}): UsageQuestion {
  const prices = bookOf({ prices: {}, priceDiscounts: {} }, null);
  return { tasks: [], folders: [], prices, timeZone: 'UTC', all: true, ...o };
}

/** In an order that does not depend on that in which they were found. */
export function sorted(buckets: readonly UsageBucket[]): UsageBucket[] {
  const key = ({ owner, agent, session, model, day, source }: UsageBucket) =>
    JSON.stringify([owner, agent, session, model, day, source]);
  return [...buckets].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
