import { randomUUID } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import type { Log } from '../ports';
import { errorCode } from './paths';

const entrySchema = z.object({
  v: z.literal(1),
  at: z.string(),
  plan: z.string(),
  task: z.string(),
  /** Real path. */
  worktree: z.string(),
  /** An empty folder was there before. */
  existed: z.boolean(),
  branch: z.string(),
  /** Full commit id. */
  base: z.string(),
  /** Names under `<common>/worktrees` before. */
  adminBefore: z.array(z.string()),
  /** The git process, once it runs. */
  gitPid: z.nullable(z.number()),
});

/** A worktree that is being made: written before git starts, removed when the worktree stands. */
export type JournalEntry = z.infer<typeof entrySchema>;

const prefix = 'worktree-add-';

/** One entry's file. */
export class JournalFile {
  constructor(
    readonly file: string,
    readonly entry: JournalEntry,
  ) {}

  /** Synchronous, because it runs between the start of git and anything else: no moment without the process id. */
  setGitPid(gitPid: number): void {
    replaceFile(this.file, { ...this.entry, gitPid });
  }

  async remove(): Promise<void> {
    await rm(this.file, { force: true });
  }
}

export async function writeJournal(dir: string, entry: JournalEntry): Promise<JournalFile> {
  await mkdir(dir, { recursive: true });
  const file = path.join(dir, `${prefix}${randomUUID()}.json`);
  replaceFile(file, entry);
  return new JournalFile(file, entry);
}

/** Whole or not at all: a journal cut off by a kill would forget what has begun. */
function replaceFile(file: string, entry: JournalEntry): void {
  writeFileSync(`${file}.new`, JSON.stringify(entry), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The entries that nobody finished. A file that cannot be read is reported and passed over. */
export async function readJournal(dir: string, log: Log): Promise<JournalFile[]> {
  const names = await readdir(dir).catch((error: unknown) => {
    // Nothing was ever made here.
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  const files: JournalFile[] = [];
  for (const name of names.filter((each) => each.startsWith(prefix) && each.endsWith('.json'))) {
    const file = path.join(dir, name);
    try {
      files.push(new JournalFile(file, entrySchema.parse(JSON.parse(await readFile(file, 'utf8')))));
    } catch (error) {
      log.warn(`${file} cannot be read and is passed over: ${String(error)}`);
    }
  }
  return files;
}
