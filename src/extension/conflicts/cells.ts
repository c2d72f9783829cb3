import * as vscode from 'vscode';
import type { CheckoutSize, Proof } from '../../core/conflicts/prove/provePair';
import type { Log } from '../../core/ports';
import { commandIds } from '../contributions';
import type { CellActions, CellFile, CellRef } from '../integration/cellActions';
import { matrixOf } from '../integration/matrixOf';
import { tell } from '../messages';
import type { Repositories } from '../sessions/repositories';
import { oneLine, size } from '../words';
import { copyAgentMessage } from './agentMessages';
import type { ConflictFileSystem } from './conflictFileSystem';
import { roomOf } from './conflictRooms';
import { conflictUri } from './conflictUri';
import { openAllSides, openFileSides, openResult } from './openSides';
import { proofText } from './proofText';
import { fileOf, findCell, type ShownCell } from './shownCell';

/** Scratch copies larger than this are asked about first. */
const largeBytes = 1e9;
const largeFiles = 100_000;

export interface CellsDeps {
  readonly repositories: Repositories;
  readonly documents: ConflictFileSystem;
  readonly log: Log;
}

/** What can be done with a cell of the matrix. */
export class Cells implements CellActions {
  readonly #deps: CellsDeps;

  constructor(deps: CellsDeps) {
    this.#deps = deps;
  }

  openFile(ref: CellRef, file: CellFile): Promise<void> {
    return this.#withCell(ref, (cell) => openFileSides(cell, fileOf(cell, file)));
  }

  /** All its files; a single one as `openFile` does. */
  openAll(ref: CellRef): Promise<void> {
    return this.#withCell(ref, (cell) => {
      const [only, ...others] = cell.cell.files;
      if (only === undefined) throw new Error(vscode.l10n.t('Git names no file here: prove it to see what it says.'));
      return others.length === 0 ? openFileSides(cell, only) : openAllSides(cell);
    });
  }

  previewResult(ref: CellRef, file: CellFile): Promise<void> {
    return this.#withCell(ref, (cell) => openResult(cell, fileOf(cell, file)));
  }

  copyMessage(ref: CellRef): Promise<void> {
    return this.#withCell(ref, async (cell) => {
      if (cell.cell.verdict !== 'conflict') {
        const { a, b } = cell;
        throw new Error(vscode.l10n.t('{0} and {1} do not conflict now.', oneLine(a.ref), oneLine(b.ref)));
      }
      await copyAgentMessage(cell);
    });
  }

  async prove(ref: CellRef): Promise<void> {
    await this.#withCell(ref, async (shown) => {
      const { cell, a, b } = shown;
      const proof = await this.#proof(shown);
      const { proofAgrees } = await import('../core');
      const agrees = proofAgrees(proof, cell);
      const uncommitted = [a, b].flatMap((side) => (side.uncommitted ? [side.ref] : []));
      const text = proofText(vscode.l10n.t, { proof, cell, agrees, at: new Date(), uncommitted });
      const name = vscode.l10n.t('Proof: {0} and {1}.txt', oneLine(a.ref), oneLine(b.ref)).replaceAll('/', '∕');
      const uri = conflictUri(this.#deps.documents.addText(text), '', name);
      await vscode.window.showTextDocument(uri, { preview: true });
      if (agrees === false) await this.#disagreed(shown, proof);
    });
  }

  async openWorktrees(ref: CellRef): Promise<void> {
    const { session, a, b } = await this.#find(ref);
    const here = new Set(session.folders.map(({ worktree }) => worktree));
    const worktrees = [a, b].flatMap(({ worktree }) => worktree ?? []);
    if (worktrees.length === 0) {
      throw new Error(vscode.l10n.t('Neither {0} nor {1} has a worktree here.', oneLine(a.ref), oneLine(b.ref)));
    }
    for (const path of worktrees.filter((each) => !here.has(each))) {
      const target = { kind: 'worktree', repository: session.id, path };
      await vscode.commands.executeCommand(commandIds.openWorktreeInNewWindow, { node: { target } });
    }
  }

  async #proof(shown: ShownCell): Promise<Proof> {
    const { a, b, session } = shown;
    const { provePair } = await import('../core');
    const room = await roomOf(session);
    const title = vscode.l10n.t('Merging {0} and {1} in a scratch copy', oneLine(a.ref), oneLine(b.ref));
    const location = vscode.ProgressLocation.Notification;
    return vscode.window.withProgress({ location, title, cancellable: true }, (progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      const onStep = (command: readonly string[]) => progress.report({ message: command.slice(0, 2).join(' ') });
      return provePair(room, { a, b }, { signal: stop.signal, onStep, onSize: mayBeLarge });
    });
  }

  async #disagreed({ matrix, cell, a, b }: ShownCell, proof: Proof): Promise<void> {
    const said = `${cell.verdict} (${cell.direction ?? 'both ways'})`;
    const proved = `${proof.verdict} (${proof.direction ?? 'both ways'})`;
    this.#deps.log.error(
      `The cell of ${a.ref} (${a.commit}) and ${b.ref} (${b.commit}) says ${said}, a real merge ${proved}.`,
    );
    const sentence = vscode.l10n.t(
      'The matrix was wrong about {0} and {1}; it is computed anew.',
      oneLine(a.ref),
      oneLine(b.ref),
    );
    tell('error', sentence, {
      label: vscode.l10n.t('Show Log'),
      run: () => vscode.commands.executeCommand(commandIds.showLog),
    });
    await matrix.refresh();
  }

  /** Once more with what is there after a refresh, where the states of the cell are not kept any more. */
  async #withCell(ref: CellRef, act: (cell: ShownCell) => Promise<void>): Promise<void> {
    const shown = await this.#find(ref);
    try {
      await act(shown);
    } catch (error) {
      if (!isGone(error)) throw error;
      this.#deps.log.info(`The states of ${ref.a} and ${ref.b ?? 'its base'} are not kept any more: looked at anew.`);
      await shown.matrix.refresh();
      await act(await this.#find(ref));
    }
  }

  async #find(ref: CellRef): Promise<ShownCell> {
    await this.#deps.repositories.whenOpened();
    const session = this.#deps.repositories.get(ref.repository);
    if (session === null) throw new Error(vscode.l10n.t('This repository is not open in this window any more.'));
    const matrix = matrixOf(session);
    if (matrix === null) {
      throw new Error(vscode.l10n.t('The conflict matrix has not been computed yet; try again soon.'));
    }
    return findCell(session, matrix, ref);
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'reason' in error && error.reason === 'gone';
}

async function mayBeLarge({ files, bytes }: CheckoutSize): Promise<boolean> {
  if (bytes < largeBytes && files < largeFiles) return true;
  const go = vscode.l10n.t('Merge');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('The scratch copy takes {0} in {1} files.', size(bytes), files),
    { modal: true, detail: vscode.l10n.t('It lies in the folder for temporary files, and is removed afterwards.') },
    go,
  );
  return chosen === go;
}
