import { execa } from 'execa';

/** How long a process may take to end after it was asked to, before it is killed and its pipes are let go. */
const graceMs = 2_000;

interface WatchOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly ownGroup?: boolean;
}

interface Stoppable {
  readonly pid?: number | undefined;
  kill(signal: 'SIGTERM' | 'SIGKILL'): boolean;
  readonly stdout: { destroy(): unknown } | null;
  readonly stderr: { destroy(): unknown } | null;
}

/**
 * Ends `child` at the timeout or the signal. First politely: git then removes its lock files and half-made worktrees
 * itself. After the grace the pipes are let go too, because a grandchild (ssh, a hook) that holds them open would
 * otherwise keep us waiting for ever.
 */
export function watchProcess(
  child: Stoppable,
  { timeoutMs = 60_000, signal, ownGroup = false }: WatchOptions,
): { readonly ended: 'timeout' | 'cancelled' | null; dispose: () => void } {
  let ended: 'timeout' | 'cancelled' | null = null;
  let grace: NodeJS.Timeout | undefined;
  const stop = (why: 'timeout' | 'cancelled') => {
    if (ended !== null) return;
    ended = why;
    endProcess(child, 'SIGTERM', ownGroup);
    grace = setTimeout(() => {
      endProcess(child, 'SIGKILL', ownGroup);
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, graceMs);
  };
  const onAbort = () => stop('cancelled');
  const timer = setTimeout(() => stop('timeout'), timeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    get ended() {
      return ended;
    },
    dispose: () => {
      clearTimeout(timer);
      clearTimeout(grace);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}

function endProcess(child: Stoppable, signal: 'SIGTERM' | 'SIGKILL', ownGroup: boolean): void {
  if (!ownGroup || child.pid === undefined) {
    child.kill(signal);
  } else if (process.platform === 'win32') {
    execa('taskkill', ['/pid', String(child.pid), '/T', '/F'], { reject: false, stdio: 'ignore' }).catch(() => {
      // Windows without taskkill: at least the root of the tree.
      child.kill(signal);
    });
  } else {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // The whole group is gone already.
    }
  }
}
