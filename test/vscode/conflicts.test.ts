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

describe('a conflict', () => {
  let repository: string;
  let dir: string;

  before(async function () {
    this.timeout(60_000);
    await switchyard();
    repository = await realpath(path.join(root(), '.git'));
    dir = await realpath(await mkdtemp(path.join(os.tmpdir(), 'switchyard-conflict-')));
    for (const name of ['one', 'two']) {
      const worktree = path.join(dir, name);
      await git('worktree', 'add', '-q', '-b', `conflict/${name}`, worktree, 'HEAD');
      await writeFile(path.join(worktree, 'src/a.ts'), `export const a = '${name}';\n`);
    }
    // One of them in a commit, the other one uncommitted.
    await git('-C', path.join(dir, 'one'), '-c', 'user.name=T', '-c', 'user.email=t@t', 'commit', '-qam', 'one');
    await vscode.commands.executeCommand('switchyard.refreshConflicts');
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const name of ['one', 'two']) await git('worktree', 'remove', '--force', path.join(dir, name));
    for (const name of ['one', 'two']) await git('branch', '-D', `conflict/${name}`);
    await rm(dir, { recursive: true });
  });

  const git = async (...args: string[]) => (await run('git', args, { cwd: root() })).stdout.trim();
  const pair = () => ({ repository, a: 'conflict/one', b: 'conflict/two' });
  const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);

  it('opens as both sides against their base, beside each other', async () => {
    await vscode.commands.executeCommand('switchyard.openConflict', { ...pair(), file: { path: 'src/a.ts' } });
    const diffs = tabs().filter(({ input }) => input instanceof vscode.TabInputTextDiff);
    const sides = await Promise.all(
      diffs.map(async ({ input, label, group }) => {
        assert.ok(input instanceof vscode.TabInputTextDiff);
        const read = async (uri: vscode.Uri) => Buffer.from(await vscode.workspace.fs.readFile(uri)).toString();
        return { label, column: group.viewColumn, before: await read(input.original), now: await read(input.modified) };
      }),
    );
    const before = 'export const a = 1;\n';
    const now = (name: string) => `export const a = '${name}';\n`;
    assert.deepEqual(
      sides.sort((x, y) => (x.label < y.label ? -1 : 1)).map(({ column: _, ...side }) => side),
      [
        { label: 'a.ts: base ↔ conflict/one', before, now: now('one') },
        { label: 'a.ts: base ↔ conflict/two', before, now: now('two') },
      ],
    );
    assert.equal(new Set(sides.map(({ column }) => column)).size, 2);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('shows what a merge leaves, at its markers', async () => {
    const argument = { ...pair(), file: { path: 'src/a.ts' }, merged: true };
    await vscode.commands.executeCommand('switchyard.openConflict', argument);
    const editor = vscode.window.activeTextEditor;
    assert.match(
      editor?.document.getText() ?? '',
      /^<{7} conflict\/(one|two)\nexport const a = '(one|two)';\n={7}\nexport const a = '(one|two)';\n>{7} conflict\/(one|two)\n$/,
    );
    assert.match(vscode.window.tabGroups.activeTabGroup.activeTab?.label ?? '', /^a merged \(preview\)\.ts$/);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('is proved by a real merge, whose words are shown', async () => {
    await vscode.commands.executeCommand('switchyard.proveConflict', pair());
    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(text, /CONFLICT \(content\): Merge conflict in src\/a\.ts/);
    assert.match(text, /conflict\/two = [0-9a-f]+ \(with its uncommitted work\)/);
    assert.match(text, /Git says: conflict\nThe matrix says: conflict\nThe cell is right\./);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
