import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Settings } from '../ports';
import type { Agent } from './agent';
import { AgentError } from './errors';

/** Where to look; tests give another platform. */
interface SearchPlace {
  readonly path: string;
  readonly extensions: readonly string[];
}

/**
 * Finds the program of an agent: the setting `agentPaths`, else PATH (with PATHEXT on Windows).
 *
 * On Windows the result may be a `.cmd` shim of npm. Start it with execa (cross-spawn inside), which calls `cmd.exe`
 * with every argument escaped; `launch` keeps line breaks out of the arguments of such programs.
 *
 * @returns an absolute path, or null for an agent that needs no program of its own
 * @throws AgentError `missing-program`
 */
export async function findProgram(
  agent: Agent,
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  const set = settings.agentPaths[agent.name];
  if (set !== undefined && set !== '') {
    const found = await lookUp(expandHome(set), env);
    if (found !== null) return found;
    throw new AgentError(
      'missing-program',
      `${agent.title} cannot start: the setting "switchyard.agentPaths" names ${JSON.stringify(set)} for "${agent.name}", which is no program.`,
      agent.name,
    );
  }
  if (agent.program === null) return null;
  const found = await lookUp(agent.program, env);
  if (found !== null) return found;
  const install = agent.install === null ? '' : ` Install it (${agent.install}) or`;
  throw new AgentError(
    'missing-program',
    `${agent.title} cannot start: the program ${JSON.stringify(agent.program)} is not on PATH.${install === '' ? ' Put' : `${install} put`} its path into the setting "switchyard.agentPaths" under "${agent.name}".`,
    agent.name,
  );
}

function expandHome(name: string): string {
  return name.startsWith('~/') || name.startsWith('~\\') ? path.join(homedir(), name.slice(2)) : name;
}

async function lookUp(name: string, env: Readonly<Record<string, string | undefined>>): Promise<string | null> {
  const place = searchPlace(env);
  const hasFolder = name.includes('/') || (process.platform === 'win32' && name.includes('\\'));
  // A relative PATH entry means another program in every directory: it is skipped, as is the current directory,
  // which Windows would search first and which is a worktree that others write to.
  const folders = hasFolder ? [''] : place.path.split(path.delimiter).map(unquote).filter(path.isAbsolute);
  if (hasFolder && !path.isAbsolute(name)) return null;
  for (const folder of folders) {
    for (const extension of place.extensions) {
      const file = path.join(folder, name + extension);
      if (await isProgram(file)) return file;
    }
  }
  return null;
}

function searchPlace(env: Readonly<Record<string, string | undefined>>): SearchPlace {
  if (process.platform !== 'win32') return { path: env.PATH ?? '', extensions: [''] };
  const get = (wanted: string) => Object.entries(env).find(([key]) => key.toUpperCase() === wanted)?.[1];
  const listed = (get('PATHEXT') ?? '.COM;.EXE;.BAT;.CMD').split(';').filter((extension) => extension !== '');
  // The bare name only matters when it carries its extension already ("claude.exe").
  return { path: get('PATH') ?? '', extensions: [...listed, ''] };
}

function unquote(folder: string): string {
  return folder.replace(/^"(.*)"$/, '$1');
}

async function isProgram(file: string): Promise<boolean> {
  try {
    if (!(await stat(file)).isFile()) return false;
    if (process.platform === 'win32') return path.extname(file) !== '';
    await access(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not ours to execute: the search goes on.
    return false;
  }
}
