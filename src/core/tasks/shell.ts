import { execa } from 'execa';
import { userShell } from '../agents/human/launch';

/**
 * An interactive shell in a worktree, in this terminal, until it ends. Ctrl-C is the shell's own business meanwhile;
 * a hang-up or a request to end is passed on to it.
 */
export async function openShell(worktree: string, env: Readonly<Record<string, string>>): Promise<void> {
  const child = execa(userShell(env, process.platform), [], {
    cwd: worktree,
    env: { ...env },
    extendEnv: false,
    stdio: 'inherit',
    reject: false,
    buffer: false,
  });
  const ignore = () => undefined;
  const pass = (signal: NodeJS.Signals) => {
    child.kill(signal);
  };
  process.on('SIGINT', ignore);
  process.on('SIGTERM', pass);
  process.on('SIGHUP', pass);
  try {
    await child;
  } finally {
    process.off('SIGINT', ignore);
    process.off('SIGTERM', pass);
    process.off('SIGHUP', pass);
  }
}
