import { strict as assert } from 'node:assert';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Host, sharedHost } from '../harness/openWorkbench';
import { makeRepository } from '../harness/sampleRepository';
import type { Workbench } from '../harness/workbench';

const long =
  'Teach the importer of quarterly reports to read every calendar that customers of all countries have ever used';
const titles: Readonly<Record<number, string>> = {
  1: long,
  2: 'Grüße, 你好, שלום — “quotes” & <b>tags</b> $(trash) [link](command:x) `code`',
  3: 'x'.repeat(180),
};

describe('fifty tasks with long names', () => {
  let host: Host;
  let workbench: Workbench;
  before(async () => {
    host = await sharedHost();
  });
  after(() => workbench?.close());

  it('are all in the tree, shown as they are written, and the tree answers at once', async () => {
    const { root } = await makeRepository();
    const plan = path.join(root, '.switchyard/many');
    await mkdir(plan, { recursive: true });
    await writeFile(path.join(plan, 'plan.md'), `---\ntitle: ${long}\n---\n`);
    const fileOf = (n: number) => path.join(plan, `task-${String(n).padStart(2, '0')}.md`);
    const textOf = (title: string) => `---\ntitle: ${JSON.stringify(title)}\n---\n\nDo it.\n`;
    for (let n = 1; n <= 50; n += 1) await writeFile(fileOf(n), textOf(titles[n] ?? `Task number ${n}`));
    workbench = await host.open(root);
    await workbench.openContainer('Switchyard');
    const tasks = workbench.tree('Tasks');
    await tasks.waitForRow('fifty', ({ description }) => description === '50 tasks');
    for (const title of Object.values(titles)) {
      await tasks.waitForRow(title, ({ label }) => label === title);
    }
    await workbench.screenshot('many-tasks');

    // From the disk to the row: as an editor saves, atomically.
    await writeFile(`${fileOf(4)}.new`, textOf('Renamed meanwhile'));
    const started = performance.now();
    await rename(`${fileOf(4)}.new`, fileOf(4));
    await tasks.waitForRow('the new title', ({ label }) => label === 'Renamed meanwhile');
    const renamed = performance.now() - started;
    console.log(`      task file saved → row of fifty redrawn: ${renamed.toFixed(0)} ms`);
    assert.ok(renamed < 5000, `${renamed} ms`);

    const opened = performance.now();
    await tasks.expand('Task Renamed meanwhile');
    await tasks.waitForRow('its file', ({ label, level }) => label === 'Task File' && level === 3);
    console.log(`      row expanded: ${(performance.now() - opened).toFixed(0)} ms`);
    await tasks.click('Task Renamed meanwhile');
    await workbench.press('End');
    await tasks.waitForRow('the last task', ({ label }) => label === 'Task number 50');
    await workbench.screenshot('many-tasks-end');
  });
});
