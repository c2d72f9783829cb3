import { strict as assert } from 'node:assert';
import type { Browser } from 'playwright-core';
import { checklistItems, checklistVerdicts } from '../../src/contract/checklist';
import type { Hazard } from '../../src/contract/conflicts';
import type { PanelChecklist, PanelChecklistItem, PanelSnapshot } from '../../src/protocol/integration';
import { launchBrowser } from '../harness/browser';
import { inLongRun } from '../harness/longRun';
import { mainThreadTasks } from '../harness/mainThread';
import { openPanelPage, type PanelPage, snapshotOf } from '../harness/panelPage';
import { waitFor } from '../harness/waitFor';
import type { WebviewPageOptions } from '../harness/webviewPage';
import {
  conflictBranch,
  conflictCell,
  conflictsJson,
  manyBranches,
  noted,
  unknownCell,
} from '../unit/webview/conflictFacts';

function plans({ page }: PanelPage) {
  return page.locator('label').filter({ hasText: 'All plans' }).locator('select');
}

/** Down and to the side a little with each frame, from the end back to the beginning. */
const scrolling = `new Promise((done) => {
  const grid = document.querySelector('.grid');
  let step = 0;
  const next = () => {
    step += 1;
    grid.scrollTo(step * 37 % 2600, step * 53 % 1900);
    if (step < 120) requestAnimationFrame(next);
    else done();
  };
  next();
})`;

/** Four branches of two plans: one conflict, one only one way and by a driver, one unknown. */
function fourBranches(
  more: { readonly hazards?: readonly Hazard[]; readonly checklists?: readonly PanelChecklist[] } = {},
): PanelSnapshot {
  const branches = [
    conflictBranch('agent/api', {
      task: 'dashboard/api',
      dirty: true,
      leftOut: [{ path: 'big.bin', why: 'too large' }],
    }),
    conflictBranch('agent/charts', { task: 'dashboard/charts' }),
    conflictBranch('agent/docs', { task: 'manual/docs', worktree: null }),
    conflictBranch('main', { dirty: false }),
  ];
  const json = conflictsJson(branches, {
    cell: (a, b) => {
      if (a === 'agent/api' && b === 'agent/charts') return conflictCell(['src/app.ts', 'src/routes.ts']);
      if (a === 'agent/api' && b === 'agent/docs') {
        return conflictCell(['README.md'], { direction: 'a-into-b', driver: 'union' });
      }
      if (a === 'agent/charts' && b === 'agent/docs') return unknownCell('timeout');
      return { ...conflictCell([]), verdict: 'clean' };
    },
    train: (ref) => (ref === 'main' ? { verdict: 'conflict', files: conflictCell(['src/sum.ts']).files } : {}),
  });
  return snapshotOf(
    { ...json, hazards: more.hazards ?? [] },
    {
      rows: [{ plan: 'dashboard', task: 'api', title: 'Activity API' }],
      plans: [{ id: 'dashboard', title: 'User activity' }],
      checklists: more.checklists ?? [],
    },
  );
}

/** The same with a hazard, and the checklists of both plans. */
function withHazards(): PanelSnapshot {
  const hazard: Hazard = {
    ...{ id: 'h1', kind: 'migration', branches: ['agent/api', 'main'], files: ['db/0007_users.sql'], line: 1 },
    ...{ at: 'agent/api', message: 'agent/api and main both add migration 0007.', prevention: null, muted: null },
  };
  const checklists = [checklist('dashboard', 'User activity'), checklist('manual', 'The manual')];
  return fourBranches({ hazards: [hazard], checklists });
}

/** Items in every verdict. */
function checklist(plan: string, title: string): PanelChecklist {
  const [first, ...rest] = checklistItems.map(({ id, group, text }, index): PanelChecklistItem => {
    const verdict = checklistVerdicts[index % checklistVerdicts.length] ?? 'ask';
    const answered = verdict === 'stale';
    const commits = [{ ref: 'agent/api', commit: '0123456789abcdef' }];
    const by = answered ? 'Ada' : verdict === 'ask' ? null : 'computed';
    const said = { evidence: 'One pair of branches was judged.', links: [], at: answered ? noted : null };
    return { id, group, text, verdict, by, commits, ...said, answerable: verdict !== 'fail', answered };
  });
  const link = {
    link: { kind: 'pair', a: 'agent/charts', b: 'agent/api' },
    label: 'agent/charts × agent/api',
  } as const;
  return { plan, title, items: first === undefined ? [] : [{ ...first, links: [link] }, ...rest] };
}

describe('the page of the conflict matrix', () => {
  let browser: Browser;
  const open = (o?: WebviewPageOptions) => openPanelPage(browser, o);

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  for (const theme of ['dark', 'light', 'highContrast', 'highContrastLight'] as const) {
    it(`has no serious accessibility finding and can be read (${theme})`, async () => {
      const panel = await open({ theme });
      await panel.show(withHazards());
      await panel.page.locator('td.conflict').first().click();
      await panel.screenshot(`four-${theme}`);
      assert.deepEqual(await panel.seriousFindings(), []);
      await panel.show(snapshotOf(manyBranches(50)));
      await panel.page.locator('td.conflict').first().click();
      await panel.screenshot(`fifty-${theme}`);
      assert.deepEqual(await panel.seriousFindings(), []);
      await panel.show(snapshotOf(null, { empty: emptiness(true) }));
      assert.deepEqual(await panel.seriousFindings(), []);
      await panel.screenshot(`empty-${theme}`);
      assert.deepEqual(panel.problems, []);
      await panel.page.close();
    });
  }

  function emptiness(waiting: boolean) {
    return { title: 'Comparing every pair of branches…', text: 'The first look takes a while.', remedy: null, waiting };
  }

  it('takes answers to the checklist with the keyboard alone, and leads to its evidence', async () => {
    const panel = await open();
    const { page } = panel;
    await panel.show(withHazards());
    const list = page.getByRole('region', { name: 'Integration checklist' });
    const answered = { kind: 'answerItem', repository: '/repo/.git', plan: 'dashboard', item: 'shared-types' };
    await list.getByRole('button', { name: 'Answer…: Shared types' }).focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate('document.activeElement.dataset.key'), 'note');
    await page.keyboard.type('two names for one thing');
    // A new snapshot takes nothing of what is typed.
    await panel.show({ ...withHazards(), busy: true });
    assert.equal(await list.getByLabel('Note').inputValue(), 'two names for one thing');
    assert.equal(await page.evaluate('document.activeElement.dataset.key'), 'note');
    for (const key of ['Tab', 'Tab', 'Enter']) await page.keyboard.press(key);
    assert.deepEqual((await panel.posted()).at(-1), { ...answered, verdict: 'fail', note: 'two names for one thing' });
    assert.equal(await page.evaluate('document.activeElement.dataset.key'), 'answer:shared-types');
    await list.getByRole('button', { name: 'agent/charts × agent/api' }).press('Enter');
    await panel.drawn();
    assert.match(await panel.focused(), /^agent\/charts with agent\/api: conflict/);
    await list.getByLabel('Plan').selectOption('manual');
    await list
      .getByRole('button', { name: /^Take Back/ })
      .first()
      .press('Enter');
    const back = (await panel.posted()).at(-1);
    assert.ok(back?.kind === 'answerItem' && back.plan === 'manual' && back.verdict === 'ask');
    await waitFor('the plan is kept', async () => (await panel.kept())?.checklist === 'manual');
  });

  it('shows hazards with what can be done about them', async () => {
    const panel = await open();
    await panel.show(withHazards());
    await panel.page.locator('td.hazard[aria-label^="agent/api with main"]').click();
    await panel.drawn();
    assert.match(await panel.focused(), /^agent\/api with main: clean, 1 hazard,/);
    await panel.page.getByRole('button', { name: 'Mute…: Migration' }).click();
    const act = { kind: 'hazardAction', repository: '/repo/.git', hazard: 'h1' };
    assert.deepEqual((await panel.posted()).at(-1), { ...act, action: 'mute' });
    await panel.page.getByRole('button', { name: 'Show in File: Migration' }).click();
    assert.deepEqual((await panel.posted()).at(-1), { ...act, action: 'open' });
  });

  it('can be used with the keyboard alone', async () => {
    const panel = await open();
    const { page } = panel;
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
      await panel.drawn();
    };
    await panel.show(fourBranches());
    // Refresh, filter, the two switches, and then one stop for the whole table.
    await press('Tab');
    assert.equal(await panel.focused(), 'Refresh');
    await press('Enter');
    assert.deepEqual((await panel.posted()).at(-1), { kind: 'refresh' });
    await press('Tab', 'Tab', 'Tab', 'Tab');
    assert.match(await panel.focused(), /^Plan User activity, 2 branches$/);
    await press('ArrowDown');
    assert.match(
      await panel.focused(),
      /^agent\/api against main: clean, uncommitted work included, checked \d+ second/,
    );
    await press('ArrowRight', 'ArrowRight');
    assert.match(
      await panel.focused(),
      /^agent\/api with agent\/charts: conflict in 2 files, uncommitted work included/,
    );
    await press('ArrowRight');
    assert.match(
      await panel.focused(),
      /^agent\/api with agent\/docs: conflict in 1 file, only when agent\/api is merged into agent\/docs, by the merge driver union/,
    );
    await press('End');
    assert.match(await panel.focused(), /^agent\/api with main: clean/);
    await press('Home');
    assert.match(await panel.focused(), /^agent\/api against main/);
    await press('Control+End');
    assert.match(await panel.focused(), /^main itself/);
    await press('Control+Home', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'Enter');
    assert.equal(await panel.focused(), 'Open Changes of Both: src/app.ts');
    await press('Enter');
    const cell = { kind: 'cellAction', repository: '/repo/.git', a: 'agent/api', b: 'agent/charts' };
    const file = { path: 'src/app.ts', pathBytes: null };
    assert.deepEqual((await panel.posted()).at(-1), { ...cell, action: 'openFile', file });
    await press('Tab', 'Tab', 'Tab', 'Tab', 'Enter');
    assert.deepEqual((await panel.posted()).at(-1), { ...cell, action: 'prove', file: null });
    await press('Escape');
    assert.match(await panel.focused(), /^agent\/api with agent\/charts/);
    // Tab leaves the table, and comes back to the same cell.
    await press('Tab');
    assert.equal(await panel.focused(), 'Open Changes of Both: src/app.ts');
    await press('Shift+Tab');
    assert.match(await panel.focused(), /^agent\/api with agent\/charts/);
    await page.close();
  });

  it('folds a plan into one line that says the worst of it, and unfolds it', async () => {
    const panel = await open();
    const { page } = panel;
    await panel.show(fourBranches());
    await page.getByRole('button', { name: 'Plan User activity, 2 branches' }).press('Enter');
    await panel.drawn();
    const folded = page.locator('tr.group').first().locator('td[data-column]');
    // The base, itself, manual, others: the pair of its own branches is in its own cell.
    assert.deepEqual(await folded.allTextContents(), ['✓', '✗1', '✗1', '✓']);
    await folded.nth(2).click();
    await page.keyboard.press('Enter');
    await panel.drawn();
    assert.equal(await page.locator('tr.branch').count(), 4);
    await page.close();
  });

  it('filters by branch, task and file, by plan, and to what is not clean', async () => {
    const panel = await open();
    const { page } = panel;
    await panel.show(fourBranches());
    const rows = () => page.locator('tr.branch th').evaluateAll((all) => all.map((row) => row.textContent));
    const filter = page.getByRole('searchbox');
    await filter.fill('readme');
    await panel.drawn();
    assert.deepEqual(await rows(), ['agent/api ●', 'agent/docs']);
    await filter.fill('Activity');
    await panel.drawn();
    assert.deepEqual(await rows(), ['agent/api ●']);
    await filter.fill('no such thing');
    await panel.drawn();
    assert.deepEqual(await rows(), []);
    await page.getByRole('button', { name: 'Clear Filter' }).click();
    await panel.drawn();
    assert.equal((await rows()).length, 4);
    await page.getByLabel('Only conflicts, hazards and unknown').check();
    await panel.drawn();
    assert.deepEqual(await rows(), ['agent/api ●', 'agent/charts', 'agent/docs']);
    await plans(panel).selectOption({ label: 'User activity' });
    await panel.drawn();
    assert.deepEqual(await rows(), ['agent/api ●', 'agent/charts']);
    await page.close();
  });

  it('shows names that are code as the text they are', async () => {
    const panel = await open();
    const hostile = '<img src=x onerror=alert(1)>';
    const branches = [
      conflictBranch(hostile, { task: `${hostile}/${hostile}`, leftOut: [{ path: hostile, why: hostile }] }),
      conflictBranch('"><script>alert(1)</script>\u202egpj'),
    ];
    await panel.show(
      snapshotOf(
        conflictsJson(branches, { cell: () => conflictCell([hostile], { detail: hostile, driver: hostile }) }),
        {
          rows: [{ plan: hostile, task: hostile, title: hostile }],
          repositories: [
            { id: '/repo/.git', name: hostile },
            { id: 'other', name: '</select><script>alert(1)</script>' },
          ],
        },
      ),
    );
    await panel.page.locator('td.conflict').first().click();
    assert.equal(await panel.page.locator('img, main script').count(), 0);
    assert.ok((await panel.page.locator('.detail').textContent())?.includes(hostile));
    assert.ok(!(await panel.page.locator('body').innerText()).includes('\u202e'));
    await panel.screenshot('hostile');
    assert.deepEqual(panel.problems, []);
    await panel.page.close();
  });

  it('takes no message that is none of its host', async () => {
    const panel = await open();
    await panel.show(fourBranches());
    for (const stray of [
      null,
      1,
      {},
      { kind: 'snapshot' },
      { kind: 'snapshot', snapshot: { matrix: { pairs: 'x' } } },
    ]) {
      await panel.page.evaluate(`window.postMessage(${JSON.stringify(stray)}, '*')`);
    }
    await panel.drawn();
    assert.equal(await panel.page.locator('tr.branch').count(), 4);
    assert.deepEqual(panel.problems, []);
    await panel.page.close();
  });

  it('is after a reload where it was: filter, folded plan, focus, scroll, repository', async () => {
    const panel = await open();
    const { page } = panel;
    const snapshot = snapshotOf(manyBranches(50));
    await panel.show(snapshot);
    await plans(panel).selectOption({ label: 'billing' });
    await page.locator('.grid').evaluate((grid) => grid.scrollTo(400, 100));
    await panel.drawn();
    const cell = page.locator('tr.branch td.branch').nth(40);
    await cell.click();
    const name = (await panel.focused()).replace(/, checked.*/, '');
    const kept = await waitFor('the place is kept', async () => {
      const state = await panel.kept();
      return state?.focus != null && state.scroll.left > 0 ? state : undefined;
    });
    assert.equal(kept.repository, '/repo/.git');
    await page.reload();
    await page.waitForFunction('posted.length > 0');
    await panel.show(snapshot);
    assert.equal(await plans(panel).inputValue(), '=billing');
    assert.deepEqual(await page.locator('.grid').evaluate((grid) => [grid.scrollLeft, grid.scrollTop]), [
      kept.scroll.left,
      kept.scroll.top,
    ]);
    assert.match((await page.locator('td[tabindex="0"]').getAttribute('aria-label')) ?? '', new RegExp(`^${name}`));
    await page.close();
  });

  it('hatches a cell 10 s after a change that no scan has seen, and stops saying what is too old', async () => {
    const panel = await open();
    const at = (seconds: number) => new Date(Date.parse(noted) - seconds * 1000).toISOString();
    const branches = [
      conflictBranch('agent/api', { live: true, scannedAt: at(28), changedAt: at(9) }),
      conflictBranch('agent/charts'),
      conflictBranch('agent/docs'),
    ];
    await panel.show(snapshotOf(conflictsJson(branches)));
    assert.equal(await panel.page.locator('td.behind').count(), 0);
    // Without any message, by time alone: first behind (two pairs and the base's cell), then unknown.
    await waitFor('its cells are hatched', async () => (await panel.page.locator('td.behind').count()) === 5);
    await waitFor('nothing is said of it any more', async () => (await panel.page.locator('td.unknown').count()) === 5);
    await panel.screenshot('behind');
    await panel.page.close();
  });

  it('keeps the focus and touches only what changed when a new snapshot comes', async () => {
    const panel = await open();
    const { page } = panel;
    await panel.show(fourBranches());
    await page.locator('td.conflict').first().click();
    await page.keyboard.press('Enter');
    const before = await panel.focused();
    await page.evaluate(`
      window.touched = [];
      new MutationObserver((all) => touched.push(...all.map(({ target, attributeName }) =>
        (target.closest?.('td') ?? target).getAttribute?.('aria-label') + ' ' + attributeName)))
        .observe(document.querySelector('tbody'), { subtree: true, childList: true, characterData: true, attributes: true });
    `);
    await panel.show(fourBranches());
    assert.deepEqual(await page.evaluate('touched'), []);
    assert.equal(await panel.focused(), before);
    await page.close();
  });

  it('says politely, and once, what changed', async () => {
    const panel = await open();
    await panel.show(fourBranches());
    const branches = ['agent/api', 'agent/charts', 'agent/docs', 'main'].map((ref) => conflictBranch(ref));
    await panel.show(
      snapshotOf(
        conflictsJson(branches, {
          cell: (a, b) =>
            b === null && a === 'main' ? conflictCell(['x']) : { ...conflictCell([]), verdict: 'clean' },
        }),
      ),
    );
    const status = panel.page.locator('[aria-live=polite]');
    await waitFor('the change is told', async () => (await status.textContent()) !== '');
    assert.equal(await status.textContent(), '4 cells changed: 1 conflicting, 0 unknown, 3 clean now');
    await panel.page.close();
  });

  it('stays readable when it is narrow, with long names, and with nothing known', async () => {
    const panel = await open({ theme: 'light', width: 700, forcedColors: true });
    const long = (end: string) => conflictBranch(`feature/${'very-long-name-of-a-branch-'.repeat(6)}${end}`);
    const branches = [
      long('one'),
      long('two'),
      conflictBranch('worktree:detached', { scannedAt: null, snapshot: null }),
    ];
    await panel.show(snapshotOf(conflictsJson(branches, { cell: () => unknownCell() })));
    await panel.page.locator('td.unknown').first().click();
    assert.deepEqual(await panel.seriousFindings(), []);
    const names = await panel.page.locator('tbody th').evaluateAll((all) => all.map((head) => head.textContent));
    assert.deepEqual(names, ['feature/very-…a-branch-one', 'feature/very-…a-branch-two', 'worktree:detached']);
    const width = await panel.page.evaluate<number>('document.documentElement.scrollWidth');
    assert.ok(width <= 700, `${width} pixels wide`);
    await panel.screenshot('narrow');
    await panel.page.close();
  });

  inLongRun('draws 100 branches a part at a time, first and while it scrolls and changes', async () => {
    const panel = await open({ width: 1920, height: 1080 });
    const { page } = panel;
    const snapshot = snapshotOf(manyBranches(100));
    const size = JSON.stringify(snapshot).length;
    const busiest = async (action: () => Promise<unknown>) => {
      const tasks = await mainThreadTasks(browser, page, action);
      assert.ok((tasks[0] ?? 0) > 0, 'tasks of the page were measured');
      return Math.round(tasks[0] ?? Number.NaN);
    };
    const first = await busiest(() => panel.show(snapshot));
    const scroll = await busiest(() => page.evaluate(scrolling));
    const changes = await busiest(async () => {
      for (const count of [99, 100, 50, 100]) await panel.show(snapshotOf(manyBranches(count)));
    });
    const filtering = await busiest(async () => {
      await page.getByRole('searchbox').pressSequentially('service');
      await panel.drawn();
    });
    console.log(`      ${size} bytes; longest task in ms: ${JSON.stringify({ first, scroll, changes, filtering })}`);
    assert.ok(size < 100_000, `${size} bytes`);
    // A figure of the machine as much as of the page, so the normal run does not hold it.
    for (const ms of [first, scroll, changes, filtering]) assert.ok(ms <= 50, `${ms} ms`);
    await panel.screenshot('hundred');
    await page.close();
  });
});
