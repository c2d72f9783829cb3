import { strict as assert } from 'node:assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { registerPlanFiles } from '../../src/extension/planFiles/registerPlanFiles';
import { makeFolder } from '../harness/cleanup';
import { waitFor } from '../harness/waitFor';

/** `|` is the cursor. */
function withCursor(text: string): { text: string; position: vscode.Position } {
  const before = text.slice(0, text.indexOf('|')).split('\n');
  return {
    text: text.replace('|', ''),
    position: new vscode.Position(before.length - 1, (before.at(-1) ?? '').length),
  };
}

describe('plan files in the editor', () => {
  let plansDir = '';
  let registered: vscode.Disposable;
  const changed = new vscode.EventEmitter<void>();
  const ignore = () => undefined;

  const write = (name: string, text: string) => {
    const file = path.join(plansDir, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return vscode.Uri.file(file);
  };
  const open = async (uri: vscode.Uri) => await vscode.workspace.openTextDocument(uri);
  // The installed extension may help with the same file: what both say is one thing.
  const told = (uri: vscode.Uri) => [
    ...new Set(
      vscode.languages
        .getDiagnostics(uri)
        .map(({ code, range }) => `${range.start.line + 1}:${range.start.character + 1} ${code}`),
    ),
  ];
  const tells = async (uri: vscode.Uri, expected: readonly string[]) =>
    await waitFor(`${path.basename(uri.fsPath)} tells ${expected.join(', ') || 'nothing'}`, () =>
      JSON.stringify(told(uri).sort()) === JSON.stringify([...expected].sort()) ? { told: expected } : undefined,
    );
  const edit = async (uri: vscode.Uri, text: string) => {
    const document = await open(uri);
    const all = new vscode.WorkspaceEdit();
    all.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), text);
    assert.ok(await vscode.workspace.applyEdit(all));
  };
  const fixes = async (uri: vscode.Uri, line: number) => {
    const range = new vscode.Range(line - 1, 0, line - 1, 100);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      range,
      vscode.CodeActionKind.QuickFix.value,
    );
    return actions.filter((action) => action.edit !== undefined);
  };
  const completions = async (uri: vscode.Uri, text: string) => {
    const { text: plain, position } = withCursor(text);
    await edit(uri, plain);
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      uri,
      position,
    );
    // Words of the text come from VS Code itself, as plain text.
    const ours = list.items.filter(
      (item) => item.kind !== vscode.CompletionItemKind.Text && item.kind !== vscode.CompletionItemKind.Snippet,
    );
    return [...new Set(ours.map((item) => (typeof item.label === 'string' ? item.label : item.label.label)))];
  };

  before(async () => {
    plansDir = path.join(await makeFolder('plans'), '.switchyard');
    write('p/plan.md', '---\ntitle: P\n---\n');
    write('p/api.md', '---\ntitle: API\nafter: [database]\n---\n');
    write('p/database.md', '---\ntitle: Database\n---\n');
    registered = registerPlanFiles({
      plansDirs: () => [plansDir],
      onDidChangePlans: changed.event,
      customAgents: () => ['mine'],
      log: { debug: ignore, info: ignore, warn: ignore, error: (message) => assert.fail(message) },
    });
  });
  after(async () => {
    registered.dispose();
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('tells problems of plans that nobody has open', async () => {
    const uri = write('p/closed.md', '---\ntype: feture\nafter: [nobody]\n---\n');
    changed.fire();
    await tells(uri, ['2:7 bad-value', '3:9 unknown-task']);
    write('p/closed.md', '---\ntype: feature\n---\n');
    changed.fire();
    await tells(uri, []);
  });

  it('tells problems of unsaved text, and mends them by quick fixes', async () => {
    const uri = write('p/open.md', '---\ntitle: Open\n---\n');
    await vscode.window.showTextDocument(await open(uri));
    await edit(uri, '---\ntitel: Open\nafter: [databse]\nbanana: 1\nbudget: {usd: 1, x: 2}\n---\n');
    await tells(uri, ['2:1 unknown-key', '3:9 unknown-task', '4:1 unknown-key', '5:18 unknown-key']);
    for (const line of [5, 4, 3, 2]) {
      const [fix] = await fixes(uri, line);
      assert.ok(fix?.edit !== undefined, `line ${line}`);
      assert.ok(await vscode.workspace.applyEdit(fix.edit));
      // The next fix needs positions of the text as it is now.
      await waitFor('the diagnostics follow', () =>
        told(uri).some((each) => each.startsWith(`${line}:`)) ? undefined : { line },
      );
    }
    await tells(uri, []);
    assert.equal((await open(uri)).getText(), '---\ntitle: Open\nafter: [database]\nbudget: {usd: 1}\n---\n');
  });

  it('offers to rename a file whose name is no id', async () => {
    const uri = write('p/My Task.md', '---\ntitle: Mine\n---\n');
    await vscode.window.showTextDocument(await open(uri));
    await tells(uri, ['1:1 bad-id']);
    const [fix] = await fixes(uri, 1);
    assert.equal(fix?.title, 'Rename the File to my-task.md');
    assert.ok(fix.edit !== undefined && (await vscode.workspace.applyEdit(fix.edit)));
    await tells(uri, []);
    assert.equal(
      (await open(vscode.Uri.file(path.join(plansDir, 'p', 'my-task.md')))).getText(),
      '---\ntitle: Mine\n---\n',
    );
  });

  it('completes keys, values, sibling tasks and agents', async () => {
    const uri = write('p/complete.md', '---\ntitle: C\n---\n');
    await vscode.window.showTextDocument(await open(uri));
    const keys = await completions(uri, '---\ntitle: C\n|\n---\n');
    assert.ok(
      keys.includes('dependsOn') && keys.includes('scope') && !keys.includes('title') && !keys.includes('wipLimit'),
      keys.join(),
    );
    assert.deepEqual(await completions(uri, '---\npermissions: |\n---\n'), ['ask', 'edits', 'full']);
    const agents = await completions(uri, '---\nagent: |\n---\n');
    assert.ok(agents.includes('claude') && agents.includes('mine'), agents.join());
    const tasks = await completions(uri, '---\nafter: [api, |]\n---\n');
    assert.ok(tasks.includes('database') && !tasks.includes('complete') && !tasks.includes('plan'), tasks.join());
    assert.deepEqual((await completions(uri, '---\nbudget: {|}\n---\n')).sort(), ['tokens', 'usd']);
    assert.deepEqual(await completions(uri, '---\ntitle: C\n---\nAdd a|\n'), []);
    const plan = vscode.Uri.file(path.join(plansDir, 'p', 'plan.md'));
    await vscode.window.showTextDocument(await open(plan));
    const planKeys = await completions(plan, '---\ntitle: P\n|\n---\n');
    assert.ok(planKeys.includes('wipLimit') && !planKeys.includes('dependsOn'), planKeys.join());
  });

  it('says what a key means', async () => {
    const uri = write('p/hover.md', '---\ntitle: H\nafter: [api]\n---\nafter: no key\n');
    await open(uri);
    const hover = async (line: number) => {
      const found = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        uri,
        new vscode.Position(line, 2),
      );
      return found
        .flatMap((each) => each.contents.map((text) => (typeof text === 'string' ? text : text.value)))
        .join('\n');
    };
    assert.match(await hover(2), /Only the merge order/);
    assert.doesNotMatch(await hover(4), /Only the merge order/);
  });
});
