import type { Settings } from '../ports';
import { claudeRecords } from './claude/records';
import { codexRecords } from './codex/records';
import { copilotRecords } from './copilot/records';
import { geminiRecords, geminiWholeRecords } from './gemini/records';
import { opencodeRecords } from './opencode/records';
import type { RecordReader } from './records';

/** What reads the built-in agents' own records. */
const builtIn: readonly RecordReader[] = [
  claudeRecords,
  codexRecords,
  geminiRecords,
  geminiWholeRecords,
  opencodeRecords,
  copilotRecords,
];

/** One reader for each agent that leaves records, the user's own agents last. */
export function recordReaders(_settings: Pick<Settings, 'customAgents'>): RecordReader[] {
  return [...builtIn];
}
