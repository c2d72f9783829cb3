import type { DiffResult, LogResult, SimpleGit, StatusResult } from 'simple-git';
import { errorOfExit, GitError } from './errors';

/**
 * Everyday questions whose answers simple-git truly parses. Only these: its `raw()` resolves on exit 1 with empty
 * standard error, so a conflict would look like success; whatever needs exit codes goes through `Git.run`.
 */
export interface Porcelain {
  /** @param options further arguments of `git status`. */
  status(options?: readonly string[]): Promise<StatusResult>;
  /** @param options arguments of `git log`, e.g. `['--max-count=20', '<full id>..<full id>']`. */
  log(options?: readonly string[]): Promise<LogResult>;
  /** @param options arguments of `git diff --stat`, e.g. `['<full id>']`. */
  diffSummary(options?: readonly string[]): Promise<DiffResult>;
}

interface PorcelainDeps {
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly program: () => Promise<string>;
  readonly inPool: <T>(task: () => Promise<T>) => Promise<T>;
  readonly onStart: () => void;
  readonly onEnd: (args: readonly string[], ms: number, exitCode: number | null) => void;
}

/** Programs that a read never starts, and whose mere presence simple-git refuses. */
const leftOut =
  /^(EDITOR|VISUAL|PAGER|PREFIX|SSH_ASKPASS|GIT_(ASKPASS|EDITOR|SEQUENCE_EDITOR|PAGER|SSH|SSH_COMMAND|SSH_VARIANT|PROXY_COMMAND|EXTERNAL_DIFF|TEMPLATE_DIR))$/i;

export function createPorcelain(deps: PorcelainDeps): Porcelain {
  const ask = <T>(question: (git: SimpleGit) => Promise<T>) =>
    deps.inPool(async () => {
      try {
        return await question(await open(deps));
      } catch (error) {
        throw GitError.is(error) ? error : errorOfExit(['porcelain'], deps.cwd, exitCodeOf(error), String(error));
      }
    });
  return {
    status: (options = []) => ask(async (git) => git.status([...options])),
    log: (options = []) => ask(async (git) => git.log([...options])),
    diffSummary: (options = []) => ask(async (git) => git.diffSummary([...options])),
  };
}

async function open(deps: PorcelainDeps): Promise<SimpleGit> {
  const program = await deps.program();
  // Loaded at first use: most short-lived processes never ask these questions.
  const { simpleGit } = await import('simple-git');
  const env = Object.fromEntries(Object.entries(deps.env).filter(([key]) => !leftOut.test(key)));
  env.GIT_OPTIONAL_LOCKS = '0';
  const git = simpleGit({
    baseDir: deps.cwd,
    binary: program,
    maxConcurrentProcesses: 1,
    allowEnvironment: Object.keys(env),
    timeout: { block: 60_000 },
    // The program's path is the user's own setting or an entry of PATH; the environment, with any configuration in
    // it (GIT_CONFIG_COUNT of a container or a CI), is the user's own too. Arguments stay guarded.
    unsafe: {
      allowUnsafeCustomBinary: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeConfigEnvCount: true,
      allowUnsafeCredentialHelper: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeInclude: true,
      allowUnsafeUrlRewrite: true,
    },
  });
  return git.env(env).outputHandler((_program, stdout, _stderr, args) => {
    const began = performance.now();
    deps.onStart();
    stdout.once('close', () => deps.onEnd(args, performance.now() - began, null));
  });
}

/** simple-git's errors carry no exit code in their type; the task's own is kept when it is there. */
function exitCodeOf(error: unknown): number | null {
  const code = (error as { exitCode?: unknown } | null)?.exitCode;
  return typeof code === 'number' ? code : null;
}
