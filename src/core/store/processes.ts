import { execFile } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { errorCode, isMissing } from './errors';

const run = promisify(execFile);

/** `started` is null where the system does not tell it. */
type Look = { there: false } | { there: true; started: string | null };

/**
 * When a process started, as text that is only ever compared with itself: process ids are used again, the pair of id
 * and start is not. Null when the process is gone (or ended and not yet reaped) or the system does not tell.
 */
export async function processStartTime(pid: number): Promise<string | null> {
  const look = await lookAt(pid);
  return look.there ? look.started : null;
}

/**
 * True when the process that had this id and start still lives. Where either start is not known, the id alone decides:
 * a second agent is worse than one that waits.
 */
export async function isSameProcess(pid: number, started: string | null): Promise<boolean> {
  const look = await lookAt(pid);
  if (!look.there) return false;
  return started === null || look.started === null || look.started === started;
}

let ownStart: Promise<string | null> | null = null;

/** When this process started; asked of the system once. */
export function ownStartTime(): Promise<string | null> {
  ownStart ??= processStartTime(process.pid);
  return ownStart;
}

let host: string | null = null;

/**
 * Names the table of processes in which a process id means something. The machine's name alone would not do: WSL has
 * the name of its Windows, and a container may be given the name of its host.
 */
export function hostId(): string {
  if (host === null) {
    let namespace = '';
    if (process.platform === 'linux') {
      try {
        namespace = `/${readlinkSync('/proc/self/ns/pid').replace(/\D+/g, '')}`;
      } catch {
        // No namespaces in this kernel: there is one table of processes only.
      }
    }
    host = `${hostname()}/${process.platform}${namespace}`;
  }
  return host;
}

async function lookAt(pid: number): Promise<Look> {
  // 0 and negative numbers would mean whole groups of processes.
  if (!Number.isSafeInteger(pid) || pid <= 0) return { there: false };
  if (process.platform === 'linux') return await lookOnLinux(pid);
  if (!exists(pid)) {
    kept.delete(pid);
    return { there: false };
  }
  const known = kept.get(pid);
  if (known !== undefined && performance.now() - known.at < keepMs) return known.look;
  const look = process.platform === 'win32' ? await lookOnWindows(pid) : await lookWithPs(pid);
  kept.set(pid, { look, at: performance.now() });
  return look;
}

// Where a look costs a process of its own, a live process is taken for the same one for a while.
const keepMs = 30_000;
const kept = new Map<number, { look: Look; at: number }>();

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and another user's.
    return errorCode(error) === 'EPERM';
  }
}

let bootId: Promise<string> | null = null;

/** proc(5): field 3 of `/proc/<pid>/stat` is the state, field 22 the start in clock ticks since boot. */
async function lookOnLinux(pid: number): Promise<Look> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    const gone = isMissing(error) || errorCode(error) === 'ESRCH';
    // With /proc hidden or absent the id is all there is.
    return gone && !exists(pid) ? { there: false } : { there: exists(pid), started: null };
  }
  // The program's name stands in parentheses and may hold anything, parentheses too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const ticks = fields[19];
  if (state === 'Z' || state === 'X') return { there: false };
  if (ticks === undefined) return { there: true, started: null };
  // Ticks count from boot, so after a restart another process may have the same pair.
  bootId ??= readFile('/proc/sys/kernel/random/boot_id', 'latin1').then(
    (id) => id.slice(0, 8),
    () => '', // not told in this sandbox: the ticks alone
  );
  return { there: true, started: `${await bootId}:${ticks}` };
}

/** macOS and the BSDs. The zone is fixed, because `lstart` is local time and two processes may disagree on it. */
async function lookWithPs(pid: number): Promise<Look> {
  try {
    const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
    const args = ['-o', 'state=', '-o', 'lstart=', '-p', String(pid)];
    const { stdout } = await run('ps', args, { env, timeout: 10_000 });
    const [state, ...started] = stdout.trim().split(/\s+/);
    if (state === undefined || state === '' || state.startsWith('Z')) return { there: false };
    return { there: true, started: started.length > 0 ? started.join(' ') : null };
  } catch {
    // `ps` says 1 for a process that ended meanwhile; any other failure leaves the id as the only evidence.
    return exists(pid) ? { there: true, started: null } : { there: false };
  }
}

async function lookOnWindows(pid: number): Promise<Look> {
  const root = process.env.SystemRoot ?? 'C:\\Windows';
  const powershell = join(root, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  const script =
    `$p = Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}';` +
    `if ($p) { $p.CreationDate.ToUniversalTime().ToString('o') }`;
  try {
    const args = ['-NoProfile', '-NonInteractive', '-Command', script];
    const { stdout } = await run(powershell, args, { timeout: 20_000, windowsHide: true });
    const started = stdout.trim();
    return started === '' ? { there: exists(pid), started: null } : { there: true, started };
  } catch {
    // PowerShell may be forbidden here: the id is then the only evidence.
    return exists(pid) ? { there: true, started: null } : { there: false };
  }
}
