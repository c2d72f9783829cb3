import path from 'node:path';
import * as vscode from 'vscode';
import type { ChangedFile } from '../../core/git/status';
import type { Services } from '../commands/services';
import { type LiveFile, parseConflictUri } from '../conflicts/conflictUri';
import { localFolders, openInNewWindow, realpathOr } from '../folders';
import { tell } from '../messages';
import { targetOf } from '../target';
import { oneLine } from '../words';
import { changesUri, parseChangesUri } from './changesUri';

/** More than these are not drawn at once; the terminal and the worktree's own window have them all. */
const mostFiles = 1000;

type ChangesResource = [label: vscode.Uri, original: vscode.Uri | undefined, modified: vscode.Uri | undefined];

/** What a task changed since it left its base, committed or not, in one editor. */
export async function openChanges(services: Services, argument: unknown): Promise<void> {
  const { session, row } = await services.choose.task(
    targetOf(argument),
    (each) => each.worktree !== null && each.changedFiles !== 0,
    vscode.l10n.t('Open whose changes?'),
  );
  if (row.worktree === null || row.base === null) {
    throw new Error(vscode.l10n.t('{0}/{1} has no worktree yet: dispatch it first.', row.plan, row.task));
  }
  const worktree = row.worktree;
  const { changedFiles } = await import('../core');
  const { mergeBase, files } = await changedFiles(session.repository.git, worktree, row.base);
  const name = oneLine(row.title === '' ? row.task : row.title);
  if (files.length === 0) {
    tell('info', vscode.l10n.t('{0} has changed nothing yet.', name), null);
    return;
  }
  if (files.length > mostFiles) {
    tell(
      'warning',
      vscode.l10n.t('{0} changed {1} files; the first {2} are shown.', name, files.length, mostFiles),
      null,
    );
  }
  const title = vscode.l10n.t('Changes of {0}', name);
  const resources = files.slice(0, mostFiles).map((file) => resourceOf(worktree, mergeBase, file));
  await vscode.commands.executeCommand('vscode.changes', title, resources);
}

function resourceOf(worktree: string, mergeBase: string, file: ChangedFile): ChangesResource {
  const now = changesUri({ worktree, commit: null, path: file.path });
  const before = changesUri({ worktree, commit: mergeBase, path: file.oldPath ?? file.path });
  const isNew = file.kind === 'added' || file.kind === 'untracked';
  return [now, isNew ? undefined : before, file.kind === 'deleted' ? undefined : now];
}

/** Opens the file itself, in the window of its worktree: here it would drag that worktree into this window. */
export async function openLiveFile(_services: Services, argument: unknown): Promise<void> {
  const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
  const side = uri === undefined ? null : liveFileOf(uri);
  if (side === null) throw new Error(vscode.l10n.t('Open a file from the changes or a conflict of a task first.'));
  const file = vscode.Uri.file(path.join(side.worktree, ...side.path.split('/')));
  for (const folder of localFolders()) {
    if ((await realpathOr(folder.uri.fsPath)) !== side.worktree) continue;
    await vscode.window.showTextDocument(file, { preview: false });
    return;
  }
  await openInNewWindow(side.worktree, file);
}

/** The file of which a document of ours shows a state; null: it shows what is on no disk. */
function liveFileOf(uri: vscode.Uri): LiveFile | null {
  const content = parseConflictUri(uri);
  return content === null ? parseChangesUri(uri) : content.kind === 'blob' ? (content.live ?? null) : null;
}
