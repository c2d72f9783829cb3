import { execa } from 'execa';
import { childEnvironment } from '../../git/environment';
import { processStartTime } from '../../store/processes';
import { isInside } from '../paths';
import type { WorkingProcess } from '../state/target';
import { taskFrom } from './processesOnLinux';

/**
 * Every process in a folder, asked of `lsof`, which comes with macOS: working directory, root and program of all.
 * null: it did not answer.
 */
export async function listWithLsof(folder: string): Promise<WorkingProcess[] | null> {
  const stdout = await answerOf('lsof', ['-w', '-n', '-P', '-d', 'cwd,rtd,txt', '-F', 'pRcn']);
  if (stdout === null || stdout === '') return null;
  const found = parseLsof(stdout).filter(
    ({ pid, parent, name, paths }) =>
      pid !== process.pid &&
      !(name === 'git' && parent === process.pid) &&
      paths.some((each) => each !== '/' && isInside(each, folder)),
  );
  const environments = await environmentsOf(found.map(({ pid }) => pid));
  return Promise.all(
    found.map(async ({ pid, name }) => {
      const task = taskFrom(environments.get(pid) ?? [], folder);
      return { pid, name, started: await processStartTime(pid), task };
    }),
  );
}

interface OpenFiles {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly paths: string[];
}

/** Parses `lsof -F pRcn` (lsof(8), "OUTPUT FOR OTHER PROGRAMS"): one field a line, its kind the first character. */
export function parseLsof(text: string): OpenFiles[] {
  const processes: { pid: number; parent: number; name: string; paths: string[] }[] = [];
  for (const line of text.split('\n')) {
    const value = line.slice(1);
    const current = processes.at(-1);
    if (line.startsWith('p')) processes.push({ pid: Number(value), parent: 0, name: '', paths: [] });
    else if (current === undefined) continue;
    else if (line.startsWith('R')) current.parent = Number(value);
    else if (line.startsWith('c')) current.name = value;
    else if (line.startsWith('n')) current.paths.push(value);
  }
  return processes;
}

/** `ps -E` puts the environment behind the command, for the user's own processes. */
async function environmentsOf(pids: readonly number[]): Promise<Map<number, string[]>> {
  const byPid = new Map<number, string[]>();
  if (pids.length === 0) return byPid;
  const stdout = await answerOf('ps', ['-E', '-ww', '-o', 'pid=,command=', '-p', pids.join(',')]);
  for (const line of (stdout ?? '').split('\n')) {
    const pid = Number(/^\s*(\d+)/.exec(line)?.[1]);
    // Words are parted by blanks, so a path with blanks runs up to the next variable.
    byPid.set(
      pid,
      line.split(/ (?=[A-Za-z_]\w*=)/).map((word) => word.trim()),
    );
  }
  return byPid;
}

/** `lsof` says 1 when it could not look at everything, which is always. */
async function answerOf(program: string, args: readonly string[]): Promise<string | null> {
  const env = childEnvironment(process.env, { LC_ALL: 'C' });
  const result = await execa(program, [...args], {
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: 20_000,
  });
  return result.exitCode === undefined ? null : result.stdout;
}
