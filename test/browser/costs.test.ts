import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type AgentHome, prepareAgentHome } from '../harness/agentHomes';
import { makeDashboardRepository } from '../harness/dashboardRepository';
import { ModelServer } from '../harness/modelServer';
import { openWorkbench, type Session } from '../harness/openWorkbench';
import type { SampleRepository } from '../harness/sampleRepository';
import { agentStarts } from '../harness/taskEvents';
import { waitFor } from '../harness/waitFor';
import type { Workbench } from '../harness/workbench';

const plan = 'activity-dashboard';
const updateMs = 2_000;

/** Holds the stand-in model's answer until the test opens it. */
class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

/**
 * Cost in the status bar, step by step in one session. One agent's records are written by the test, as Claude Code writes
 * them; the other is the real Claude Code, and only its model is a stand-in.
 */
describe('cost in the status bar', () => {
  let repository: SampleRepository;
  let home: AgentHome;
  let session: Session;
  let first: Workbench;
  let second: Workbench;
  let worktree: string;
  const gates = [new Gate(), new Gate()] as const;

  before(async () => {
    repository = await makeDashboardRepository('claude');
    const model = await ModelServer.start();
    // Of the model that Claude Code takes by itself the price does not matter here: money moves with each answer.
    const counts = { input: 1_000, cacheWrite: 0, cacheRead: 0, output: 100_000 };
    model.script(
      'Serve the activity of one user',
      { say: 'I read my brief.', run: 'true', counts, after: gates[0].opened },
      { say: 'That is all.', counts, after: gates[1].opened },
    );
    home = await prepareAgentHome(model.url, [repository.root]);
    session = await openWorkbench(repository.root, { environment: home.environment });
    first = session.workbench;
    const folder = `${path.basename(repository.root)}-worktrees`;
    worktree = path.join(await realpath(path.dirname(repository.root)), folder, 'api');
  });

  after(() => session?.close());

  /** What the item says, without its icon; null: it is not there. */
  async function costIn(workbench: Workbench): Promise<string | null> {
    const [item] = await workbench.statusBar(/^Cost of agents/);
    return item?.text ?? null;
  }

  /** Sums of dollars, as the item has them. */
  async function dollarsIn(workbench: Workbench): Promise<number[]> {
    return [...((await costIn(workbench)) ?? '').matchAll(/\$([\d,]+\.\d\d)/g)].map(([, sum = '']) =>
      Number(sum.replaceAll(',', '')),
    );
  }

  const projects = () => path.join(home.home, '.claude/projects');

  /** One answer by Opus 5.5, of whose output a million tokens are twenty dollars. */
  async function answer(o: { cwd: string; session: string; output: number }): Promise<Date> {
    const folder = path.join(projects(), o.cwd.replace(/[^a-zA-Z0-9]/g, '-'));
    await mkdir(folder, { recursive: true });
    const usage = { input_tokens: 0, output_tokens: o.output, service_tier: 'standard' };
    const message = { id: `msg_${randomUUID()}`, role: 'assistant', model: 'claude-opus-5-5', content: [], usage };
    const at = new Date();
    const line = {
      ...{ type: 'assistant', uuid: randomUUID(), sessionId: o.session, cwd: o.cwd, isSidechain: false },
      ...{ requestId: `req_${randomUUID()}`, timestamp: at.toISOString(), message },
    };
    await appendFile(path.join(folder, `${o.session}.jsonl`), `${JSON.stringify(line)}\n`);
    return at;
  }

  /** Time from a record until a window shows this. */
  async function shownAfter(written: number, what: string, workbench: Workbench, text: string): Promise<void> {
    await waitFor(what, async () => (await costIn(workbench)) === text, { deadlineMs: 30_000, everyMs: 10 });
    const ms = Date.now() - written;
    console.log(`      ${what}: ${ms.toFixed(0)} ms`);
    assert.ok(ms <= updateMs, `${what}: ${ms} ms`);
  }

  it('is not there while nothing was used', async () => {
    await first.openContainer('Switchyard');
    await first.tree('Tasks').waitForRow('four tasks', ({ description }) => description === '4 tasks');
    assert.equal(await costIn(first), null);
  });

  it('comes with the first record of a person, and moves within 2 s of the next', async () => {
    const own = { cwd: repository.root, session: randomUUID() };
    await answer({ ...own, output: 50_000 });
    // Nobody knew of this agent until now.
    await waitFor('what was used', async () => (await costIn(first)) === '$1.00 today', { deadlineMs: 30_000 });
    for (const [output, text] of [
      [10_000, '$1.20 today'],
      [1_000, '$1.22 today'],
    ] as const) {
      const at = await answer({ ...own, output });
      await shownAfter(at.getTime(), `record written → ${text}`, first, text);
    }
    await first.screenshot('cost-today');
  });

  it('moves within 2 s while a real agent works on a task', async () => {
    await first.tree('Tasks').inlineAction('Task API endpoint', 'Dispatch Task');
    const starts = () => agentStarts(repository.root, { plan, task: 'api' });
    const [started] = await waitFor('the agent', async () => (await starts()).length > 0 && starts(), {
      deadlineMs: 90_000,
    });
    const transcript = async () => {
      for (const folder of await readdir(projects())) {
        const file = path.join(projects(), folder, `${started?.session}.jsonl`);
        const facts = await stat(file).catch(() => null);
        if (facts !== null) return facts;
      }
      return null;
    };
    let before = (await dollarsIn(first))[0] ?? 0;
    assert.equal(before, 1.22);
    for (const gate of gates) {
      const moved = waitFor('the status bar to move', async () => ((await dollarsIn(first))[0] ?? 0) > before, {
        deadlineMs: 60_000,
        everyMs: 10,
      }).then(() => Date.now());
      gate.open();
      const shown = await moved;
      // It was written before it was shown; the last write may even have come after.
      const written = (await transcript())?.mtimeMs ?? 0;
      console.log(`      transcript written → shown: ${(shown - written).toFixed(0)} ms (${await costIn(first)})`);
      assert.ok(shown - written <= updateMs, `${shown - written} ms`);
      before = (await dollarsIn(first))[0] ?? 0;
    }
    assert.match((await costIn(first)) ?? '', /^\$\d+\.\d\d today · \$\d+\.\d\d plan$/);
    await first.screenshot('cost-agent');
  });

  it('says the same in a second window', async () => {
    second = await session.open(worktree);
    const same = async () => {
      const texts = await Promise.all([costIn(first), costIn(second)]);
      return texts[0] !== null && texts[0] === texts[1];
    };
    await waitFor('both windows to say the same', same, { deadlineMs: 30_000 });
    const own = { cwd: worktree, session: randomUUID() };
    const before = await dollarsIn(first);
    const at = await answer({ ...own, output: 500_000 });
    const text = `$${((before[0] ?? 0) + 10).toFixed(2)} today · $${((before[1] ?? 0) + 10).toFixed(2)} plan`;
    await Promise.all([
      shownAfter(at.getTime(), 'record written → first window', first, text),
      shownAfter(at.getTime(), 'record written → second window', second, text),
    ]);
    await second.screenshot('cost-second-window');
  });

  it('shows what each task used at the pointer, and has the colour of a warning only when a budget is used up', async () => {
    const item = first.page.locator('.part.statusbar .statusbar-item[aria-label^="Cost of agents"]');
    await item.hover();
    const tooltip = first.page.locator('.monaco-hover table');
    await tooltip.first().waitFor({ timeout: 15_000 });
    assert.match((await tooltip.first().innerText()).replace(/\s+/g, ' '), /Task Tokens Cost.*API endpoint.*Today/);
    await first.screenshot('cost-tooltip');
    await item.locator('a').click();
    await first.page.locator('.part.editor .tabs-container .tab[aria-label^="Costs"]').waitFor({ timeout: 15_000 });
    await first.page.mouse.move(10, 300);
    const isWarning = async () => /warning-kind/.test((await item.getAttribute('class')) ?? '');
    assert.equal(await isWarning(), false);
    const file = path.join(repository.root, '.switchyard', plan, 'plan.md');
    const text = await readFile(file, 'utf8');
    await writeFile(
      file,
      text.replace(/^title: .*$/m, (title) => `${title}\nbudget:\n  usd: 5`),
    );
    await waitFor('the warning', isWarning, { deadlineMs: 30_000 });
    const [shown] = await first.statusBar(/^Cost of agents/);
    assert.match(shown?.name ?? '', /A budget is used up/);
    await first.screenshot('cost-over-budget');
    await writeFile(file, text);
    await waitFor('no warning', async () => !(await isWarning()), { deadlineMs: 30_000 });
  });
});
