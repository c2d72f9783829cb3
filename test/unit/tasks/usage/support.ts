import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openRepository, type Repository } from '../../../../src/core/openRepository';
import { defaultSettings, type Host, type Settings, silentLog } from '../../../../src/core/ports';
import { Monitor } from '../../../../src/core/tasks/monitor';
import type { DutyView } from '../../../../src/core/tasks/monitorViews';
import type { CostTools } from '../../../../src/core/tasks/usage/costTools';
import type { CostTiming } from '../../../../src/core/tasks/usage/holderPace';
import { LiveCosts } from '../../../../src/core/tasks/usage/liveCosts';
import { openWorkerCosts } from '../../../../src/core/tasks/usage/workerCosts';
import { writePlan } from '../../cli/support';
import { makeRepository, memoryFolder, testEnvironment, withTempDir } from '../../support/repositories';
import { lookingAt, type Opened, taskText } from '../support';

/** Claude Code's folder of records, and what is written there as it writes it. */
export class Records {
  #answers = 0;

  constructor(readonly home: string) {}

  fileOf(cwd: string, session: string): string {
    return path.join(this.home, 'projects', cwd.replace(/[^a-zA-Z0-9]/g, '-'), `${session}.jsonl`);
  }

  /** One answer of a model: by the list of 2026, a thousand tokens of Opus 5.5's output are two cents. */
  async answer(cwd: string, o: { session?: string; output?: number; model?: string; at?: Date } = {}): Promise<void> {
    const file = this.fileOf(cwd, o.session ?? 's1');
    await mkdir(path.dirname(file), { recursive: true });
    await appendFile(file, `${this.line(cwd, o)}\n`);
  }

  line(cwd: string, o: { session?: string; output?: number; model?: string; at?: Date } = {}): string {
    this.#answers += 1;
    const usage = {
      input_tokens: 0,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: o.output ?? 1000,
      service_tier: 'standard',
    };
    const id = `msg_${this.#answers}`;
    const model = o.model ?? 'claude-opus-5-5';
    return JSON.stringify({
      parentUuid: null,
      isSidechain: false,
      cwd,
      sessionId: o.session ?? 's1',
      version: '2.1.197',
      message: { id, type: 'message', role: 'assistant', model, content: [{ type: 'text', text: 'Done.' }], usage },
      requestId: `req_${this.#answers}`,
      type: 'assistant',
      uuid: `u-${this.#answers}`,
      timestamp: (o.at ?? new Date()).toISOString(),
    });
  }

  /** Instead of a whole line. */
  async raw(cwd: string, session: string, text: string): Promise<void> {
    const file = this.fileOf(cwd, session);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'a' });
  }
}

/** One window of the editor, without the editor. */
export interface CostWindow {
  readonly repository: Repository;
  readonly monitor: Monitor;
  readonly costs: LiveCosts;
  settled(): Promise<void>;
  close(): Promise<void>;
}

export function costHost(home: string, settings: Partial<Settings> = {}): Host {
  return {
    log: silentLog,
    settings: () => ({ ...defaultSettings, fetchBase: false, ...settings }),
    // No records of whoever runs the tests.
    env: testEnvironment({ CLAUDE_CONFIG_DIR: home, ...elsewhere(home) }),
    actor: 'window',
    window: null,
    version: '0',
  };
}

function elsewhere(home: string): Record<string, string> {
  const names = ['CODEX_HOME', 'OPENCODE_DATA_DIR', 'COPILOT_HOME', 'GEMINI_CLI_HOME', 'XDG_CONFIG_HOME'];
  return Object.fromEntries(names.map((name) => [name, path.join(home, 'none', name)]));
}

export async function openCostWindow(
  repository: Repository,
  o: { duty?: DutyView | null; timing?: Partial<CostTiming>; tools?: () => CostTools } = {},
): Promise<CostWindow> {
  const duty = o.duty ?? null;
  const { context } = repository;
  const costs = new LiveCosts({
    context,
    duty,
    tools: o.tools ?? (() => openWorkerCosts(context)),
    timing: o.timing,
  });
  const monitor = new Monitor(context, duty, null, costs);
  await monitor.start();
  await costs.start(monitor);
  return {
    repository,
    monitor,
    costs,
    async settled() {
      await monitor.settled();
      await costs.settled();
      await monitor.settled();
    },
    async close() {
      costs.dispose();
      monitor.dispose();
      await monitor.settled();
      await costs.settled();
      repository.dispose();
    },
  };
}

export interface WithRecords extends Opened {
  readonly records: Records;
}

/** A repository with the plan `p`, these tasks with their worktrees, and a folder of records. */
export async function withRecords(
  ids: readonly string[],
  fn: (o: WithRecords) => Promise<void>,
  o: { task?: (id: string) => string; settings?: Partial<Settings> } = {},
): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    await writePlan(root, 'p', Object.fromEntries(ids.map((id) => [id, taskText(id, o.task?.(id))])));
    const home = path.join(dir, 'claude');
    const repository = await openRepository(root, costHost(home, o.settings));
    try {
      for (const id of ids) await repository.tasks.prepare({ plan: 'p', task: id }, { purpose: 'spawn' });
      await fn({ dir, root, repository, records: new Records(home), ...lookingAt(repository) });
    } finally {
      repository.dispose();
    }
  }, memoryFolder());
}
