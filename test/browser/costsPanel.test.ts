import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sharedHost } from '../harness/openWorkbench';
import { makeRepository } from '../harness/sampleRepository';
import { waitFor } from '../harness/waitFor';
import type { Workbench } from '../harness/workbench';

/** Records as Claude Code writes them: a million tokens of output by Opus 5.5 are twenty dollars. */
function answer(cwd: string, session: string, output: number): string {
  const usage = { input_tokens: 0, output_tokens: output, service_tier: 'standard' };
  const message = { id: `msg_${randomUUID()}`, role: 'assistant', model: 'claude-opus-5-5', content: [], usage };
  return `${JSON.stringify({
    ...{ type: 'assistant', uuid: randomUUID(), sessionId: session, cwd, isSidechain: false },
    ...{ requestId: `req_${randomUUID()}`, timestamp: new Date().toISOString(), message },
  })}\n`;
}

describe('the panel of costs in a window', () => {
  let workbench: Workbench;

  before(async () => {
    const host = await sharedHost();
    const repository = await makeRepository({ 'README.md': 'Costs\n' }, 'costs');
    const project = path.join(host.server.home, '.claude/projects', repository.root.replace(/[^a-zA-Z0-9]/g, '-'));
    await mkdir(project, { recursive: true });
    const id = randomUUID();
    const lines = [answer(repository.root, id, 100_000), 'no record\n', answer(repository.root, id, 50_000)];
    await writeFile(path.join(project, `${id}.jsonl`), lines.join(''));
    workbench = await host.open(repository.root);
  });

  after(() => workbench?.close());

  it('shows what was read, the records behind a figure and their line, and is there again after a reload', async () => {
    await workbench.runCommand('Switchyard: Show Costs');
    const page = workbench.webview;
    const figure = page.getByRole('button', { name: 'Elsewhere in this repository: $3.00, show records' });
    await figure.waitFor({ timeout: 60_000 });
    assert.match(await page.locator('.total').innerText(), /\$3\.00\s+Estimate by list prices of/);
    // Opened by the command, the keyboard is in the table.
    await waitFor('the keyboard is on the first figure', () =>
      figure.evaluate((button) => button.ownerDocument.activeElement === button),
    );
    await figure.press('Enter');
    const records = page.locator('aside li');
    await records.first().waitFor();
    assert.equal(await records.count(), 2);
    assert.match(await records.first().innerText(), /claude · claude-opus-5-5[\s\S]*50,000 output[\s\S]*Price since/);
    await workbench.screenshot('costs-panel');
    await records.first().getByRole('button').click();
    const editor = workbench.page.locator('.editor-instance .view-line', { hasText: 'msg_' });
    await editor.first().waitFor();
    await waitFor('the editor is at the line', async () => {
      const [place] = await workbench.statusBar(/^Ln \d+|^Line \d+|Go to Line/);
      return place?.text.includes('Ln 3') === true;
    });
    await workbench.runCommand('Switchyard: Show Costs');
    await page.getByText('Model', { exact: true }).click();
    await page.getByRole('button', { name: /^claude-opus-5-5: \$3\.00/ }).waitFor();
    await new Promise((kept) => setTimeout(kept, 500));
    // Not a reload of the page: VS Code would have no time to keep what is open.
    const reloaded = workbench.page.waitForEvent('domcontentloaded');
    await workbench.runCommand('Developer: Reload Window');
    await reloaded;
    await workbench.ready();
    await page.getByRole('button', { name: /^claude-opus-5-5: \$3\.00/ }).waitFor({ timeout: 60_000 });
  });
});
