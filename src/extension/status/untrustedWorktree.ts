import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableBase } from '../../core/disposable';
import type { Log } from '../../core/ports';
import { statusIds } from '../contributions';
import { localFolders } from '../folders';
import { manageTrustRemedy, tell } from '../messages';
import { statusText } from './attentionItem';

const manageTrust = 'workbench.trust.manage';

/**
 * A window on a worktree that is not trusted: says which task waits and leads to trust. It starts no process and runs
 * no git (a repository's own configuration is code); the task is found by reading files.
 */
export class UntrustedWorktree extends DisposableBase {
  #item: vscode.StatusBarItem | null = null;

  constructor(log: Log) {
    super();
    if (vscode.workspace.isTrusted) return;
    this._register(vscode.workspace.onDidGrantWorkspaceTrust(() => this.dispose()));
    this.#look().catch((error: unknown) => log.warn(`The task of this folder was not found: ${String(error)}`));
  }

  async #look(): Promise<void> {
    const { readLayoutWithoutGit, findTaskOfWorktree } = await import('../core');
    for (const folder of localFolders()) {
      const layout = await readLayoutWithoutGit(folder.uri.fsPath);
      if (layout === null || !layout.linked) continue;
      const ref = await findTaskOfWorktree(layout.storeDir, folder.uri.fsPath).catch(() => null); // no store: no task
      if (this.disposed) return;
      this.#show(folder.uri.fsPath, ref === null ? null : ref.task);
      return;
    }
  }

  #show(folder: string, task: string | null): void {
    const parent = path.dirname(folder);
    const item = this._register(
      vscode.window.createStatusBarItem(statusIds.attention, vscode.StatusBarAlignment.Left, 10),
    );
    this.#item = item;
    item.name = vscode.l10n.t('Switchyard: Attention');
    item.text =
      task === null
        ? `$(shield) ${vscode.l10n.t('Worktree waits for trust')}`
        : `$(shield) ${statusText(vscode.l10n.t('{0} waits for trust', task))}`;
    item.tooltip = vscode.l10n.t(
      'Nothing runs here before you trust this folder. Trust its parent {0} once, and every worktree in it is trusted.',
      parent,
    );
    item.command = manageTrust;
    item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
    item.accessibilityInformation = { label: item.tooltip };
    item.show();
    if (task === null) return;
    tell(
      'info',
      vscode.l10n.t(
        'The agent of {0} starts when you trust this folder; trust its parent {1} to be asked only once.',
        task,
        parent,
      ),
      manageTrustRemedy(),
    );
  }

  override dispose(): void {
    this.#item?.hide();
    super.dispose();
  }
}
