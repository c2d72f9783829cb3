import { knownAgents } from '../../contract/plan';
import type { Settings } from '../ports';
import { aiderRecords } from './aider/records';
import { claudeRecords } from './claude/records';
import { codexRecords } from './codex/records';
import { copilotRecords } from './copilot/records';
import { customRecords } from './custom/records';
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
  aiderRecords,
];

/** One reader for each agent that leaves records, the user's own agents last. */
export function recordReaders(settings: Pick<Settings, 'customAgents'>): RecordReader[] {
  return [...builtIn, ...ownNames(settings).map(customRecords)];
}

/** The name of a built-in agent is its own: `agentByName` never looks at a custom one of that name. */
function ownNames({ customAgents }: Pick<Settings, 'customAgents'>): string[] {
  const known: readonly string[] = knownAgents;
  return Object.keys(customAgents).filter((name) => !known.includes(name));
}
