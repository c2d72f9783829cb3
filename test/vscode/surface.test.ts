import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { changesScheme, commandIds, viewIds } from '../../src/extension/contributions';
import { switchyard } from './support';

describe('the surface in a real window', () => {
  it('is up within 100 ms of our own', async () => {
    const { activationMs } = await switchyard();
    console.log(`      our part of the activation: ${activationMs.toFixed(1)} ms`);
    assert.ok(activationMs <= 100, `${activationMs} ms`);
  });

  it('has each command registered, and none besides', async () => {
    await switchyard();
    // VS Code itself makes commands for views (`….focus` and so on).
    const ofViews = [...Object.values(viewIds), 'workbench.view.extension.switchyard'];
    const all = (await vscode.commands.getCommands(true)).filter(
      (id) => id.startsWith('switchyard.') && !ofViews.some((view) => id.startsWith(`${view}.`)),
    );
    assert.deepEqual(all.sort(), Object.values(commandIds).sort());
  });

  it('reads its documents only', async () => {
    await switchyard();
    assert.equal(vscode.workspace.fs.isWritableFileSystem(changesScheme), false);
  });
});
