import assert from 'node:assert/strict';
import path from 'node:path';
import type { Host } from '../../../../src/core/ports';
import {
  type BudgetsAtStart,
  budgetsAtStart,
  type StartingAgent,
} from '../../../../src/core/tasks/usage/budgetsAtStart';
import { writePlan } from '../../cli/support';
import { makeRepository, memoryFolder, testEnvironment, withTempDir } from '../../support/repositories';
import { testHost, withOpen } from '../host';

const text = (more: string) => `---\ntitle: T\nbudget: { usd: 0.1 }\n${more}---\nDo it.\n`;
const tasks = {
  silent: text('type: feature\nagent: claude\n'),
  auto: text('type: architecture\nagent: codex\nmodel: auto\n'),
  named: text('type: feature\nagent: claude\nmodel: opus\n'),
  any: text('type: feature\nagent: opencode\n'),
  typeless: text('agent: claude\n'),
};

type ExpectedOf = (task: keyof typeof tasks, o?: Partial<StartingAgent>) => Promise<BudgetsAtStart['expected']>;

async function asked(fn: (expected: ExpectedOf) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const root = await makeRepository(dir);
    await writePlan(root, 'p', tasks);
    const home = path.join(dir, 'home');
    const env = testEnvironment({ HOME: home, USERPROFILE: home });
    for (const name of ['CLAUDE_CONFIG_DIR', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'CODEX_HOME']) delete env[name];
    const host: Host = { ...testHost(), env };
    await withOpen(
      root,
      ({ context }) =>
        fn(async (task, o = {}) => {
          const budgets = await budgetsAtStart(context, { plan: 'p', task }, { begun: false, ...o });
          return budgets?.expected ?? null;
        }),
      host,
    );
  }, memoryFolder());
}

describe('what a task is expected to cost before it starts', () => {
  it('without a model: in money too, at the price of the one that the rules name, and says that it is assumed', () =>
    asked(async (expected) => {
      const silent = await expected('silent');
      assert.equal(silent?.assumed, 'claude-sonnet-5-5');
      assert.deepEqual(silent?.usd, [0.15, 0.5]);
      const auto = await expected('auto');
      assert.equal(auto?.assumed, 'gpt-6.2-astra');
      assert.ok((auto?.usd?.[1] ?? 0) > 0);
    }));

  it('with a model: at its price, and nothing is assumed; "auto" of the caller beats the file', () =>
    asked(async (expected) => {
      const named = await expected('named');
      assert.deepEqual([named?.usd, named?.assumed], [[0.3, 1], undefined]);
      assert.equal((await expected('silent', { model: 'haiku' }))?.assumed, undefined);
      assert.equal((await expected('named', { model: 'auto' }))?.assumed, 'claude-sonnet-5-5');
    }));

  it('of an agent that runs any vendor’s models: in tokens alone, unless the caller takes another agent', () =>
    asked(async (expected) => {
      assert.deepEqual(await expected('any'), { usd: null, tokens: [15_000, 50_000] });
      assert.match((await expected('any', { agent: 'gemini' }))?.assumed ?? '', /^gemini-/);
    }));

  it('without a type: nobody can tell', () =>
    asked(async (expected) => {
      assert.equal(await expected('typeless'), null);
    }));
});
