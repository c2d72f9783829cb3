import path from 'node:path';
import type { LineReader, RecordFile, RecordPlaces, RecordReader, RecordRoot } from '../records';
import { SessionEvents } from './events';

/**
 * Copilot CLI's events: `session-state/<session>/events.jsonl`, in its first versions `session-state/<session>.jsonl`
 * (undocumented; read as of 1.0.102, and as the versions before it wrote them).
 */
export const copilotRecords: RecordReader = { agent: 'copilot', kind: 'lines', roots, open };

/** In quotes: inside of a text they would stand with backslashes. */
const needles = ['"type":"session.', '"outputTokens":'].map((word) => Buffer.from(word));

function roots({ env, home }: RecordPlaces): RecordRoot[] {
  const told = env.COPILOT_HOME ?? '';
  const folder = path.isAbsolute(told) ? told : path.join(home, '.copilot');
  return [
    {
      dir: path.join(folder, 'session-state'),
      // Folders with a dot hold locks; deeper ones what the agent has written.
      descends: (relative) => /^[^/.][^/]*$/.test(relative),
      holds: (relative) => /^[^/.][^/]*(\/events)?\.jsonl$/.test(relative),
    },
  ];
}

function open(file: RecordFile): LineReader {
  const { dir, name } = path.parse(file.path);
  const events = new SessionEvents(name === 'events' ? path.basename(dir) : name);
  return { needles, line: (bytes, sink) => events.read(bytes, sink) };
}
