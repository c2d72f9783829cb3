import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { type Random, seededRandom } from './random';
import { allOddities, MadeSession, type Oddities, type RecordText, type SessionShape } from './sessions';
import { Prose } from './text';
import type { TrueAnswer } from './truth';

export interface RecordsRequest {
  readonly seed: number;
  /** Sessions are made until there are so many bytes … */
  readonly bytes: number;
  /** … and at least so many sessions; 1 when absent. */
  readonly sessions?: number;
  /** Working directories, absolute; made up when absent. */
  readonly folders?: readonly [string, ...string[]];
  /** Answers of a session's main conversation; 20 to 100 when absent. */
  readonly answers?: readonly [number, number];
  /** Characters of a tool's result, on average; 6,000 when absent. */
  readonly prose?: number;
  /** Every one of them when absent. */
  readonly oddities?: Oddities;
}

/** 2026-09-20 to 2026-10-24: prices change within it, and so does the clock of New York soon after. */
const between = [Date.UTC(2026, 8, 20), Date.UTC(2026, 9, 24)] as const;

/** Makes sessions one after the other; of each what its files hold and which answers it was meant to hold. */
export function* makeSessions(request: RecordsRequest): Generator<{
  readonly session: string;
  readonly files: readonly RecordText[];
  readonly answers: readonly TrueAnswer[];
}> {
  const random = seededRandom(request.seed);
  const prose = new Prose(random);
  const shape: SessionShape = {
    folders: request.folders ?? ['/home/dev/project', '/home/dev/project-worktrees/a.b', '/home/dev/naïve "x"'],
    answers: request.answers ?? [20, 100],
    prose: request.prose ?? 6_000,
    between,
    oddities: request.oddities ?? allOddities,
  };
  const origins: MadeSession[] = [];
  let bytes = 0;
  for (let count = 0; bytes < request.bytes || count < (request.sessions ?? 1); count += 1) {
    const session = new MadeSession(random, prose, shape, originOf(random, origins));
    const files = session.files();
    for (const file of files) bytes += sizeOf(file);
    // Only a few are kept to copy from: gigabytes are made this way.
    origins.push(session);
    if (origins.length > 4) origins.shift();
    yield { session: session.id, files, answers: session.answers };
  }
}

function originOf(random: Random, origins: readonly MadeSession[]): MadeSession | null {
  return random.chance(0.12) ? (origins[random.int(0, 3)] ?? null) : null;
}

export function bytesOf({ lines, torn }: RecordText): Buffer {
  const text = lines.map((line) => `${line.text}\n`).join('');
  return torn === null ? Buffer.from(text) : Buffer.concat([Buffer.from(text), torn]);
}

const sizeOf = (file: RecordText): number => file.lines.reduce((sum, { text }) => sum + text.length + 1, 0);

/** What was written. */
export interface WrittenRecords {
  readonly answers: readonly TrueAnswer[];
  readonly sessions: number;
  /** Of all files, below the folder. */
  readonly paths: readonly string[];
  readonly lines: number;
  readonly bytes: number;
}

/**
 * Writes records of Claude Code, the same for the same request, session after session: as many gigabytes as wanted in
 * little memory.
 * @param dir Claude's configuration folder (`CLAUDE_CONFIG_DIR`); the records come to lie in `projects/` in it
 */
export function writeRecords(dir: string, request: RecordsRequest): WrittenRecords {
  const answers: TrueAnswer[] = [];
  const paths: string[] = [];
  const written = { sessions: 0, lines: 0, bytes: 0 };
  for (const session of makeSessions(request)) {
    written.sessions += 1;
    answers.push(...session.answers);
    for (const file of session.files) {
      const bytes = bytesOf(file);
      writeNew(path.join(dir, file.path), bytes);
      paths.push(file.path);
      written.lines += file.lines.length;
      written.bytes += bytes.length;
    }
  }
  return { answers, paths, ...written };
}

function writeNew(file: string, bytes: Buffer): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const handle = openSync(file, 'wx');
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
  } finally {
    closeSync(handle);
  }
}
