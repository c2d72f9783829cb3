import path from 'node:path';
import * as vscode from 'vscode';
import type { Hazard } from '../../contract/conflicts';
import { bytePath } from '../../core/git/bytePath';
import { roomOf } from '../conflicts/conflictRooms';
import { conflictUri } from '../conflicts/conflictUri';
import { matrixOf } from '../integration/matrixOf';
import type { Repositories } from '../sessions/repositories';
import type { RepositorySession } from '../sessions/repositorySession';
import { oneLine } from '../words';

/** One hazard of one repository. */
export interface HazardRef {
  /** The repository's common directory. */
  readonly repository: string;
  readonly id: string;
}

/** What can be done with a hazard. Each is asked of the matrix as it is by then; what fails is one sentence. */
export class HazardActions {
  readonly #repositories: Repositories;

  constructor(repositories: Repositories) {
    this.#repositories = repositories;
  }

  /** Shows the line that it is about: in the file itself where this window has that worktree, else as it was judged. */
  async open(ref: HazardRef): Promise<void> {
    const { session, hazard } = this.#find(ref);
    const [file] = hazard.files;
    if (file === undefined) return;
    const line = Math.max(0, (hazard.line ?? 1) - 1);
    const options = { preview: true, selection: new vscode.Range(line, 0, line, 0) };
    await vscode.window.showTextDocument(await uriOf(session, hazard, file), options);
  }

  /** Asks for the reason, which is kept. */
  async mute(ref: HazardRef): Promise<void> {
    const { session, hazard } = this.#find(ref);
    const reason = await vscode.window.showInputBox({
      title: vscode.l10n.t('Mute Hazard'),
      prompt: oneLine(hazard.message),
      placeHolder: vscode.l10n.t('Why it is none'),
      validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('Say why it is none.') : null),
    });
    if (reason === undefined) return;
    const { muteHazard } = await import('../core');
    await muteHazard(session.repository.context, hazard.id, reason);
  }

  async unmute(ref: HazardRef): Promise<void> {
    const { session, hazard } = this.#find(ref);
    const { unmuteHazard } = await import('../core');
    await unmuteHazard(session.repository.context, hazard.id);
  }

  /** Asks which one, among those that are muted or not. null: nobody chose. */
  async choose(muted: boolean): Promise<HazardRef | null> {
    const items = this.#repositories.all.flatMap((session) =>
      hazardsOf(session)
        .filter((hazard) => (hazard.muted !== null) === muted)
        .map((hazard) => ({
          label: oneLine(hazard.message),
          description: hazard.branches.map(oneLine).join(', '),
          detail: hazard.muted === null ? '' : oneLine(hazard.muted.reason),
          ref: { repository: session.id, id: hazard.id },
        })),
    );
    if (items.length === 0) {
      void vscode.window.showInformationMessage(
        muted ? vscode.l10n.t('No hazard is muted.') : vscode.l10n.t('No hazards were found.'),
      );
      return null;
    }
    const title = muted ? vscode.l10n.t('Unmute Hazard') : vscode.l10n.t('Mute Hazard');
    const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
    return chosen?.ref ?? null;
  }

  #find({ repository, id }: HazardRef): { session: RepositorySession; hazard: Hazard } {
    const session = this.#repositories.get(repository);
    const hazard = session === null ? undefined : hazardsOf(session).find((each) => each.id === id);
    if (session === null || hazard === undefined)
      throw new Error(vscode.l10n.t('That hazard is gone: the branches are others now.'));
    return { session, hazard };
  }
}

export function hazardsOf(session: RepositorySession): readonly Hazard[] {
  return matrixOf(session)?.state?.json.hazards ?? [];
}

async function uriOf(session: RepositorySession, hazard: Hazard, file: string): Promise<vscode.Uri> {
  const branch = matrixOf(session)?.state?.json.branches.find(({ ref }) => ref === hazard.at);
  const gone = new Error(vscode.l10n.t('{0}: no longer in {1}.', oneLine(file), oneLine(hazard.at)));
  if (branch === undefined) throw gone;
  const { worktree } = branch;
  if (worktree !== null && session.folders.some((own) => own.worktree === worktree))
    return vscode.Uri.file(path.join(worktree, file));
  // Opened as a file it would make the editor take that worktree for one more repository of this window.
  const commit = branch.snapshot ?? branch.head;
  const { findKept } = await import('../core');
  const id = commit === null ? null : await findKept(await roomOf(session), commit, bytePath(file));
  if (id === null) throw gone;
  const live = worktree === null ? undefined : { worktree, path: file };
  return conflictUri({ kind: 'blob', repository: session.id, id, live }, hazard.at, file);
}
