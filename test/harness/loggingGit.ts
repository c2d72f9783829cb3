import { access, chmod, constants, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from './cleanup';
import { shellProfile, shellQuote } from './shellProfile';

/** One start of git, seen by the wrapper. */
export interface GitCall {
  /** The process that started it. */
  readonly parent: number;
  readonly cwd: string;
  readonly args: string;
}

/** A `git` in front of the real one that writes down each call. */
export interface LoggingGit {
  /** HOME and PATH for a server whose every git is this one, in terminals too. */
  readonly environment: Readonly<Record<string, string>>;
  calls(): Promise<readonly GitCall[]>;
}

/** Makes the wrapper and a HOME that knows it. POSIX only. */
export async function makeLoggingGit(): Promise<LoggingGit> {
  const home = await makeFolder('home');
  const bin = path.join(home, 'bin');
  const log = path.join(home, 'git-calls');
  await mkdir(bin);
  await writeGitWrapper(
    path.join(bin, 'git'),
    `printf '%s\\t%s\\t%s\\n' "$PPID" "$PWD" "$(printf '%s' "$*" | tr '\\n\\t' '  ')" >> ${shellQuote(log)}`,
  );
  for (const [name, text] of Object.entries(shellProfile([bin]))) await writeFile(path.join(home, name), text);
  const search = `${bin}${path.delimiter}${process.env.PATH ?? ''}`;
  const calls = async (): Promise<GitCall[]> => {
    // Without a call there is no log.
    const text = await readFile(log, 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => {
      const [parent = '', cwd = '', args = ''] = line.split('\t');
      return { parent: Number(parent), cwd, args };
    });
  };
  return { environment: { HOME: home, USERPROFILE: home, PATH: search }, calls };
}

/** Writes a program that does something and then becomes the real git. @param first lines of shell */
export async function writeGitWrapper(file: string, first: string): Promise<string> {
  const git = await realGit();
  await writeFile(file, `#!/bin/sh\n${first}\nexec ${shellQuote(git)} "$@"\n`);
  await chmod(file, 0o755);
  return file;
}

async function realGit(): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, 'git');
    try {
      await access(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error('git is not on PATH: install git 2.39 or newer.');
}
