import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { type ConflictContent, conflictUri } from '../../src/extension/conflicts/conflictUri';
import { waitFor } from '../harness/waitFor';
import { root, switchyard } from './support';

const run = promisify(execFile);

describe('the documents of a conflict', () => {
  let repository: string;

  before(async () => {
    await switchyard();
    repository = await realpath(path.join(root(), '.git'));
  });

  const git = async (...args: string[]) => (await run('git', args, { cwd: root() })).stdout.trim();
  async function blob(content: string | Buffer): Promise<string> {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'switchyard-blob-'));
    await writeFile(path.join(dir, 'blob'), content);
    const id = await git('hash-object', '-w', path.join(dir, 'blob'));
    await rm(dir, { recursive: true });
    return id;
  }
  const read = async (content: ConflictContent, file = 'src/x.ts') =>
    Buffer.from(await vscode.workspace.fs.readFile(conflictUri(content, 'agent/a', file)));

  it('show contents by their ids, whatever they are', async () => {
    const text = 'export const ü = 1;\n';
    assert.equal((await read({ kind: 'blob', repository, id: await blob(text) })).toString(), text);
    const binary = await read({ kind: 'blob', repository, id: await blob(Buffer.from([0, 1, 2])) });
    assert.match(binary.toString(), /^This file is binary \(3\u00a0B\)/);
    assert.equal((await read({ kind: 'nothing' })).length, 0);
    const submodule: ConflictContent = { kind: 'submodule', id: 'a'.repeat(40) };
    assert.equal((await read(submodule)).toString(), `Subproject commit ${'a'.repeat(40)}\n`);
  });

  it('call the sides of a merged file by their names, in its own language', async () => {
    const [a, b] = ['1'.repeat(40), '2'.repeat(40)];
    const id = await blob(`<<<<<<< ${a}\nmine\n=======\ntheirs\n>>>>>>> ${b}\n`);
    const names = [
      [a, 'agent/a'],
      [b, 'agent/b'],
    ] as const;
    const uri = conflictUri({ kind: 'result', repository, id, names }, 'agent/b into agent/a', 'x merged (preview).ts');
    const document = await vscode.workspace.openTextDocument(uri);
    assert.equal(document.getText(), '<<<<<<< agent/a\nmine\n=======\ntheirs\n>>>>>>> agent/b\n');
    assert.equal(document.languageId, 'typescript');
    assert.equal(vscode.workspace.fs.isWritableFileSystem(uri.scheme), false);
  });

  it('name nothing outside of the repositories of this window', async () => {
    const id = await blob('content\n');
    await assert.rejects(read({ kind: 'blob', repository: '/elsewhere/.git', id }));
    await assert.rejects(read({ kind: 'blob', repository, id: '--help' }));
    await assert.rejects(read({ kind: 'blob', repository, id: await git('rev-parse', 'HEAD') }));
    await assert.rejects(Promise.resolve(vscode.workspace.fs.readFile(vscode.Uri.parse('switchyard-conflict:/x'))));
  });

  it('stand beside each other in a diff, also where a side has no file', async () => {
    const before = conflictUri({ kind: 'nothing' }, 'base', 'src/x.ts');
    const after = conflictUri({ kind: 'blob', repository, id: await blob('new\n') }, 'agent/a', 'src/x.ts');
    await vscode.commands.executeCommand('vscode.diff', before, after, 'x.ts: added by agent/a', { preview: true });
    await waitFor('the diff', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputTextDiff && input.modified.toString() === after.toString();
    });
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
