// Child processes for the scripts: started in a group of their own, ended with everything they started.
// Plain Node 20: this runs before `npm ci`.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** Marks every process of one run, so that the ones that left their group are found as well. */
export const runMarker = 'SWITCHYARD_TEST_RUN';

const posix = process.platform !== 'win32';

/**
 * Sends a signal to a child and its process group; on Windows the tree is ended by taskkill.
 * @param {number} pid @param {NodeJS.Signals} signal
 */
export function killGroup(pid, signal) {
  if (!posix) {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Gone already is what was wanted; anything else must be seen.
    if (error.code !== 'ESRCH') throw error;
  }
}

/**
 * Ends every process whose environment carries `name=value`. Agents in terminals lead sessions of their own, so no
 * process group reaches them; the marker in the environment does (Linux only: elsewhere the group has to do).
 * @param {string} name @param {string} value @returns {number} how many were ended
 */
export function killMarked(name, value) {
  if (process.platform !== 'linux') return 0;
  const needle = `${name}=${value}`;
  let ended = 0;
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      if (!readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0').includes(needle)) continue;
      process.kill(pid, 'SIGKILL');
      ended += 1;
    } catch {
      // Ended while we looked, or another user's: neither is ours to end.
    }
  }
  return ended;
}

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, deadlineMs?: number, onChild?: (pid: number) => void}} [options]
 *   `quiet` keeps the output for the result instead of showing it
 * @returns {Promise<{code: number, output: string, timedOut: boolean}>} code 127 when the program could not be started
 */
export function run(command, args, options = {}) {
  const { cwd, env = process.env, quiet = false, deadlineMs, onChild } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      detached: posix,
      windowsHide: true,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    if (child.pid !== undefined) onChild?.(child.pid);
    let output = '';
    let timedOut = false;
    child.stdout?.on('data', (data) => {
      output += data;
    });
    child.stderr?.on('data', (data) => {
      output += data;
    });
    const timer =
      deadlineMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            if (child.pid !== undefined) killGroup(child.pid, 'SIGKILL');
          }, deadlineMs);
    const finish = (code, text) => {
      clearTimeout(timer);
      forget(child.pid);
      resolve({ code, output: output + text, timedOut });
    };
    remember(child.pid);
    child.on('error', (error) => finish(127, `${error.message}\n`));
    // 'exit', not 'close': a grandchild that kept our pipe open must not make us wait for it.
    child.on('exit', (code, signal) => setImmediate(finish, code ?? (signal ? 128 : 1), ''));
  });
}

/** @type {Set<number>} */
const living = new Set();
const remember = (pid) => pid !== undefined && living.add(pid);
const forget = (pid) => living.delete(pid);

/** Ends what this process still has running: for the handlers of signals. */
export function killLiving() {
  for (const pid of living) killGroup(pid, 'SIGKILL');
}
