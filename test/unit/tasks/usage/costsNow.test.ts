import assert from 'node:assert/strict';
import fs from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { createGit } from '../../../../src/core/git/git';
import type { Repository } from '../../../../src/core/openRepository';
import { type Host, silentLog } from '../../../../src/core/ports';
import { budgetsAtStart } from '../../../../src/core/tasks/usage/budgetsAtStart';
import { costsNow } from '../../../../src/core/tasks/usage/costsNow';
import { writePlan } from '../../cli/support';
import { makeRepository, memoryFolder, testEnvironment, withTempDir } from '../../support/repositories';
import { testHost, withOpen } from '../host';
import { taskText } from '../support';

const sessions = 40;
const answers = 250;
const tokens = sessions * answers * 10;
const a = { plan: 'p', task: 'a' };

/** As Claude Code writes it, with a text of the usual length. */
function line(cwd: string, session: number, count: number): string {
  const id = `${session}-${count}`;
  const usage = { input_tokens: 0, output_tokens: 10 };
  const content = [{ type: 'text', text: 'So it is. '.repeat(200) }];
  const message = { id: `m${id}`, type: 'message', role: 'assistant', model: 'claude-haiku-4-5', content, usage };
  const about = { cwd, sessionId: `s${session}`, timestamp: '2026-11-21T10:00:00.000Z', isSidechain: false };
  return `${JSON.stringify({ type: 'assistant', ...about, uuid: `u${id}`, requestId: `r${id}`, message })}\n`;
}

async function withRecords(actor: Host['actor'], fn: (o: { repository: Repository; home: string }) => Promise<void>) {
  await withTempDir(async (dir) => {
    const home = path.join(dir, 'home');
    const root = await makeRepository(dir);
    await writePlan(root, 'p', { a: taskText('A', 'budget: { tokens: 1000 }\n') });
    const folder = path.join(home, '.claude/projects/any');
    await mkdir(folder, { recursive: true });
    for (let session = 0; session < sessions; session += 1) {
      const text = Array.from({ length: answers }, (_, count) => line(root, session, count)).join('');
      await writeFile(path.join(folder, `s${session}.jsonl`), text);
    }
    const env = testEnvironment({ HOME: home, USERPROFILE: home });
    for (const name of ['CLAUDE_CONFIG_DIR', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'CODEX_HOME']) delete env[name];
    const host: Host = { ...testHost(), actor, env };
    await withOpen(root, (repository) => fn({ repository, home }), host);
  }, memoryFolder());
}

/** Files below a folder that this very thread opens meanwhile. */
async function openedHere(below: string, action: () => Promise<void>): Promise<string[]> {
  const { openSync } = fs;
  const opened: string[] = [];
  fs.openSync = (file, ...more) => {
    if (String(file).startsWith(below)) opened.push(String(file));
    return openSync(file, ...more);
  };
  syncBuiltinESMExports();
  try {
    await action();
  } finally {
    fs.openSync = openSync;
    syncBuiltinESMExports();
  }
  return opened;
}

/** The longest time for which this thread answered nobody, in ms. */
async function longestStep(action: () => Promise<void>): Promise<number> {
  let [last, longest] = [performance.now(), 0];
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const watch = setInterval(look, 1);
  await action().finally(() => clearInterval(watch));
  look();
  return longest;
}

describe('what was used until now', function () {
  this.timeout(90_000);

  async function read(actor: Host['actor']): Promise<{ opened: number; step: number }> {
    let result = { opened: 0, step: 0 };
    await withRecords(actor, async ({ repository, home }) => {
      let step = 0;
      const opened = await openedHere(home, async () => {
        step = await longestStep(async () => {
          const { usage } = await costsNow(repository.context);
          assert.equal(
            usage.buckets.reduce((sum, bucket) => sum + bucket.tokens.output, 0),
            tokens,
          );
        });
      });
      result = { opened: opened.length, step };
    });
    return result;
  }

  it('is read in another thread by a window that nobody answers', async () => {
    // The first time, what is called is compiled, which is not what is measured.
    if (process.env.SWITCHYARD_LONG !== undefined) await read('window');
    const window = await read('window');
    assert.equal(window.opened, 0);
    const command = await read('cli');
    assert.equal(command.opened, sessions, 'a command reads for itself');
    console.log(
      `      longest step: ${window.step.toFixed(0)} ms in a window, ${command.step.toFixed(0)} in a command`,
    );
    // Other processes take the processor as they like: only a machine of one's own tells times.
    if (process.env.SWITCHYARD_LONG !== undefined) assert.ok(window.step <= 20, `${window.step} ms`);
  });

  it('is unknown, and no error, to a start when it cannot be read', async () => {
    await withRecords('cli', async ({ repository: { context } }) => {
      const git = createGit({ gitPath: path.join(context.layout.commonDir, 'no-git'), env: {}, log: silentLog });
      const budgets = await budgetsAtStart({ ...context, git }, a, { begun: false });
      assert.match(budgets?.unread ?? '', /git/);
      assert.deepEqual(
        budgets?.uses.map(({ scope, level, used }) => [scope, level, used]),
        [['task', 'unknown', { usd: null, tokens: 0, atLeast: true }]],
      );
    });
  });
});
