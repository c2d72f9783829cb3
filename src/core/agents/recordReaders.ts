import type { Settings } from '../ports';
import { claudeRecords } from './claude/records';
import type { RecordReader } from './records';

/** What reads the built-in agents' own records. */
const builtIn: readonly RecordReader[] = [claudeRecords];

/** One reader for each agent that leaves records, the user's own agents last. */
export function recordReaders(_settings: Pick<Settings, 'customAgents'>): RecordReader[] {
  return [...builtIn];
}
