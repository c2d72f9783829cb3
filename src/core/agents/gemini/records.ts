import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fieldsOf, parseFields, pathOf } from '../recordFields';
import type { LineReader, RecordFile, RecordPlaces, RecordReader, RecordRoot } from '../records';
import { Chat } from './chat';

/** Gemini CLI's chats: `tmp/<project>/chats/session-<time>-<id>.jsonl` (read as of 0.61.0). */
export const geminiRecords: RecordReader = {
  agent: 'gemini',
  kind: 'lines',
  roots: (places) => [rootFor(places, '.jsonl')],
  open,
};

/** The same as earlier versions wrote them: one object in a `.json`, written anew after every answer. */
export const geminiWholeRecords: RecordReader = {
  agent: 'gemini',
  kind: 'whole',
  roots: (places) => [rootFor(places, '.json')],
  read(file, sink) {
    if (statSync(file.path).size > largestWhole) {
      sink.skip(`it is larger than ${largestWhole / 1024 ** 2} MB`);
      return;
    }
    const whole = parseFields(readFileSync(file.path));
    if (whole === null) sink.skip('it is no whole JSON');
    else new Chat(parentOf(file), directoryOf(file)).object(whole, sink);
  },
};

/** Of a file that has to be taken apart at once. */
const largestWhole = 64 * 1024 ** 2;

const needles = ['"tokens"', '"sessionId"'].map((word) => Buffer.from(word));

function rootFor({ home }: RecordPlaces, extension: '.json' | '.jsonl'): RecordRoot {
  return {
    dir: path.join(home, '.gemini', 'tmp'),
    // Those of subagents lie in a folder with their parent's id.
    descends: (relative) => /^[^/]+(\/chats(\/[^/]+)?)?$/.test(relative),
    holds: (relative) => /^[^/]+\/chats\/([^/]+\/)?[^/]+$/.test(relative) && path.posix.extname(relative) === extension,
  };
}

function open(file: RecordFile): LineReader {
  const chat = new Chat(parentOf(file), directoryOf(file));
  return { needles, line: (bytes, sink) => chat.line(bytes, sink) };
}

/** The session that started the subagent whose chat this is; null: it is no subagent's. */
function parentOf({ path: file }: RecordFile): string | null {
  const folder = path.basename(path.dirname(file));
  return folder === 'chats' ? null : folder;
}

/**
 * The directory that a chat is of. Its folder holds a note of it, or is named by `projects.json`, or, in earlier
 * versions, is the directory's SHA-256. null: nobody knows.
 */
function directoryOf({ relative, root }: RecordFile): string | null {
  const project = relative.split('/')[0] ?? '';
  const noted = read(path.join(root.dir, project, '.project_root'))?.trim();
  if (noted !== undefined && path.isAbsolute(noted)) return pathOf(noted);
  const projects = read(path.join(root.dir, '..', 'projects.json'));
  const slugs = fieldsOf(projects === null ? null : parseFields(projects)?.projects) ?? {};
  const found = Object.keys(slugs).find((directory) => slugs[directory] === project || hash(directory) === project);
  return pathOf(found);
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // not there, or not for us: the next place may tell
  }
}

const hash = (directory: string): string => createHash('sha256').update(directory).digest('hex');
