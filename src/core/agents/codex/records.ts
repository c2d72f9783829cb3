import path from 'node:path';
import type { LineReader, RecordFile, RecordPlaces, RecordReader, RecordRoot } from '../records';
import { Rollout } from './rollout';

/**
 * Codex' rollouts: `sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl`, the same file in `archived_sessions` once a session
 * is archived (read as of 0.169.0, and as the versions before it wrote them).
 */
export const codexRecords: RecordReader = { agent: 'codex', kind: 'lines', roots, open };

/** Whole words in quotes: inside of a text they would stand with backslashes. */
const needles = [
  '"session_meta"',
  '"turn_context"',
  '"thread_settings_applied"',
  '"token_usage_record"',
  '"token_count"',
  '"web_search_call"',
].map((word) => Buffer.from(word));

function roots({ env, home }: RecordPlaces): RecordRoot[] {
  const told = env.CODEX_HOME ?? '';
  const folder = path.isAbsolute(told) ? told : path.join(home, '.codex');
  return ['sessions', 'archived_sessions'].map((name) => ({
    dir: path.join(folder, name),
    descends: (relative) => /^\d+(\/\d+){0,2}$/.test(relative),
    holds: (relative) => /(^|\/)rollout-[^/]*\.jsonl$/.test(relative),
  }));
}

function open(file: RecordFile): LineReader {
  const rollout = new Rollout(file.path);
  return { needles, line: (bytes, sink) => rollout.read(bytes, sink) };
}
