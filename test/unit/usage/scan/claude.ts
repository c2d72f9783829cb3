import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { claudeRecords } from '../../../../src/core/agents/claude/records';
import { silentLog } from '../../../../src/core/ports';
import type { Answer, RecordScan } from '../../../../src/core/usage/scan/answers';
import { createScan } from '../../../../src/core/usage/scan/scan';

/** A scan of Claude's records below `dir`. */
export function scanOf(dir: string): RecordScan {
  const places = { env: { CLAUDE_CONFIG_DIR: dir }, home: dir, platform: process.platform };
  return createScan({ readers: [claudeRecords], places, log: silentLog });
}

/** A line of a transcript, with its newline. */
export function answerLine(id: string, output: number, more: Readonly<Record<string, unknown>> = {}): string {
  const usage = { input_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: output };
  const content = [{ type: 'text', text: 'x' }];
  const message = { model: 'claude-opus-5', id, type: 'message', role: 'assistant', content, usage };
  const line = { isSidechain: false, cwd: '/work', sessionId: 'session', type: 'assistant', message };
  return `${JSON.stringify({ ...line, timestamp: '2026-11-01T10:00:00.000Z', ...more })}\n`;
}

/** Writes a file of records and tells its path. */
export function writeTranscript(dir: string, name: string, content: string | Buffer): string {
  const file = path.join(dir, 'projects', ...name.split('/'));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

export function answersOf({ answers }: RecordScan): Answer[] {
  return Array.from({ length: answers.size }, (_, index) => answers.get(index));
}

/** Output by key, of all answers. */
export function outputs(scan: RecordScan): Record<string, number> {
  return Object.fromEntries(answersOf(scan).map(({ key, tokens }) => [key, tokens.output]));
}
