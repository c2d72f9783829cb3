import path from 'node:path';
import type { RecordPlaces, RecordReader, RecordRoot } from '../records';
import { ClaudeTranscript } from './recordLine';

/**
 * Claude Code's transcripts: `projects/<folder of the directory>/<session>.jsonl`, those of subagents in
 * `<session>/subagents/`. Its format is its own and changes between versions (read as of 2.1.197).
 */
export const claudeRecords: RecordReader = {
  agent: 'claude',
  kind: 'lines',
  roots,
  open: () => new ClaudeTranscript(),
};

/** Big outputs of tools, never transcripts. */
const notDescended = /(^|\/)tool-results$/;

function roots(places: RecordPlaces): RecordRoot[] {
  return configFolders(places).map((folder) => ({
    dir: path.join(folder, 'projects'),
    descends: (relative) => !notDescended.test(relative),
    holds: (relative) => relative.endsWith('.jsonl'),
  }));
}

/** Where Claude Code keeps its files: `CLAUDE_CONFIG_DIR` (several may stand there, as others read it), else both defaults. */
function configFolders({ env, home }: RecordPlaces): string[] {
  const told = (env.CLAUDE_CONFIG_DIR ?? '').split(',').map((folder) => folder.trim());
  const named = told.filter((folder) => path.isAbsolute(folder));
  if (named.length > 0) return [...new Set(named)];
  const config = env.XDG_CONFIG_HOME ?? '';
  const shared = path.isAbsolute(config) ? config : path.join(home, '.config');
  return [...new Set([path.join(home, '.claude'), path.join(shared, 'claude')])];
}
