import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { RecordPlaces, RecordRoot } from './records';

/** A file into which an agent writes what it used, one for each session. */
export interface UsageFile {
  /** Absolute. */
  readonly path: string;
  readonly session: string;
  /** The agent's working directory. */
  readonly cwd: string;
}

/** First line of a usage file, which says whose it is; all lines after it are the agent's. */
export const headerMark = 'switchyard';

/**
 * Folder of the usage files of agents that keep no records of their own. It is the user's, not a repository's: like other
 * agents' records they outlive worktrees and clones.
 */
export function usageFolder(agent: string, places: RecordPlaces): string {
  return folderIn(dataFolder(places) ?? usualDataFolder(places), agent);
}

/**
 * Where usage files of an agent are looked for: also in the usual folder, as an editor that came as a snap or in a
 * container has another one than a terminal outside of it.
 */
export function usageRoots(agent: string, places: RecordPlaces): RecordRoot[] {
  const folders = new Set([usageFolder(agent, places), folderIn(usualDataFolder(places), agent)]);
  return [...folders].map((dir) => ({
    dir,
    descends: () => false,
    holds: (relative) => relative.endsWith('.jsonl'),
  }));
}

/** A name may hold anything; what a path could not stand is written as its number. */
function folderIn(data: string, agent: string): string {
  const name = agent.replace(/[^A-Za-z0-9_-]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  return path.join(data, 'switchyard', 'usage', name);
}

/** What the environment names; null: nothing of use. */
function dataFolder({ env, platform }: RecordPlaces): string | null {
  const told = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_DATA_HOME;
  return told !== undefined && path.isAbsolute(told) ? told : null;
}

function usualDataFolder({ home, platform }: RecordPlaces): string {
  if (platform === 'win32') return path.join(home, 'AppData', 'Local');
  return platform === 'darwin' ? path.join(home, 'Library', 'Application Support') : path.join(home, '.local', 'share');
}

/**
 * The usage file of a session.
 * @param env the agent's environment, by which the folder is found
 */
export function usageFileFor(
  agent: string,
  o: {
    readonly session: string;
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly platform?: NodeJS.Platform | undefined;
  },
): UsageFile {
  const platform = o.platform ?? process.platform;
  const home = (platform === 'win32' ? o.env.USERPROFILE : o.env.HOME) ?? homedir();
  const folder = usageFolder(agent, { env: o.env, home, platform });
  // Ids of sessions are ours, or were written into the store by us; a file's name is made of them all the same.
  const file = `${o.session.replace(/[^A-Za-z0-9_-]/g, '_')}.jsonl`;
  return { path: path.join(folder, file), session: o.session, cwd: o.cwd };
}

/**
 * Makes a usage file with its first line, where it is not there yet.
 * @throws Error of the file system: then what the agent writes goes nowhere, which must not keep it from working
 */
export async function prepareUsageFile(file: UsageFile): Promise<void> {
  await mkdir(path.dirname(file.path), { recursive: true, mode: 0o700 });
  const header = JSON.stringify({ [headerMark]: 1, session: file.session, cwd: file.cwd });
  try {
    await writeFile(file.path, `${header}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
