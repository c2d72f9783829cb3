import { strict as assert } from 'node:assert';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { switchyard } from '../../harness/commandLine';
import { mainThreadTasks } from '../../harness/mainThread';
import { MatrixPanel } from '../../harness/matrixPanel';
import { type Host, sharedHost } from '../../harness/openWorkbench';
import { makeRepository, repositoryAt, type SampleRepository } from '../../harness/sampleRepository';
import { waitFor } from '../../harness/waitFor';
import type { Workbench } from '../../harness/workbench';

const themes = [
  ['vs-dark', 'Dark Modern'],
  ['vs', 'Light Modern'],
  ['hc-black', 'Dark High Contrast'],
] as const;

const long = 'teach-the-importer-of-reports-to-read-every-calend';
const app = 'src/app.ts';
const lines = (title: string) => `export const title = '${title}';\n${'export {};\n'.repeat(20)}`;

/** One after another: git locks its list of worktrees. */
async function inTurn<T>(all: readonly T[], each: (one: T, index: number) => Promise<unknown>): Promise<void> {
  for (const [index, one] of all.entries()) await each(one, index);
}

/** The panel in windows of VS Code, in its kinds of themes; what is seen is also read, and checked for accessibility. */
describe('the conflict matrix to look at', () => {
  let host: Host;
  let workbench: Workbench;
  let panel: MatrixPanel;
  before(async function () {
    // Pictures for people; what a page promises of its looks is held by the tests of the page.
    if (process.env.SWITCHYARD_LONG !== '1') this.skip();
    host = await sharedHost();
  });
  beforeEach(() => workbench?.close());
  after(async () => {
    await workbench?.close();
    await host?.server.changeSettings({});
  });

  async function open(root: string): Promise<void> {
    workbench = await host.open(root);
    panel = await new MatrixPanel(workbench).open();
  }

  /** A conflict, a clean pair, one that is not known (a merge in progress), and names that are too long. */
  async function mixedRepository(): Promise<SampleRepository> {
    const repository = await makeRepository({ [app]: lines('Shop'), '.gitignore': '.switchyard/\n' }, 'shop');
    const task = (title: string) => `---\ntitle: ${title}\n---\n\nDo it.\n`;
    await repository.write({
      '.switchyard/shop/plan.md': '---\ntitle: Shop\n---\n',
      '.switchyard/shop/header.md': task('The header'),
      '.switchyard/shop/footer.md': task('The footer'),
      [`.switchyard/reports/${long}.md`]: task('Teach the importer of quarterly reports to read every calendar'),
      '.switchyard/reports/totals.md': task('The totals'),
      '.switchyard/reports/plan.md': '---\ntitle: Reports of all quarters and of all the countries we sell to\n---\n',
    });
    await switchyard(repository.root, 'spawn', 'shop/header', 'shop/footer', `reports/${long}`, 'reports/totals');
    const at = (name: string) => repositoryAt(path.join(path.dirname(repository.root), 'shop-worktrees', name));
    await at('header').commit({ [app]: lines('Shop of the header') }, 'Change the title');
    await at('footer').write({ [app]: lines('Shop of the footer'), 'src/footer.ts': 'export {};\n' });
    await at(long).write({ [app]: lines('Reports'), [`src/${'deep/'.repeat(8)}calendar.ts`]: 'export {};\n' });
    const totals = at('totals');
    await totals.commit({ [app]: lines('Totals') }, 'Change the title');
    await totals.git('merge', '--quiet', 'agent/header').catch(() => undefined);
    return repository;
  }

  it('is readable in dark, light and high contrast, with no serious accessibility finding', async () => {
    const { root } = await mixedRepository();
    await open(root);
    await panel.waitForCell('agent/header', 'agent/footer', /: conflict in 1 file, uncommitted work included/);
    await panel.waitForCell('agent/header', 'agent/totals', /: unknown, a merge, rebase or the like is in progress/);
    await inTurn(themes, async ([kind, theme]) => {
      await workbench.runCommand('Preferences: Color Theme');
      await workbench.answerQuickInput(theme);
      await workbench.waitForTheme(kind);
      await panel.cell('agent/header', 'agent/footer').click();
      await panel.document.getByRole('heading', { name: 'What was compared' }).waitFor();
      await workbench.screenshot(`conflicts-${kind}`);
      assert.deepEqual(await panel.seriousFindings(), []);
      await panel.cell(`agent/${long}`, 'agent/header').click();
      await workbench.screenshot(`conflicts-long-names-${kind}`);
      await panel.cell('agent/totals', 'agent/header').click();
      await workbench.screenshot(`conflicts-unknown-${kind}`);
    });
    await panel.document.getByRole('button', { name: 'Prove It' }).click();
    const refused = await workbench.waitForNotification('Nothing of agent/totals can be merged');
    assert.match(refused.text, /a merge, rebase or the like is in progress\. Finish or abort it in that worktree\.$/);
    await panel.cell('agent/header', 'agent/footer').click();
    await panel.document.getByRole('button', { name: 'Preview Merge Result' }).click();
    const lines = workbench.page.locator('.editor-instance:visible .view-line');
    await waitFor('the result with its markers', async () => {
      const text = (await lines.allTextContents()).join('\n').replaceAll('\u00a0', ' ');
      return ['<<<<<<< agent/header', '>>>>>>> agent/footer'].every((marker) => text.includes(marker));
    });
  });

  it('says what to do where there is nothing to compare', async () => {
    await host.server.changeSettings({ 'workbench.colorTheme': 'Dark Modern' });
    const { root } = await makeRepository();
    await open(root);
    await panel.document.getByRole('heading', { name: 'There is nothing to compare yet' }).waitFor();
    await workbench.screenshot('conflicts-empty');
    assert.deepEqual(await panel.seriousFindings(), []);
    await panel.document.getByRole('button', { name: 'Spin an Agent' }).click();
    await workbench.quickInput.waitFor();
  });

  it('stays readable and smooth with fifty branches', async () => {
    await host.server.changeSettings({ 'workbench.colorTheme': 'Dark Modern' });
    const repository = await makeRepository({ [app]: lines('Shop'), 'src/routes.ts': lines('Routes') }, 'fifty');
    const folder = path.join(path.dirname(repository.root), 'worktrees');
    await mkdir(folder);
    const names = Array.from({ length: 49 }, (_, n) => `agent/service-${String(n).padStart(2, '0')}`);
    await inTurn(names, async (name, n) => {
      const at = path.join(folder, path.basename(name));
      await repository.git('worktree', 'add', '--quiet', '-b', name, at);
      const files = { [`src/part${n}.ts`]: 'export {};\n', ...(n % 7 === 0 ? { [app]: lines(name) } : {}) };
      await repositoryAt(at).write(files);
    });
    await open(repository.root);
    // Those that conflict come last in merge order, where their rows are not drawn.
    const count = (verdict: string) => panel.document.locator(`.count.${verdict}`).textContent();
    const known = async () =>
      (await count('conflict'))?.startsWith('✗ 21 ') && (await count('unknown'))?.startsWith('? 0 ');
    await waitFor('all are known', known, { deadlineMs: 60_000 });
    await workbench.screenshot('conflicts-fifty');
    const frame = await panel.frame();
    let gaps: number[] = [];
    const tasks = await mainThreadTasks(host.browser, workbench.page, async () => {
      gaps = await frame.evaluate<number[]>(scrolling);
    });
    // What else the machine does is in the times between frames, but not in those of the page's own work.
    const [gap, busiest] = [Math.max(...gaps), tasks[0] ?? Number.NaN];
    console.log(
      `      scrolling: busy for ${busiest.toFixed(0)} ms at most, frames ${gap.toFixed(0)} ms apart at most`,
    );
    await workbench.screenshot('conflicts-fifty-scrolled');
    if (process.env.SWITCHYARD_LONG) assert.ok(busiest <= 50, `${busiest} ms`);
    await panel.document.getByLabel('Only conflicts, hazards and unknown').check();
    await waitFor('seven rows', async () => (await panel.rows()).length === 7);
    await workbench.screenshot('conflicts-fifty-trouble');
  });
});

/** A step with each frame; the times between frames, in milliseconds. */
const scrolling = `new Promise((done) => {
  const grid = document.querySelector('.grid');
  const gaps = [];
  let last = null;
  const next = (now) => {
    if (last !== null) gaps.push(now - last);
    last = now;
    grid.scrollTo(gaps.length * 37 % 1800, gaps.length * 53 % 1200);
    if (gaps.length < 120) requestAnimationFrame(next);
    else done(gaps);
  };
  requestAnimationFrame(next);
})`;
