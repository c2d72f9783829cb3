import { strict as assert } from 'node:assert';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { TaskEvent } from '../../src/contract/events';
import type { SwitchyardApi } from '../../src/extension/extension';
import { waitFor } from '../harness/waitFor';

/** The folder of the window: a repository of its own with one commit. */
export function root(): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder);
  return folder.uri.fsPath;
}

/** Switchyard, active, with the window's repository opened. */
export async function switchyard(): Promise<SwitchyardApi> {
  const extension = vscode.extensions.getExtension<SwitchyardApi>('switchyard.switchyard');
  assert.ok(extension, 'the extension in development is there');
  const api = await extension.activate();
  await api.ready;
  return api;
}

/** Writes a task file of the plan `host`. */
export async function writeTask(task: string, frontMatter: string, instructions = 'Do it.'): Promise<void> {
  const dir = path.join(root(), '.switchyard/host');
  await mkdir(dir, { recursive: true });
  await writeFile(path.join(dir, 'plan.md'), '---\ntitle: In the host\nwipLimit: 20\n---\n');
  await writeFile(path.join(dir, `${task}.md`), `---\ntitle: Task ${task}\n${frontMatter}\n---\n\n${instructions}\n`);
  await vscode.commands.executeCommand('switchyard.refresh');
}

/** The events of a task, oldest first. */
export async function eventsOf(task: string): Promise<TaskEvent[]> {
  const dir = path.join(root(), '.git/switchyard/events');
  if (!(await readdir(dir)).includes(`host~${task}.jsonl`)) return [];
  const text = await readFile(path.join(dir, `host~${task}.jsonl`), 'utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => JSON.parse(line) as TaskEvent);
}

type Kind = TaskEvent['kind'];

/** Waits for an event of a kind and returns it. */
export async function waitForEvent<K extends Kind>(task: string, kind: K): Promise<Extract<TaskEvent, { kind: K }>> {
  return waitFor(
    `${kind} of ${task}`,
    async () => (await eventsOf(task)).find((event): event is Extract<TaskEvent, { kind: K }> => event.kind === kind),
    { deadlineMs: 25_000 },
  );
}

/** Ends what a test started; an open terminal keeps the host from exiting. */
export async function closeTerminals(): Promise<void> {
  for (const terminal of vscode.window.terminals) terminal.dispose();
  await waitFor('no terminal is open', () => vscode.window.terminals.length === 0);
}
