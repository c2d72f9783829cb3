import path from 'node:path';
import { type Fields, nameOf, noJson, parseFields } from './recordFields';
import type { LineReader, RecordFile, RecordReader, UsageRecord } from './records';
import { headerMark, usageRoots } from './usageFiles';

/** What a usage file's own line is read with. */
export interface UsageLine {
  /** As our first line tells it; without one the file's name tells the session. */
  readonly session: string;
  readonly cwd: string | null;
  /** Names the line among all of its agent's. */
  readonly key: string;
}

/**
 * Reads usage files: a first line of ours that says whose they are, then lines of JSON of an agent's own form.
 * @param needles only lines that hold one of these are the agent's
 * @param recordOf reads one of them; a text: why it cannot be counted; null: it is about something else
 */
export function usageLines(
  agent: string,
  needles: readonly string[],
  recordOf: (fields: Fields, line: UsageLine) => UsageRecord | string | null,
): RecordReader {
  const all = [...needles, `"${headerMark}"`].map((needle) => Buffer.from(needle));
  return {
    agent,
    kind: 'lines',
    roots: (places) => usageRoots(agent, places),
    open: (file) => openUsageLines(file, all, recordOf),
  };
}

function openUsageLines(
  file: RecordFile,
  needles: readonly Buffer[],
  recordOf: Parameters<typeof usageLines>[2],
): LineReader {
  let session = path.basename(file.relative, '.jsonl');
  let cwd: string | null = null;
  let lines = 0;
  return {
    needles,
    line(bytes, sink) {
      lines += 1;
      const fields = parseFields(bytes);
      if (fields === null) {
        sink.skip(noJson);
      } else if (fields[headerMark] !== undefined) {
        session = nameOf(fields.session) ?? session;
        cwd = nameOf(fields.cwd);
      } else {
        const found = recordOf(fields, { session, cwd, key: `${session}#${lines}` });
        if (typeof found === 'string') sink.skip(found);
        else if (found !== null) sink.record(found);
      }
    },
  };
}
