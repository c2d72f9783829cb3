import { strict as assert } from 'node:assert';
import type { Browser } from 'playwright-core';
import type { CostsRecord, CostsRecords, CostsSnapshot, CostsView } from '../../src/protocol/costs';
import { launchBrowser } from '../harness/browser';
import { type CostsPanelPage, openCostsPage } from '../harness/costsPage';
import { mainThreadTasks } from '../harness/mainThread';
import type { ThemeKind } from '../harness/themes';
import { waitFor } from '../harness/waitFor';
import type { WebviewPageOptions } from '../harness/webviewPage';
import { aYear, bucket, costFacts, costState, costsSnapshot, fewWeeks, tokens } from '../unit/extension/costFacts';

const all = { period: 'all' } as const;

function record(changes: Partial<CostsRecord> = {}): CostsRecord {
  const rates = { input: 4, output: 20, cacheWrite5m: 5, cacheWrite1h: 8, cacheRead: 0.2 };
  return {
    ...{ agent: 'claude', session: 'session-1', model: 'claude-opus-5-5', at: '2026-11-20T10:00:00.000Z' },
    ...{ file: '/home/ada/.claude/projects/-repo/6f0a.jsonl', line: 12, tokens: tokens(), usd: 0.93 },
    price: { ...rates, source: 'platform.claude.com', since: '2026-09-01' },
    ...changes,
  };
}

function recordsOf(changes: Partial<CostsRecords> = {}): CostsRecords {
  const sum = { tokens: tokens(), usd: 33.11, atLeast: false, sessions: 4, answers: 70 };
  const list = [record(), record({ line: 9, price: null, usd: null, model: null, at: null })];
  return { figure: { task: 'dashboard/api' }, state: 'shown', sum, kept: 3, list, problem: null, ...changes };
}

/** Few weeks, with the records of a task opened. */
function opened(changes: Partial<CostsRecords> = {}): CostsSnapshot {
  const records = recordsOf(changes);
  return costsSnapshot({ ...fewWeeks(), records }, { ...all, figure: records.figure });
}

describe('the page of costs', function () {
  this.timeout(60_000);
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });

  after(() => browser.close());

  const open = (o?: WebviewPageOptions) => openCostsPage(browser, o);

  async function lastView(panel: CostsPanelPage): Promise<CostsView> {
    const said = (await panel.posted()).findLast(({ kind }) => kind === 'view');
    assert.ok(said?.kind === 'view');
    return said.view;
  }

  for (const theme of ['dark', 'light', 'highContrast', 'highContrastLight'] as const satisfies readonly ThemeKind[]) {
    it(`has nothing serious for an accessibility checker in ${theme}, with records and without`, async () => {
      const panel = await open({ theme, height: 1350 });
      await panel.show(costsSnapshot(fewWeeks(), all));
      assert.deepEqual(await panel.seriousFindings(), []);
      await panel.screenshot(theme);
      // Opened by the reader, else it is not theirs to see.
      await panel.page.getByRole('button', { name: /^Activity API: / }).click();
      await panel.show(opened());
      assert.ok(await panel.page.locator('aside').isVisible());
      assert.deepEqual(await panel.seriousFindings(), []);
      await panel.screenshot(`${theme}-records`);
      assert.deepEqual(panel.problems, []);
      await panel.page.close();
    });
  }

  it('is used with the keyboard alone: sorts, groups, opens records and their file, and comes back', async () => {
    const panel = await open();
    const { page } = panel;
    await panel.show(costsSnapshot(fewWeeks(), all));
    await panel.send({ kind: 'focus' });
    await waitFor('the table has the keyboard', async () => (await panel.focused()).startsWith('manual/search: '));
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    assert.match(await panel.focused(), /^Elsewhere in this repository: \$7\.10, show records$/);
    await page.keyboard.press('Home');
    for (const _ of [1, 2, 3]) await page.keyboard.press('ArrowDown');
    assert.match(await panel.focused(), /^Activity API: /);
    await page.keyboard.press('Enter');
    assert.deepEqual((await lastView(panel)).figure, { task: 'dashboard/api' });
    await panel.show(opened());
    assert.equal(await panel.focused(), 'Records of dashboard/api');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    assert.match(await panel.focused(), /^6f0a\.jsonl:12, open .* at line 12$/);
    await page.keyboard.press('Enter');
    const file = '/home/ada/.claude/projects/-repo/6f0a.jsonl';
    assert.deepEqual((await panel.posted()).at(-1), { kind: 'openFile', file, line: 12 });
    await page.keyboard.press('Escape');
    assert.match(await panel.focused(), /^Activity API: /);
    assert.equal((await lastView(panel)).figure, null);
    // A row that moves while figures grow keeps the keyboard.
    await panel.show(costsSnapshot(fewWeeks(), { ...all, sort: { column: 'name', descending: true } }));
    assert.match(await panel.focused(), /^Activity API: /);
    await page.getByRole('button', { name: 'Cache reads' }).focus();
    await page.keyboard.press('Enter');
    assert.deepEqual((await lastView(panel)).sort, { column: 'cacheRead', descending: true });
    await page.getByRole('radio', { name: 'Task' }).focus();
    await page.keyboard.press('ArrowRight');
    const view = await lastView(panel);
    assert.deepEqual([view.by, view.sort.column], ['type', 'usd']);
    await page.close();
  });

  it('tells a screen reader how the table is sorted, and keeps the records that nobody asked for to itself', async () => {
    const panel = await open();
    const { page } = panel;
    await panel.show(costsSnapshot(fewWeeks(), { ...all, sort: { column: 'output', descending: false } }));
    const sorted = page.locator('th[aria-sort]');
    assert.deepEqual(await sorted.evaluateAll((heads) => heads.map((head) => [head.textContent, head.ariaSort])), [
      ['Output', 'ascending'],
    ]);
    // Closed meanwhile: what still comes is not shown.
    await panel.show(opened());
    assert.equal(await page.locator('aside').isVisible(), false);
    await page.close();
  });

  it('says the chart in a table too, counts tokens when asked, and opens a column', async () => {
    const panel = await open();
    const { page } = panel;
    await panel.show(costsSnapshot(fewWeeks(), all));
    const picture = page.locator('.picture svg');
    assert.equal(await picture.getAttribute('role'), 'img');
    assert.ok(!(await page.locator('.legend').innerText()).includes('$0.00'));
    await page.getByText('As a table').click();
    const cells = page.locator('.behind tbody tr').last().locator('td');
    assert.deepEqual((await cells.allTextContents()).at(-1), '$20.29');
    await page.getByText('Tokens', { exact: true }).first().click();
    await panel.drawn();
    assert.match((await cells.allTextContents()).at(-1) ?? '', /^\d+(\.\d)?K$/);
    await page.locator('.piece').last().click();
    const figure = (await lastView(panel)).figure;
    assert.deepEqual(Object.keys(figure ?? {}), ['week', 'model']);
    await waitFor('the choice is kept', async () => (await panel.kept())?.chartTokens === true);
    await page.close();
  });

  it('is after a reload where it was', async () => {
    const panel = await open({ height: 500 });
    const { page } = panel;
    await panel.show(costsSnapshot(fewWeeks(), all));
    await page.getByText('All', { exact: true }).click();
    await page.getByText('Model', { exact: true }).click();
    await page.getByRole('combobox', { name: /^Plan/ }).selectOption({ label: 'The manual' });
    await page.locator('.content').evaluate((content) => content.scrollTo(0, 300));
    const kept = await waitFor('the place is kept', async () => {
      const state = await panel.kept();
      return state !== null && state.scroll > 0 && state.view.plan !== null ? state : undefined;
    });
    await page.reload();
    await page.waitForFunction("posted.some(({ kind }) => kind === 'ready')");
    const { by, period, plan } = await lastView(panel);
    assert.deepEqual([by, period, plan], ['model', 'all', 'manual']);
    await panel.show(costsSnapshot(fewWeeks(), kept.view));
    assert.equal(await page.locator('.content').evaluate((content) => content.scrollTop), kept.scroll);
    assert.ok(await page.getByRole('radio', { name: 'Model' }).isChecked());
    // What the host was asked to show goes before what was kept.
    await panel.send({ kind: 'look', view: { ...kept.view, by: 'task', plan: null } });
    await panel.show(costsSnapshot(fewWeeks(), all));
    assert.ok(await page.getByRole('radio', { name: 'Task' }).isChecked());
    await page.close();
  });

  it('shows names that are code as the text they are', async () => {
    const hostile = '<img src=x onerror=alert(1)>\u202egpj';
    const panel = await open();
    const state = costState([bucket(`${hostile}/${hostile}`, { model: hostile, agent: hostile, session: hostile })], {
      skipped: [{ agent: hostile, file: hostile, line: 1, reason: hostile }],
      quotas: [
        {
          agent: hostile,
          plan: hostile,
          at: hostile,
          windows: [{ minutes: 1, usedPercent: 1e300, resetsAt: hostile }],
        },
      ],
    });
    const records = recordsOf({
      list: [record({ file: hostile, model: hostile, session: hostile })],
      problem: hostile,
    });
    for (const by of ['task', 'model', 'agent', 'session'] as const) {
      await panel.show(
        costsSnapshot(costFacts(state, { records, titles: new Map([[`${hostile}/${hostile}`, hostile]]) }), {
          ...all,
          by,
        }),
      );
    }
    assert.equal(await panel.page.locator('img, main script').count(), 0);
    assert.ok(!(await panel.page.locator('body').innerText()).includes('\u202e'));
    assert.deepEqual(panel.problems, []);
    await panel.page.close();
  });

  it('takes no message that is none of its host', async () => {
    const panel = await open();
    await panel.show(costsSnapshot(fewWeeks(), all));
    for (const stray of [null, 1, {}, { kind: 'snapshot' }, { kind: 'snapshot', snapshot: { costs: { rows: 1 } } }]) {
      await panel.page.evaluate(`window.postMessage(${JSON.stringify(stray)}, '*')`);
    }
    await panel.drawn();
    assert.equal(await panel.page.locator('tr[data-row]').count(), 9);
    assert.deepEqual(panel.problems, []);
    await panel.page.close();
  });

  it('touches nothing where nothing changed', async () => {
    const panel = await open();
    await panel.show(costsSnapshot(fewWeeks(), all));
    await panel.page.evaluate(`
      window.touched = [];
      new MutationObserver((all) => touched.push(...all.map(({ target }) => target.className || target.nodeName)))
        .observe(document.querySelector('.content'), { subtree: true, childList: true, characterData: true, attributes: true });
    `);
    await panel.show(costsSnapshot(fewWeeks(), all));
    assert.deepEqual(await panel.page.evaluate('touched'), []);
    await panel.page.close();
  });

  it('stays readable when it is narrow, with long names, in forced colours', async () => {
    const panel = await open({ theme: 'light', width: 420, height: 1600, forcedColors: true });
    const long = 'a-very-long-name-'.repeat(12);
    const state = costState(
      [bucket(`${long}/${long}`, { model: long }), bucket(`${long}/b`, { model: null, usd: 0, priced: 0 })],
      {
        skipped: [{ agent: 'claude', file: `/home/${long}/${long}.jsonl`, line: 1, reason: long }],
        budgets: [
          {
            scope: 'plan',
            plan: long,
            task: null,
            period: null,
            budget: { usd: 1 },
            used: { usd: null, tokens: 1, atLeast: true },
            percent: 0,
            level: 'unknown',
          },
        ],
      },
    );
    await panel.show(costsSnapshot(costFacts(state), all));
    const width = await panel.page.evaluate<number>('document.documentElement.scrollWidth');
    assert.ok(width <= 420, `${width} pixels wide`);
    assert.deepEqual(await panel.seriousFindings(), []);
    await panel.screenshot('narrow');
    await panel.page.setViewportSize({ width: 1280, height: 900 });
    await panel.drawn();
    await panel.screenshot('long');
    await panel.page.close();
  });

  it('says that it reads, that there is nothing, that it failed, and what can be done', async () => {
    const panel = await open({ height: 500 });
    const empty = { title: 'Reading what agents have used…', text: 'A few seconds.', remedy: null, waiting: true };
    await panel.show({ ...costsSnapshot(null), empty });
    assert.ok(await panel.page.getByRole('progressbar').isVisible());
    await panel.screenshot('reading');
    await panel.show({
      ...costsSnapshot(null),
      empty: { ...empty, title: 'Nothing was spent yet', remedy: 'Spin an Agent', waiting: false },
    });
    await panel.screenshot('nothing');
    await panel.page.getByRole('button', { name: 'Spin an Agent' }).click();
    assert.deepEqual((await panel.posted()).at(-1), { kind: 'remedy' });
    // Nothing in this period is not nothing at all.
    await panel.show(costsSnapshot(costFacts(costState([bucket('a/b', { day: '2026-01-01' })])), { period: 'today' }));
    await panel.page.getByRole('button', { name: 'Show All' }).click();
    assert.equal((await lastView(panel)).period, 'all');
    await panel.screenshot('period');
    const failed = { ...fewWeeks().state, failure: 'The home folder may not be read.' };
    await panel.show(costsSnapshot({ ...fewWeeks(), state: failed }, all));
    assert.match(await panel.page.getByRole('alert').innerText(), /These figures are old: The home folder/);
    await panel.screenshot('failing');
    await panel.page.close();
  });

  it('draws a year of 500 tasks, and shows more of them, without a long task', async () => {
    const panel = await open();
    const { page } = panel;
    const busiest = async (action: () => Promise<unknown>) => {
      const tasks = await mainThreadTasks(browser, page, action);
      assert.ok((tasks[0] ?? 0) > 0, 'tasks of the page were measured');
      return Math.round(tasks[0] ?? Number.NaN);
    };
    const first = await busiest(() => panel.show(costsSnapshot(aYear(), all)));
    const again = await busiest(() => panel.show(costsSnapshot(aYear(499), all)));
    const more = await busiest(() => panel.show(costsSnapshot(aYear(), { ...all, rows: 200 })));
    assert.equal(await page.locator('tr[data-row]').count(), 200);
    console.log(`      longest task in ms: ${JSON.stringify({ first, again, more })}`);
    // A figure of the machine as much as of the page: the long run holds it.
    if (process.env.SWITCHYARD_LONG !== undefined)
      for (const ms of [first, again, more]) assert.ok(ms <= 100, `${ms} ms`);
    await page.getByRole('button', { name: 'Show More' }).click();
    assert.equal((await lastView(panel)).rows, 300);
    await panel.screenshot('year');
    await page.close();
  });
});
