import { strict as assert } from 'node:assert';
import path from 'node:path';
import { switchyard } from '../harness/commandLine';
import { MatrixPanel } from '../harness/matrixPanel';
import { type Host, sharedHost } from '../harness/openWorkbench';
import { makeRepository, repositoryAt, type SampleRepository } from '../harness/sampleRepository';
import { waitFor } from '../harness/waitFor';
import type { Workbench } from '../harness/workbench';

const [lexer, report] = ['agent/lexer', 'agent/report'];
const parse = 'export function parse(text: string): string[] {\n  return text.split(" ");\n}\n';
const parseWithLimit =
  'export function parse(text: string, limit: number): string[] {\n  return text.split(" ", limit);\n}\n';

/** One task changes a function that the other newly calls: git merges them cleanly. */
describe('hazards and the integration checklist', () => {
  let host: Host;
  let repository: SampleRepository;
  let main: Workbench;
  let panel: MatrixPanel;
  const worktree = (task: string) =>
    repositoryAt(path.join(path.dirname(repository.root), `${path.basename(repository.root)}-worktrees`, task));
  const item = (text: string) => panel.document.locator('.checklist .item', { hasText: text });

  before(async () => {
    host = await sharedHost();
    repository = await makeRepository({ 'src/parse.ts': parse, '.gitignore': '.switchyard/\n' }, 'reader');
    await repository.write({
      '.switchyard/reader/plan.md': '---\ntitle: Reader\n---\n',
      '.switchyard/reader/lexer.md': '---\ntitle: The lexer\nscope: [src/**]\n---\n\nDo it.\n',
      '.switchyard/reader/report.md': '---\ntitle: The report\nscope: [src/**]\n---\n\nDo it.\n',
    });
    await switchyard(repository.root, 'spawn', 'reader/lexer', 'reader/report');
    await worktree('lexer').commit({ 'src/parse.ts': parseWithLimit }, 'Limit the words');
    const call = "import { parse } from './parse';\n\nexport const words = (text: string) => parse(text).length;\n";
    await worktree('report').commit({ 'src/report.ts': call }, 'Count words');
    main = await host.open(repository.root);
    await main.openContainer('Switchyard');
    await main.tree('Tasks').waitForRow('a task', (row) => row.label === 'The lexer');
    panel = await new MatrixPanel(main).open();
  });

  after(async () => {
    await main?.close();
  });

  it('are seen in the cell that git calls clean, told in a sentence, and lead to the line', async () => {
    await panel.waitForCell(lexer, report, /clean, 1 hazard/);
    await panel.cell(lexer, report).click();
    const hazard = panel.document.locator('.detail .hazard');
    await hazard.waitFor();
    assert.match(await hazard.innerText(), /Signature[\s\S]*parse[\s\S]*src\/report\.ts, line 3/);
    await main.screenshot('hazards-cell');
    await hazard.getByRole('button', { name: /^Show in File/ }).click();
    const editor = main.page.locator('.editor-instance .view-line', { hasText: 'parse(text).length' });
    await editor.first().waitFor();
    await new MatrixPanel(main).open();
  });

  it('are marks on the rows of their tasks, and problems in the window of the worktree', async () => {
    const row = await main.tree('Tasks').waitForRow('its hazard', (each) => /1 hazard/.test(each.description));
    assert.match(row.label, /The (lexer|report)/);
    const inReport = await host.open(worktree('report').root);
    try {
      await waitFor('the problem of the call', async () => {
        return (await inReport.problems()).some((problem) => /parse/.test(problem) && /Switchyard/.test(problem));
      });
    } finally {
      await inReport.close();
    }
  });

  it('are put aside one by one with a reason that is kept, and come back', async () => {
    await panel.cell(lexer, report).click();
    const hazard = panel.document.locator('.detail .hazard');
    await hazard.getByRole('button', { name: /^Mute/ }).click();
    await main.answerQuickInput('The report is adapted after the merge');
    const label = await panel.waitForCell(lexer, report, /clean(?!, \d+ hazard)/);
    assert.doesNotMatch(label, /hazard/);
    await panel.document.locator('.detail .hazard.muted').waitFor();
    assert.match(await hazard.innerText(), /Muted by .*: The report is adapted after the merge/);
    await hazard.getByRole('button', { name: /^Unmute/ }).click();
    await panel.waitForCell(lexer, report, /clean, 1 hazard/);
  });

  it('the checklist computes what it can, takes an answer in place, and calls it stale when a branch moves', async () => {
    await waitFor('the signature hazard is in the checklist', async () => {
      return /Shared types and interfaces match[\s\S]*fails/.test(await item('Shared types').innerText());
    });
    const suite = item('Full test suite passes');
    await suite.getByRole('button', { name: /^Answer…/ }).click();
    await suite.getByRole('button', { name: 'Fails', exact: true }).click();
    assert.match(await suite.locator('.problem').innerText(), /Say in the note/);
    await main.type('All 1,343 of them');
    await suite.getByRole('button', { name: 'Passes', exact: true }).click();
    await waitFor('the answer is shown', async () => /passes[\s\S]*All 1,343 of them/.test(await suite.innerText()));
    assert.match(await suite.innerText(), /Answered by .* ago · .*agent\/lexer at [0-9a-f]{9}/);
    const before = await main
      .tree('Tasks')
      .waitForRow('the plan', (row) => /checklist \d+ of 11/.test(row.description));
    await main.screenshot('checklist-answered');
    assert.deepEqual(await panel.seriousFindings(), []);
    await worktree('lexer').commit({ 'src/lexer.ts': 'export const lexer = 1;\n' }, 'Go on');
    await waitFor('the answer is stale', async () => /stale/.test(await suite.innerText()), { deadlineMs: 30_000 });
    const counted = (row: { description: string }) => Number(/checklist (\d+) of/.exec(row.description)?.[1]);
    await main.tree('Tasks').waitForRow('one item less', (row) => counted(row) === counted(before) - 1);
    await main.screenshot('checklist-stale');
    await suite.getByRole('button', { name: /^Take Back/ }).click();
    await waitFor('it is asked again', async () => /to be answered/.test(await suite.innerText()));
  });
});
