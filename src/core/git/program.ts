import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { getVariable } from './environment';

/**
 * The absolute path of `name` on PATH, or null. Searched here and not left to the system, because Windows looks into
 * the child's working folder first, which is a repository that anybody may have filled; relative entries of PATH are
 * passed over for the same reason.
 */
export async function findOnPath(name: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const windows = process.platform === 'win32';
  const endings = windows ? ['.exe', '.cmd', '.bat', '.com'] : [''];
  for (const entry of (getVariable(env, 'PATH') ?? '').split(path.delimiter)) {
    const folder = windows ? entry.replace(/^"(.*)"$/, '$1') : entry;
    if (!path.isAbsolute(folder)) continue;
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      if (await isProgram(file)) return file;
    }
  }
  return null;
}

/** Whether `file` is a file that may be executed. */
export async function isProgram(file: string): Promise<boolean> {
  try {
    if (!(await stat(file)).isFile()) return false;
    await access(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us: the same answer, "not a program we can start".
    return false;
  }
}
