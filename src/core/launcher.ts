import { randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface LauncherOptions {
  /** The extension's global storage: stays when an update replaces the extension's folder. */
  readonly globalStorage: string;
  /** Where `cli.js` and `hook.js` were built to. */
  readonly distDir: string;
  readonly version: string;
  /** The Node that runs us; an Electron one is told to be a Node by its environment. */
  readonly node: { readonly execPath: string; readonly electron: boolean };
  /** Versions that live leases name: their programs stay. */
  readonly leases: () => Promise<readonly string[]>;
}

export interface Launcher {
  /** Folder for PATH; holds `switchyard` and `switchyard.cmd`. */
  readonly binDir: string;
  /** The `cli.js` of this version. */
  readonly cli: string;
  /** The stable program of this platform, for hooks. */
  readonly program: string;
  /**
   * How a terminal starts the command line as its own process, by whose id it is recognised. On Windows that is Node
   * itself: a batch file would put a `cmd.exe` between terminal and runner.
   */
  readonly terminal: {
    readonly command: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  };
}

/** Where the programs of a version lie: known before they are there. */
export function launcherPlaces(
  globalStorage: string,
  version: string,
): { binDir: string; folder: string; cli: string } {
  const folder = path.join(globalStorage, 'versions', version);
  return { binDir: path.join(globalStorage, 'bin'), folder, cli: path.join(folder, 'cli.js') };
}

const entry = 'cli.js';
/** What the command line starts or loads, and looks for beside itself, as it does for the grammars; and the hook's. */
const programs = /^(cli-[\w-]+\.mjs|hazards\.js|usage\.js|hook\.js)$/;
const grammars = 'grammars';
const keptWithoutLeaseMs = 24 * 60 * 60_000;

/**
 * Copies the command line to where it outlives an update, and writes a stable `switchyard` that starts it. Several
 * windows, of several versions, may do it at once: every file is replaced whole, by a rename.
 */
export async function installLauncher(options: LauncherOptions): Promise<Launcher> {
  if (!/^[\w.+-]+$/.test(options.version) || /^\.+$/.test(options.version)) {
    throw new Error(`The version ${JSON.stringify(options.version)} cannot name a folder.`);
  }
  const { binDir, folder, cli } = launcherPlaces(options.globalStorage, options.version);
  await mkdir(folder, { recursive: true });
  await mkdir(binDir, { recursive: true });
  // The first file last: it is not there before what it loads is.
  const others = (await readdir(options.distDir)).filter((name) => programs.test(name));
  for (const name of [...others, entry]) await copyProgram(path.join(options.distDir, name), path.join(folder, name));
  await copyGrammars(path.join(options.distDir, grammars), path.join(folder, grammars));
  const now = new Date();
  await utimes(folder, now, now);
  await writeWhole(path.join(binDir, 'switchyard'), shellLauncher(cli, options.node), 0o755);
  await writeWhole(
    path.join(binDir, 'switchyard.cmd'),
    windowsLauncher(options.version, options.node, process.env),
    0o755,
  );
  await removeOldVersions(path.dirname(folder), options);
  if (process.platform !== 'win32') {
    const program = path.join(binDir, 'switchyard');
    return { binDir, cli, program, terminal: { command: program, args: [], env: {} } };
  }
  const env: Record<string, string> = options.node.electron ? { ELECTRON_RUN_AS_NODE: '1' } : {};
  return {
    binDir,
    cli,
    program: path.join(binDir, 'switchyard.cmd'),
    terminal: { command: options.node.execPath, args: [cli], env },
  };
}

async function copyGrammars(from: string, to: string): Promise<void> {
  const names = await readdir(from).catch((error: unknown) => {
    if (isFileError(error, 'ENOENT')) return [];
    throw error;
  });
  if (names.length > 0) await mkdir(to, { recursive: true });
  for (const name of names) await copyProgram(path.join(from, name), path.join(to, name));
}

async function copyProgram(from: string, to: string): Promise<void> {
  const wanted = await readFile(from);
  // The same content is left alone: on Windows a running program cannot be replaced.
  const there = await readFile(to).catch(() => null); // unreadable is as good as absent: it is written anew
  if (there?.equals(wanted)) return;
  const temporary = temporaryName(to);
  await copyFile(from, temporary);
  await chmod(temporary, 0o755);
  await replace(temporary, to);
}

async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  const there = await readFile(file, 'utf8').catch(() => null); // unreadable is as good as absent: it is written anew
  if (there === text) return;
  const temporary = temporaryName(file);
  await writeFile(temporary, text, { mode });
  await chmod(temporary, mode);
  await replace(temporary, file);
}

function temporaryName(file: string): string {
  return `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
}

/** Renames over the target; on Windows one that is being read refuses for a moment. */
async function replace(temporary: string, file: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(temporary, file);
      return;
    } catch (error) {
      if (attempt >= 10 || !isFileError(error, 'EPERM', 'EACCES', 'EBUSY')) {
        await rm(temporary, { force: true });
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 20 * attempt));
    }
  }
}

/**
 * For POSIX shells. `exec` keeps the process id, by which a terminal knows its agent. A Node that is gone (an update of
 * VS Code moved it) is replaced by the one on PATH.
 */
function shellLauncher(cli: string, node: LauncherOptions['node']): string {
  // Not as a prefix of `exec`: shells differ in whether that exports it.
  const electron = node.electron ? '  ELECTRON_RUN_AS_NODE=1; export ELECTRON_RUN_AS_NODE\n' : '';
  return `#!/bin/sh
# Written by Switchyard; replaced at every start of the extension.
cli=${shellQuote(cli)}
node=${shellQuote(node.execPath)}
if [ -x "$node" ]; then
${electron}  exec "$node" "$cli" "$@"
fi
if command -v node >/dev/null 2>&1 && node -e 'process.exit(parseInt(process.versions.node, 10) >= 20 ? 0 : 1)'; then
  exec node "$cli" "$@"
fi
echo "switchyard: found no Node.js 20 or newer: open VS Code once with Switchyard, or install Node.js." >&2
exit 3
`;
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * For cmd.exe. Paths are held in variables, whose content is not parsed again inside quotes; `%` is doubled in a file.
 * cmd.exe reads the file in the console's own code page, so names of users are kept out of it where that can be: the
 * command line is found beside this file, and the usual place of VS Code through the variables of the profile.
 */
export function windowsLauncher(version: string, node: LauncherOptions['node'], env: NodeJS.ProcessEnv): string {
  const electron = node.electron ? '  set "ELECTRON_RUN_AS_NODE=1"\r\n' : '';
  return [
    '@echo off',
    'rem Written by Switchyard; replaced at every start of the extension.',
    'setlocal DisableDelayedExpansion',
    `set "SWITCHYARD_CLI_JS=%~dp0..\\versions\\${version}\\cli.js"`,
    `set "SWITCHYARD_NODE_EXE=${batchPath(node.execPath, env)}"`,
    'if exist "%SWITCHYARD_NODE_EXE%" (',
    `${electron}  "%SWITCHYARD_NODE_EXE%" "%SWITCHYARD_CLI_JS%" %*`,
    ') else (',
    '  node -e "process.exit(parseInt(process.versions.node, 10) >= 20 ? 0 : 1)" 2>nul || (',
    '    echo switchyard: found no Node.js 20 or newer: open VS Code once with Switchyard, or install Node.js. 1>&2',
    '    exit /b 3',
    '  )',
    '  node "%SWITCHYARD_CLI_JS%" %*',
    ')',
    'exit /b %ERRORLEVEL%',
    '',
  ].join('\r\n');
}

function batchPath(file: string, env: NodeJS.ProcessEnv): string {
  for (const name of ['LOCALAPPDATA', 'USERPROFILE']) {
    const folder = env[name];
    if (folder && file.toLowerCase().startsWith(`${folder.toLowerCase()}\\`)) {
      return `%${name}%${file.slice(folder.length).replaceAll('%', '%%')}`;
    }
  }
  return file.replaceAll('%', '%%');
}

async function removeOldVersions(versions: string, options: LauncherOptions): Promise<void> {
  const names = await readdir(versions);
  if (names.every((name) => name === options.version)) return;
  const used = new Set(await options.leases());
  for (const name of names) {
    if (name === options.version || used.has(name)) continue;
    const folder = path.join(versions, name);
    if (!(await isOld(folder))) continue;
    // A window of another version may be removing it too; what is in use on Windows stays until the next start.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** A version that a window started with lately may be used by it without a lease. */
async function isOld(folder: string): Promise<boolean> {
  const made = await stat(folder).catch(() => null); // gone meanwhile: nothing to remove
  return made !== null && Date.now() - made.mtimeMs > keptWithoutLeaseMs;
}

function isFileError(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}
