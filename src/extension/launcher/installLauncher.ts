import { access, chmod, constants, mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { Log } from '../../core/ports';

/** How the stable launcher is started as a terminal's own process. */
export interface Launcher {
  /** Folder to put on PATH; holds `switchyard` and, on Windows, `switchyard.cmd`. */
  readonly dir: string;
  readonly command: string;
  /** Go before the command line's own arguments. */
  readonly args: readonly string[];
  /** What `command` needs in its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Programs that outlive an update of the extension while agents still run. */
const programs = ['cli.js'];
const staleAfterMs = 14 * 24 * 60 * 60 * 1000;

export interface LauncherOptions {
  /** Where the built programs lie, in the extension's own folder. */
  readonly from: string;
  /** The extension's global storage. */
  readonly storage: string;
  readonly version: string;
  /** The node that runs this extension host; may be an Electron. */
  readonly execPath: string;
  readonly platform: NodeJS.Platform;
  /** Where `node` is looked for on Windows. */
  readonly path: string;
  /** Versions that a live process still uses. */
  readonly inUse: () => Promise<ReadonlySet<string>>;
  readonly log: Log;
}

/**
 * Copies the programs into the extension's storage under their version and points the stable launcher at them: an
 * update deletes the extension's own folder while agents and their hooks still name it. Several windows may do this at
 * once: every file is replaced atomically, and only when its content is another.
 */
export async function installLauncher(o: LauncherOptions): Promise<Launcher> {
  const dir = path.join(o.storage, 'bin');
  const home = path.join(dir, o.version);
  await mkdir(home, { recursive: true });
  for (const name of programs) await replace(path.join(home, name), await readFile(path.join(o.from, name)), 0o755);
  // Marks the version as used, for the day it is looked at for removal.
  await utimes(home, new Date(), new Date());
  const cli = path.join(home, 'cli.js');
  const launcher = o.platform === 'win32' ? await installForWindows(o, dir, cli) : await installForPosix(o, dir, cli);
  void removeStale(o, dir).catch((error: unknown) => o.log.warn(`Old programs could not be removed: ${String(error)}`));
  return launcher;
}

async function replace(file: string, content: Buffer | string, mode: number): Promise<void> {
  const wanted = Buffer.from(content);
  const has = await readFile(file).catch(() => null); // absent or unreadable: written anew either way
  if (has?.equals(wanted)) return;
  await writeFileAtomic(file, wanted, { mode });
  await chmod(file, mode);
}

function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The script for POSIX systems; `exec` keeps the process id, by which a terminal is recognised. */
export function posixScript(execPath: string, cli: string): string {
  return [
    '#!/bin/sh',
    '# Written by Switchyard; starts the command line of the installed version.',
    `node=${quoteForShell(execPath)}`,
    `cli=${quoteForShell(cli)}`,
    'if [ -x "$node" ]; then',
    '  ELECTRON_RUN_AS_NODE=1 exec "$node" "$cli" "$@"',
    'fi',
    'exec node "$cli" "$@"',
    '',
  ].join('\n');
}

/** The script for Windows; `%` is doubled, as a batch file reads it. */
export function windowsScript(command: string, cli: string): string {
  const quote = (text: string) => `"${text.replaceAll('%', '%%')}"`;
  return ['@echo off', 'setlocal', 'set ELECTRON_RUN_AS_NODE=1', `${quote(command)} ${quote(cli)} %*`, ''].join('\r\n');
}

async function installForPosix(o: LauncherOptions, dir: string, cli: string): Promise<Launcher> {
  const command = path.join(dir, 'switchyard');
  await replace(command, posixScript(o.execPath, cli), 0o755);
  return { dir, command, args: [], env: {} };
}

/** A batch file would put a `cmd.exe` between the terminal and the runner, so terminals start node itself. */
async function installForWindows(o: LauncherOptions, dir: string, cli: string): Promise<Launcher> {
  const command = (await findOnPath('node.exe', o.path)) ?? o.execPath;
  await replace(path.join(dir, 'switchyard.cmd'), windowsScript(command, cli), 0o755);
  const env: Record<string, string> = command === o.execPath ? { ELECTRON_RUN_AS_NODE: '1' } : {};
  return { dir, command, args: [cli], env };
}

async function findOnPath(name: string, searchPath: string): Promise<string | null> {
  for (const folder of searchPath.split(';')) {
    if (!path.win32.isAbsolute(folder)) continue;
    const file = path.join(folder, name);
    const found = await access(file, constants.F_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return null;
}

async function removeStale(o: LauncherOptions, dir: string): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true });
  const others = entries.filter((entry) => entry.isDirectory() && entry.name !== o.version);
  if (others.length === 0) return;
  const used = await o.inUse();
  for (const { name } of others) {
    const home = path.join(dir, name);
    const { mtimeMs } = await stat(home);
    if (used.has(name) || Date.now() - mtimeMs < staleAfterMs) continue;
    o.log.info(`Removing the programs of version ${name}.`);
    await rm(home, { recursive: true, force: true });
  }
}
