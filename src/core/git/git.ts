import { execa } from 'execa';
import pLimit from 'p-limit';
import { Emitter, type Event } from '../event';
import type { Log } from '../ports';
import { childEnvironment } from './environment';
import { commandOf, errorOfExit, GitError } from './errors';
import { isFolder } from './layoutFiles';
import { createPorcelain, type Porcelain } from './porcelain';
import { watchProcess } from './processWatch';
import { findOnPath, isProgram } from './program';

export interface GitRunOptions {
  /** Absolute folder the process starts in. */
  readonly cwd: string;
  /** A read takes no optional locks, so that it never makes somebody else's commit fail. Default true. */
  readonly read?: boolean;
  readonly input?: string | Uint8Array;
  /** On top of the environment of the door. */
  readonly env?: Record<string, string>;
  /** Counted from the start of the process, not from the wait for a place in the pool. Default 60,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Exit codes that are answers; any other throws. Default `[0]`. */
  readonly okExitCodes?: readonly number[];
  /**
   * Start it as the head of a process group of its own, and end the whole group at the timeout or the signal: for
   * commands whose children (checkout, ssh, hooks) do the work. They then have no terminal to ask questions on.
   */
  readonly ownGroup?: boolean;
  /** Told the process id at once, for journals that must know whether a process of a dead parent still lives. */
  readonly onSpawn?: (pid: number) => void;
  /** Bytes of standard output after which the process is ended. Default 256 MiB. */
  readonly maxBuffer?: number;
}

export interface GitResult {
  readonly exitCode: number;
  /** Standard output as UTF-8, nothing trimmed. */
  readonly stdout: string;
  readonly stdoutBytes: Buffer;
  readonly stderr: string;
}

export interface GitVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** As git says it, e.g. `2.39.5 (Apple Git-154)`. */
  readonly text: string;
}

export interface GitRun {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly ms: number;
  readonly exitCode: number | null;
}

/** The one place where git processes start. */
export interface Git {
  /** @throws GitError no-git, timeout, cancelled, dubious-ownership, no-repository, locked, bare or failed. */
  run(args: readonly string[], o: GitRunOptions): Promise<GitResult>;
  /** Parsed everyday answers through simple-git: same program, environment and pool. */
  porcelain(cwd: string): Porcelain;
  /** Asked once. @throws GitError no-git */
  version(): Promise<GitVersion>;
  /** Processes this instance has started. */
  readonly started: number;
  readonly onDidRun: Event<GitRun>;
}

export interface GitOptions {
  /** Path of the program; null: `git` on PATH. */
  readonly gitPath: string | null;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Processes at once. Default 4. */
  readonly concurrency?: number;
}

export function createGit(o: GitOptions): Git {
  return new GitDoor(o);
}

class GitDoor implements Git {
  readonly #pool;
  readonly #log: Log;
  readonly #gitPath: string | null;
  readonly #env: Record<string, string>;
  readonly #onDidRun: Emitter<GitRun>;
  readonly onDidRun: Event<GitRun>;
  #started = 0;
  #program: Promise<string> | undefined;
  #version: Promise<GitVersion> | undefined;

  constructor(o: GitOptions) {
    this.#pool = pLimit(o.concurrency ?? 4);
    this.#log = o.log;
    this.#gitPath = o.gitPath === '' ? null : o.gitPath;
    // C: git's words are matched. No terminal prompt: nobody would see it, and the process would wait for ever.
    this.#env = childEnvironment(o.env, { LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' });
    this.#onDidRun = new Emitter((error) => o.log.error(`A listener of the git door failed: ${String(error)}`));
    this.onDidRun = this.#onDidRun.event;
  }

  get started(): number {
    return this.#started;
  }

  run(args: readonly string[], o: GitRunOptions): Promise<GitResult> {
    return this.#pool(() => this.#start(args, o));
  }

  porcelain(cwd: string): Porcelain {
    return createPorcelain({
      cwd,
      env: this.#env,
      program: () => this.#findProgram(),
      inPool: (task) => this.#pool(task),
      onStart: () => {
        this.#started += 1;
      },
      onEnd: (args, ms, exitCode) => this.#report(args, cwd, ms, exitCode),
    });
  }

  version(): Promise<GitVersion> {
    this.#version ??= this.#readVersion().catch((error: unknown) => {
      // Not kept: the user may install git while we run.
      this.#version = undefined;
      throw error;
    });
    return this.#version;
  }

  async #readVersion(): Promise<GitVersion> {
    const { stdout } = await this.run(['--version'], { cwd: process.cwd(), timeoutMs: 10_000 });
    const match = /^git version (\d+)\.(\d+)(?:\.(\d+))?/.exec(stdout);
    if (match === null) {
      throw new GitError('no-git', `${await this.#findProgram()} is not git: it does not tell a version of git.`, {
        args: ['--version'],
      });
    }
    return {
      major: Number(match[1]),
      minor: Number(match[2]),
      patch: Number(match[3] ?? 0),
      text: stdout.replace(/^git version /, '').trim(),
    };
  }

  #findProgram(): Promise<string> {
    this.#program ??= this.#lookUpProgram().catch((error: unknown) => {
      this.#program = undefined;
      throw error;
    });
    return this.#program;
  }

  async #lookUpProgram(): Promise<string> {
    if (this.#gitPath !== null) {
      if (await isProgram(this.#gitPath)) return this.#gitPath;
      throw new GitError('no-git', `There is no program ${this.#gitPath}; correct the setting that names git.`);
    }
    const found = await findOnPath('git', this.#env);
    if (found !== null) return found;
    throw new GitError(
      'no-git',
      'git was not found on PATH; install git 2.39 or newer, or name its path in a setting.',
    );
  }

  async #start(args: readonly string[], o: GitRunOptions): Promise<GitResult> {
    const failure = { args, cwd: o.cwd };
    if (o.signal?.aborted) throw new GitError('cancelled', `git ${commandOf(args)} was cancelled.`, failure);
    const program = await this.#findProgram();
    const began = performance.now();
    this.#started += 1;
    const child = execa(program, [...args], {
      cwd: o.cwd,
      env: { ...this.#env, ...(o.read === false ? {} : { GIT_OPTIONAL_LOCKS: '0' }), ...o.env },
      extendEnv: false,
      encoding: 'buffer',
      stripFinalNewline: false,
      reject: false,
      // Windows has no process groups; there the tree is ended by its root.
      detached: o.ownGroup === true && process.platform !== 'win32',
      maxBuffer: o.maxBuffer ?? 256 * 1024 * 1024,
      ...(o.input === undefined ? { stdin: 'ignore' as const } : { input: o.input }),
    });
    if (child.pid !== undefined) o.onSpawn?.(child.pid);
    const watch = watchProcess(child, o);
    const result = await child.finally(watch.dispose);
    const ms = performance.now() - began;
    const exitCode = result.exitCode ?? null;
    this.#report(args, o.cwd, ms, exitCode);
    const stderr = Buffer.from(result.stderr ?? '').toString('utf8');
    if (watch.ended === 'timeout') {
      const seconds = Math.round((o.timeoutMs ?? 60_000) / 100) / 10;
      throw new GitError('timeout', `git ${commandOf(args)} gave no answer within ${seconds} s in ${o.cwd}.`, {
        ...failure,
        stderr,
      });
    }
    if (watch.ended === 'cancelled') {
      throw new GitError('cancelled', `git ${commandOf(args)} was cancelled.`, { ...failure, stderr });
    }
    if (exitCode === null || result.isMaxBuffer) throw await this.#notRun(args, o.cwd, program, result, stderr);
    if (!(o.okExitCodes ?? [0]).includes(exitCode)) throw errorOfExit(args, o.cwd, exitCode, stderr);
    return new Result(exitCode, Buffer.from(result.stdout), stderr);
  }

  /** The error for a process that never started, was ended by a signal, or said too much. */
  async #notRun(
    args: readonly string[],
    cwd: string,
    program: string,
    result: { code?: string | undefined; isMaxBuffer: boolean; originalMessage?: string | undefined },
    stderr: string,
  ): Promise<GitError> {
    const failure = { args, cwd, stderr, cause: result };
    if (result.isMaxBuffer) {
      return new GitError(
        'failed',
        `git ${commandOf(args)} printed more than can be kept in memory in ${cwd}.`,
        failure,
      );
    }
    if (result.code === undefined) return errorOfExit(args, cwd, null, stderr);
    if (!(await isFolder(cwd))) {
      return new GitError('no-repository', `The folder ${cwd} does not exist; open one that does.`, failure);
    }
    // The program may have been replaced or removed since it was found.
    this.#program = undefined;
    const why = result.originalMessage ?? result.code;
    return new GitError('no-git', `${program} could not be started (${why}); install git 2.39 or newer.`, failure);
  }

  #report(args: readonly string[], cwd: string, ms: number, exitCode: number | null): void {
    this.#log.debug(`git ${args.join(' ')} [${cwd}] ${Math.round(ms)} ms, exit ${exitCode ?? 'by signal'}`);
    this.#onDidRun.fire({ args, cwd, ms, exitCode });
  }
}

class Result implements GitResult {
  #text: string | undefined;

  constructor(
    readonly exitCode: number,
    readonly stdoutBytes: Buffer,
    readonly stderr: string,
  ) {}

  get stdout(): string {
    this.#text ??= this.stdoutBytes.toString('utf8');
    return this.#text;
  }
}
