import { strict as assert } from 'node:assert';
import path from 'node:path';
import * as vscode from 'vscode';

describe('inside the extension host', () => {
  it('has the sample repository open', () => {
    const folders = vscode.workspace.workspaceFolders ?? [];
    assert.deepEqual(
      folders.map((folder) => path.basename(folder.uri.fsPath)),
      ['sample'],
    );
  });

  it('activates Switchyard', async () => {
    const extension = vscode.extensions.getExtension('switchyard.switchyard');
    assert.ok(extension, 'the extension in development is there');
    const started = performance.now();
    await extension.activate();
    const ms = performance.now() - started;
    console.log(`      activation: ${ms.toFixed(1)} ms (VS Code ${vscode.version}, Node ${process.version})`);
    assert.ok(extension.isActive);
    assert.ok(ms < 1_000, `activation took ${ms.toFixed(0)} ms`);
  });
});
