import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { waitFor } from '../harness/waitFor';
import { root, switchyard } from './support';

const run = promisify(execFile);

describe('lines that another worktree changes too', () => {
  let dir: string;
  let worktree: string;
  let before: string;
  const file = () => path.join(root(), 'src/a.ts');
  const git = (...args: string[]) => run('git', args, { cwd: root() });

  beforeEach(async function () {
    this.timeout(60_000);
    await switchyard();
    before = await readFile(file(), 'utf8');
    dir = await realpath(await mkdtemp(path.join(os.tmpdir(), 'switchyard-ambient-')));
    worktree = path.join(dir, 'other');
    await git('worktree', 'add', '-q', '-b', 'ambient/other', worktree, 'HEAD');
    await writeFile(path.join(worktree, 'src/a.ts'), "export const a = 'other';\n");
    await vscode.commands.executeCommand('switchyard.refreshConflicts');
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await writeFile(file(), before);
    await git('worktree', 'remove', '--force', worktree);
    await git('branch', '-D', 'ambient/other');
    await rm(dir, { recursive: true });
  });

  /** What the first line says when it is hovered over. */
  async function hover(document: vscode.TextDocument): Promise<string> {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      new vscode.Position(0, 0),
    );
    const contents = hovers.flatMap(({ contents: each }) => each);
    return contents.map((each) => (typeof each === 'string' ? each : each.value)).join('\n');
  }

  it('are marked while they are typed, and no longer than they are there', async function () {
    this.timeout(60_000);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file()));
    const editor = await vscode.window.showTextDocument(document);
    assert.equal(await hover(document).then((text) => text.includes('ambient')), false);
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    await editor.edit((edit) => edit.replace(whole, "export const a = 'typed';\n"));
    await waitFor('the mark of an unsaved line', async () =>
      /ambient.*changes these lines too/.test(await hover(document)),
    );
    assert.match(await hover(document), /```\nexport const a = 'other';\n```/);
    await document.save();
    await waitFor('the conflict', async () => (await hover(document)).includes('conflict in this file'), {
      deadlineMs: 15_000,
    });
    const settings = vscode.workspace.getConfiguration('switchyard');
    await settings.update('fileMarks', false, vscode.ConfigurationTarget.Workspace);
    await waitFor('no mark, as set', async () => !(await hover(document)).includes('ambient'));
    await settings.update('fileMarks', undefined, vscode.ConfigurationTarget.Workspace);
    await waitFor('the mark again', async () => (await hover(document)).includes('ambient'));
    await writeFile(path.join(worktree, 'src/a.ts'), before);
    await vscode.commands.executeCommand('switchyard.refreshConflicts');
    await waitFor('no mark', async () => !(await hover(document)).includes('ambient'));
  });
});
