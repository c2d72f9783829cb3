import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import type { Log } from '../../ports';
import { errorCode } from '../paths';

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
  /** The branch was there before: it stays. */
  existingBranch: z.optional(z.boolean()),
  /** The git process at work, once one runs: for the worktree, then for its files, then for the hook. */
  gitPid: z.nullable(z.number()),
  /** Who makes it, between git's processes too; null: nobody any more. */
  maker: z.optional(z.nullable(z.object({ pid: z.number(), pidStarted: z.nullable(z.string()), host: z.string() }))),
  /** Everything stands: only git's mark of a worktree in the making may be left to take away. */
  complete: z.optional(z.boolean()),
});

/** A worktree that is being made: written before git starts, removed when the worktree stands with all its files. */
export type JournalEntry = z.infer<typeof entrySchema>;

const prefix = 'worktree-add-';

/** One entry's file. Changed synchronously: there is no moment without the process id of a git that runs. */
export class JournalFile {
  #entry: JournalEntry;

  constructor(
    readonly file: string,
    entry: JournalEntry,
  ) {
    this.#entry = entry;
  }

  get entry(): JournalEntry {
    return this.#entry;
  }

  update(change: Partial<JournalEntry>): void {
    this.#entry = { ...this.#entry, ...change, at: new Date().toISOString() };
    replaceFile(this.file, this.#entry);
  }

  /** For the start of a process, which must go on even where the disk is full; the maker's own id is written already. */
  noteGit(gitPid: number, log: Log): void {
    try {
      this.update({ gitPid });
    } catch (error) {
      log.warn(`${this.file} could not be written: ${String(error)}`);
    }
  }

  /** Nobody makes it any more: the next start may settle it, even while this process lives. */
  release(): void {
    try {
      this.update({ maker: null });
    } catch {
      // A full disk: the text is shorter than before, so the blocks it has are enough.
      try {
        overwrite(this.file, { ...this.#entry, maker: null });
      } catch {
        // Not to be written at all, or gone: it is settled already, or when this process has ended.
      }
    }
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
  try {
    writeFileSync(`${file}.new`, JSON.stringify(entry), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    // The beginning of a file must not take up what is left of a full disk.
    rmSync(`${file}.new`, { force: true });
    throw error;
  }
}

/** In one write over the old text, the rest of it blank. */
function overwrite(file: string, entry: JournalEntry): void {
  const handle = openSync(file, 'r+');
  try {
    writeSync(handle, JSON.stringify(entry).padEnd(fstatSync(handle).size), 0);
  } finally {
    closeSync(handle);
  }
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
