import type { CommandResult } from '../../contract/events';
import { startAgent } from './agentProcess';

export interface SetupOptions {
  readonly worktree: string;
  readonly env: Readonly<Record<string, string>>;
  /** Without a terminal: the commands get no standard input, and lead a process group of their own. */
  readonly headless: boolean;
  readonly output: 'inherit' | 'stderr';
  readonly onNote?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SetupResult {
  /** Up to the first that did not end with 0. */
  readonly commands: readonly CommandResult[];
  /** Of the last one; null: ended by a signal. */
  readonly exit: number | null;
}

/**
 * Runs set-up commands in a worktree, one after another, each by the platform's shell (`/bin/sh -c`, `cmd.exe /d /s /c`)
 * with the terminal's input and output. A command that the signal cuts off is ended with everything it started.
 * @throws the system's error when the shell cannot be started
 */
export async function runSetup(lines: readonly string[], o: SetupOptions): Promise<SetupResult> {
  const commands: CommandResult[] = [];
  for (const [index, line] of lines.entries()) {
    if (o.signal?.aborted) return { commands, exit: null };
    o.onNote?.(`set-up ${index + 1} of ${lines.length}: ${line}`);
    const result = await runLine(line, o);
    commands.push(result);
    if (result.exit !== 0) return { commands, exit: result.exit };
  }
  return { commands, exit: 0 };
}

async function runLine(line: string, o: SetupOptions): Promise<CommandResult> {
  const began = performance.now();
  const { worktree: cwd, headless, output } = o;
  const running = await startAgent(
    { command: line, args: [], env: o.env, input: null },
    { cwd, headless, output, shell: true },
  );
  const stop = () => running.stop('SIGTERM');
  o.signal?.addEventListener('abort', stop);
  if (o.signal?.aborted) stop();
  try {
    const { exit } = await running.ended;
    return { command: line, exit, ms: Math.round(performance.now() - began) };
  } finally {
    o.signal?.removeEventListener('abort', stop);
  }
}
