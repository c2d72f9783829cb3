import { strict as assert } from 'node:assert';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { changesUri } from '../../src/extension/changes/changesUri';
import { waitFor } from '../harness/waitFor';
import { closeTerminals, root, switchyard, waitForEvent, writeTask } from './support';

describe('the changes of a task', () => {
  let worktree: string;
  let base: string;

  before(async function () {
    this.timeout(60_000);
    await switchyard();
    await writeTask('changes', 'agent: demo\nscope: [src/**]');
    await vscode.commands.executeCommand('switchyard.dispatchTask', { plan: 'host', task: 'changes' });
    worktree = (await waitForEvent('changes', 'worktree-made')).worktree;
    base = (await waitForEvent('changes', 'dispatched')).baseHead;
    await waitForEvent('changes', 'agent-exited');
    await closeTerminals();
  });

  const read = async (file: string, commit: string | null) =>
    Buffer.from(await vscode.workspace.fs.readFile(changesUri({ worktree, commit, path: file })));

  it('shows a file as it was and as it is, uncommitted work included', async () => {
    await writeFile(path.join(worktree, 'src/a.ts'), 'export const a = 2;\n');
    assert.equal((await read('src/a.ts', base)).toString(), 'export const a = 1;\n');
    assert.equal((await read('src/a.ts', null)).toString(), 'export const a = 2;\n');
  });

  it('shows bytes that are no text, names that need quoting, and new folders', async () => {
    const name = 'new folder/ü #1 %20?.bin';
    await mkdir(path.join(worktree, 'new folder'));
    await writeFile(path.join(worktree, name), Buffer.from([0, 255, 1, 254]));
    assert.deepEqual([...(await read(name, null))], [0, 255, 1, 254]);
  });

  it('shows a link by what it says, and follows it nowhere', async () => {
    const secret = path.join(os.tmpdir(), `secret-${process.pid}`);
    await writeFile(secret, 'secret');
    await symlink(secret, path.join(worktree, 'link'));
    assert.equal((await read('link', null)).toString(), secret);
    await rm(secret);
  });

  it("reads nothing outside of the repository's worktrees", async () => {
    const of = (uri: vscode.Uri) => Promise.resolve(vscode.workspace.fs.readFile(uri));
    await assert.rejects(of(changesUri({ worktree: '/etc', commit: null, path: 'passwd' })));
    await assert.rejects(of(changesUri({ worktree, commit: null, path: '../../../../etc/passwd' })));
    await assert.rejects(of(vscode.Uri.parse('switchyard:/etc/passwd')));
  });

  it('tells an open document when its file changes', async () => {
    const document = await vscode.workspace.openTextDocument(changesUri({ worktree, commit: null, path: 'src/a.ts' }));
    await vscode.window.showTextDocument(document);
    await writeFile(path.join(worktree, 'src/a.ts'), 'export const a = 3;\n');
    await vscode.commands.executeCommand('switchyard.refresh');
    await waitFor('the new text', () => document.getText() === 'export const a = 3;\n');
  });

  it('opens them all in one editor, and leaves the worktree out of this window', async () => {
    await rm(path.join(worktree, 'README.md'));
    await vscode.commands.executeCommand('switchyard.openChanges', { plan: 'host', task: 'changes' });
    await waitFor('the editor', () =>
      vscode.window.tabGroups.all
        .flatMap((group) => group.tabs)
        .find((each) => each.label.startsWith('Changes of Task changes')),
    );
    const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
    assert.deepEqual(folders, [root()]);
    assert.deepEqual(
      vscode.workspace.textDocuments.filter(({ uri }) => uri.scheme === 'file' && uri.fsPath.startsWith(worktree)),
      [],
    );
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
