import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { TaskRef } from '../contract/plan';
import { readLayoutWithoutGit } from '../core/git/repository';
import { openRepository, parseRef, type Repository } from '../core/openRepository';
import { type Host, type Log, nodeVariables, type OwnCommand, type Settings } from '../core/ports';
import { layerSettings, type SettingsFile, settingsFileSchema } from '../core/settings';
import { exitCodes, UsageError } from './exitCodes';
import { note } from './output';

/** Options that every command has. */
export interface GlobalOptions {
  readonly C?: string | undefined;
  readonly json?: boolean | undefined;
}

/** What a command works with. */
export interface CliContext {
  readonly repository: Repository;
  readonly json: boolean;
}

/** The log goes to standard error, and only when asked for: a script reads our output. */
function stderrLog(env: NodeJS.ProcessEnv): Log {
  const levels = ['error', 'warn', 'info', 'debug'];
  const wanted = levels.indexOf(env.SWITCHYARD_LOG ?? 'warn');
  const at = (level: string) => (message: string) => {
    if (levels.indexOf(level) <= wanted) note(`switchyard: ${level}: ${message}`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/**
 * Opens the repository of `-C` or the current directory.
 * @param actor a runner writes what the agent does, every other command what a person or script decided
 */
export async function openCli(
  o: GlobalOptions,
  version: string,
  actor: 'cli' | 'runner' = 'cli',
  env: NodeJS.ProcessEnv = process.env,
): Promise<CliContext> {
  const cwd = path.resolve(o.C ?? '.');
  const log = stderrLog(env);
  const given = await readGivenSettings(env);
  // The program of git may be set in the mirror, and is needed before the repository is known.
  const early = await findStoreDir(cwd);
  let settings = layerSettings(early === null ? {} : await readMirror(early, log), given);
  const host: Host = {
    log,
    settings: () => settings,
    env,
    actor,
    window: env.SWITCHYARD_WINDOW ?? null,
    version,
    cli: ownCommand(),
    ...(env.SWITCHYARD_LAUNCHER_DIR === undefined ? {} : { launcherDir: env.SWITCHYARD_LAUNCHER_DIR }),
  };
  const repository = await openRepository(cwd, host);
  if (repository.layout.storeDir !== early) {
    settings = layerSettings(await readMirror(repository.layout.storeDir, log), given);
  }
  return { repository, json: o.json === true };
}

/** How this very program is called again. */
function ownCommand(): OwnCommand {
  const script = process.argv[1];
  return {
    command: process.execPath,
    args: script === undefined ? [] : [path.resolve(script)],
    env: nodeVariables(process.versions),
  };
}

/** What `SWITCHYARD_SETTINGS` says over the defaults: for what needs no repository. */
export async function settingsOutside(env: NodeJS.ProcessEnv): Promise<Settings> {
  return layerSettings(await readGivenSettings(env));
}

async function readGivenSettings(env: NodeJS.ProcessEnv): Promise<SettingsFile> {
  const file = env.SWITCHYARD_SETTINGS;
  if (file === undefined || file === '') return {};
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`SWITCHYARD_SETTINGS names ${file}, which cannot be read: ${String(error)}`);
  }
  return parseSettings(text, file);
}

/** @throws UsageError */
function parseSettings(text: string, file: string): SettingsFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is no JSON: ${error instanceof Error ? error.message : error}`);
  }
  const parsed = settingsFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageError(`${file}: ${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'is wrong'}`);
}

/** What trusted windows left of their settings. A damaged mirror must not stop the command line. */
async function readMirror(storeDir: string, log: Log): Promise<SettingsFile> {
  const file = path.join(storeDir, 'cache', 'settings.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    // No window has written it yet: the defaults hold.
    return {};
  }
  try {
    return parseSettings(text, file);
  } catch (error) {
    log.warn(`${error instanceof Error ? error.message : error}; the defaults are used.`);
    return {};
  }
}

/** The store of the worktree that `cwd` is in, found without git; null where only git can tell. */
async function findStoreDir(cwd: string): Promise<string | null> {
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    const layout = await readLayoutWithoutGit(folder);
    if (layout !== null) return layout.storeDir;
    if (path.dirname(folder) === folder) return null;
  }
}

/** @throws UsageError when it is not `<plan>/<task>` */
export function refOf(text: string): TaskRef {
  const ref = parseRef(text);
  if (ref === null) throw new UsageError(`${JSON.stringify(text)} names no task: write <plan>/<task>.`);
  return ref;
}

/**
 * Aborts at Ctrl-C and at a request to end, for commands that can be cancelled. A second Ctrl-C ends at once.
 *
 * The listeners stay: the library below our locks raises a signal anew when it finds itself the only listener left,
 * and what is to be undone would be cut off.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    abort();
  });
  process.on('SIGTERM', abort);
  process.on('SIGHUP', abort);
  return controller.signal;
}
