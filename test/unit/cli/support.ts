import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { commandLine } from '../../../scripts/commandLine.mjs';
import { openCli, refOf } from '../../../src/cli/context';
import type { SpawnJson, TaskRow } from '../../../src/contract/json';
import type { Repository } from '../../../src/core/openRepository';
import { programsFolder } from '../support/bundled';
import { testEnvironment } from '../support/repositories';

const root = path.resolve(import.meta.dirname, '../../..');
let bundle: Promise<string> | null = null;

/** The command line as it ships, with the programs of its threads, bundled once per test run. */
export function cliFile(): Promise<string> {
  bundle ??= builtOnce();
  return bundle;
}

async function builtOnce(): Promise<string> {
  const dir = path.join(programsFolder(), 'cli');
  if (!existsSync(dir)) {
    const made = await build(`${dir}.${process.pid}`);
    // Another process of the same run may have been quicker: its programs are the same.
    await rename(made, dir).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(dir)) throw error;
    });
  }
  return path.join(dir, 'cli.js');
}

async function build(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  // Where the grammars come from.
  await symlink(path.join(root, 'node_modules'), path.join(dir, 'node_modules'), 'junction');
  const builds = commandLine(dir).map((options) =>
    esbuild.build({ ...options, absWorkingDir: root, logLevel: 'warning' }),
  );
  await Promise.all(builds);
  return dir;
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Record<string, string>;
  readonly input?: string;
}

/** The environment of a command: the tests' own git configuration, and no agent's terminal around it. */
export function cliEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const env = testEnvironment({ SWITCHYARD_DEMO_SECONDS: '0', ...extra });
  return env;
}

/** Starts the command line; the caller ends it. */
export async function startCli(cwd: string, args: readonly string[], o: CliOptions = {}): Promise<ChildProcess> {
  return spawn(process.execPath, [await cliFile(), ...args], { cwd, env: cliEnvironment(o.env), stdio: 'pipe' });
}

/** Runs the command line to its end. */
export async function cli(cwd: string, args: readonly string[], o: CliOptions = {}): Promise<CliResult> {
  const child = await startCli(cwd, args, o);
  child.stdin?.end(o.input ?? '');
  return finished(child);
}

export async function finished(child: ChildProcess): Promise<CliResult> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs and parses; fails with what was said when the exit code is another. */
export async function cliJson<T>(
  cwd: string,
  args: readonly string[],
  o: CliOptions & { code?: number } = {},
): Promise<T> {
  const result = await cli(cwd, [...args, '--json'], o);
  if (result.code !== (o.code ?? 0)) {
    throw new Error(`switchyard ${args.join(' ')} ended with ${result.code}: ${result.stderr}${result.stdout}`);
  }
  return JSON.parse(result.stdout) as T;
}

/**
 * The core as a command opens it that is run there, in this process: for what a test prepares or looks at, while what
 * it is about goes through the command line.
 */
export async function withCore<T>(
  cwd: string,
  fn: (repository: Repository) => Promise<T>,
  o: CliOptions = {},
): Promise<T> {
  const { repository } = await openCli({ C: cwd }, '0', 'cli', cliEnvironment({ SWITCHYARD_LOG: 'error', ...o.env }));
  try {
    return await fn(repository);
  } finally {
    repository.dispose();
  }
}

/** Branches and worktrees, ready to work in: what `spawn` makes. */
export function spawnTasks(cwd: string, names: readonly string[], o: CliOptions = {}): Promise<SpawnJson['tasks']> {
  return withCore(
    cwd,
    async ({ tasks }) => {
      const made: SpawnJson['tasks'][number][] = [];
      for (const { ref, branch, worktree } of await tasks.prepareAll(names.map(refOf), { purpose: 'spawn' })) {
        const options = { output: 'stderr', headless: true, onNote: () => undefined } as const;
        const { copied, leftOut, setup, ports } = await tasks.makeReady(ref, options);
        made.push({ ...ref, branch, worktree, copied, leftOut, setup: { exit: setup.exit }, ports });
      }
      return made;
    },
    o,
  );
}

/** The row that `tasks` shows now. */
export async function taskRow(cwd: string, name: string, o: CliOptions = {}): Promise<TaskRow> {
  const tasks = await withCore(
    cwd,
    async (repository) => {
      await repository.tasks.reconcile();
      return repository.tasks.rows();
    },
    o,
  );
  const row = tasks.find((task) => `${task.plan}/${task.task}` === name);
  if (row === undefined) throw new Error(`No row ${name} among ${tasks.map((t) => t.task).join(', ')}`);
  return row;
}

/** Waits for a condition, looking often; fails with `what`, and what `seen` tells, after the deadline. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | false | undefined>,
  ms = 45_000,
  seen: () => string = () => '',
): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false && found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`Not within ${ms} ms: ${what}${seen()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Whether a process still runs; one that ended and waits for its parent to notice does not. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = process.platform === 'linux' ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return false;
  }
}

/** A plan with task files; front matter and instructions as given. */
export async function writePlan(
  repository: string,
  plan: string,
  tasks: Record<string, string>,
  planText = '---\ntitle: A plan\n---\n',
): Promise<string> {
  const dir = path.join(repository, '.switchyard', plan);
  await mkdir(dir, { recursive: true });
  await writeFile(path.join(dir, 'plan.md'), planText);
  for (const [name, text] of Object.entries(tasks)) await writeFile(path.join(dir, `${name}.md`), text);
  return dir;
}

/** An agent of the tests' own: a Node script that notes how it was called in a file, and then does what it is told. */
export interface TestAgent {
  /** `SWITCHYARD_SETTINGS` for the commands. */
  readonly env: Record<string, string>;
  /** What the agent noted at each of its starts. */
  starts(): Promise<AgentStart[]>;
}

export interface AgentStart {
  readonly pid: number;
  readonly cwd: string;
  readonly args: readonly string[];
  readonly brief: string;
  readonly env: Record<string, string>;
}

/**
 * @param body runs after the note is written; `cwd` is the worktree, `fs` and `path` are there
 */
export async function makeAgent(dir: string, body: string, settings: Record<string, unknown> = {}): Promise<TestAgent> {
  const script = path.join(dir, 'agent.cjs');
  const notes = path.join(dir, 'agent-starts.jsonl');
  await writeFile(
    script,
    `const fs = require('node:fs'); const path = require('node:path');
const [mode, session, briefFile] = process.argv.slice(2);
const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => /^(SWITCHYARD|GIT|VSCODE|ELECTRON|NODE_OPTIONS|PATH)/.test(key)));
fs.appendFileSync(${JSON.stringify(notes)}, JSON.stringify({ pid: process.pid, cwd: process.cwd(), args: [mode, session], brief: briefFile ? fs.readFileSync(briefFile, 'utf8') : '', env }) + '\\n');
${body}
`,
  );
  const file = path.join(dir, 'settings.json');
  const command = (mode: string) => [process.execPath, script, mode, '{session}', '{briefFile}'];
  const agent = { command: command('new'), resume: command('resume') };
  await writeFile(file, JSON.stringify({ customAgents: { test: agent }, defaultAgent: 'test', ...settings }));
  return {
    env: { SWITCHYARD_SETTINGS: file },
    async starts() {
      const text = await readFile(notes, 'utf8').catch(() => '');
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as AgentStart);
    },
  };
}

/** Bodies of test agents. */
export const bodies = {
  commits: `fs.writeFileSync('made.txt', 'made\\n');
const { execFileSync } = require('node:child_process');
execFileSync('git', ['add', 'made.txt']); execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'made']);`,
  /** Lives until told to end. */
  stays: `setInterval(() => {}, 1000);`,
  fails: `process.exit(3);`,
};
