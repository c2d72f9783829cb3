import * as vscode from 'vscode';
import type { FromPanel, PanelChecklist, PanelSnapshot, ToPanel } from '../../protocol/integration';
import type { HazardActions } from '../hazards/hazardActions';
import { RepositoryPanel, type RepositoryPanelParts } from '../panels/repositoryPanel';
import type { RepositorySession } from '../sessions/repositorySession';
import type { CellActions } from './cellActions';
import { emptyPanel, type PanelReason, remedyOf } from './emptyPanel';
import { matrixOf } from './matrixOf';
import { fromPanel, keptRepository } from './messages';
import { panelWords } from './panelWords';
import { panelChecklist } from './renderChecklist';
import { panelMatrix } from './renderModel';

export interface IntegrationPanelParts extends RepositoryPanelParts {
  readonly actions: CellActions;
  readonly hazards: HazardActions;
}

/** The host's half of the panel: sends complete snapshots of one repository's matrix, does what its page asks for. */
export class IntegrationPanel extends RepositoryPanel<ToPanel, FromPanel> {
  readonly #actions: CellActions;
  readonly #hazards: HazardActions;
  #revealing: { readonly ref: string | null } | null = null;

  constructor(parts: IntegrationPanelParts) {
    const page = { file: 'integration', title: vscode.l10n.t('Integration'), words: panelWords(vscode.l10n.t) };
    super(parts, page, keptRepository(parts.state));
    this.#actions = parts.actions;
    this.#hazards = parts.hazards;
  }

  /** Brings the panel up with the keyboard in its table: on a branch's row when one is named. */
  show(o: { repository: string | null; ref: string | null }): void {
    if (o.repository !== null) this.chosen = o.repository;
    this.#revealing = { ref: o.ref };
    this.reveal();
  }

  /** Looks at everything in the shown repository anew. */
  async refresh(): Promise<void> {
    const view = matrixOf(this.session);
    if (view !== null) await this.busyWhile(() => view.refresh());
  }

  protected override read(message: unknown): FromPanel | null {
    return fromPanel(message);
  }

  protected override changesOf(session: RepositorySession): readonly vscode.Event<void>[] {
    return [session.matrix, session.checklists].flatMap((each) => (each === null ? [] : [each.onDidChange]));
  }

  protected override sendAll(session: RepositorySession | null): void {
    this.post({ kind: 'snapshot', snapshot: this.#snapshot(session) });
    if (this.#revealing !== null && matrixOf(session)?.state != null) {
      this.post({ kind: 'reveal', ref: this.#revealing.ref });
      this.#revealing = null;
    }
  }

  #snapshot(session: RepositorySession | null): PanelSnapshot {
    const reason = this.#emptiness(session);
    const state = matrixOf(session)?.state ?? null;
    return {
      ...this.frame(session, reason === null ? null : emptyPanel(reason)),
      matrix:
        session === null || state === null || reason !== null
          ? null
          : panelMatrix({ json: state.json, rows: session.rows, plans: planTitles(session) }, vscode.l10n.t),
      checklists: session === null || reason !== null ? [] : checklistsOf(session),
    };
  }

  #emptiness(session: RepositorySession | null): PanelReason | null {
    if (session === null) return this.repositories.emptiness;
    const state = matrixOf(session)?.state ?? null;
    if (state === null) return 'not computed';
    return state.json.branches.length < 2 ? 'fewer than two' : null;
  }

  protected override async answer(said: Exclude<FromPanel, { kind: 'ready' }>): Promise<void> {
    switch (said.kind) {
      case 'refresh':
        return this.refresh();
      case 'chooseRepository':
        this.chosen = said.repository;
        return this.send();
      case 'remedy': {
        const reason = this.#emptiness(this.session);
        await (reason === null ? null : remedyOf(reason))?.run();
        return;
      }
      case 'cellAction':
        return this.#act(said);
      case 'hazardAction':
        return this.#hazards[said.action]({ repository: said.repository, id: said.hazard });
      case 'answerItem': {
        const session = this.repositories.get(said.repository);
        if (session === null)
          throw new Error(vscode.l10n.t('That repository is not open any more: nothing was answered.'));
        return session.checklists.answer(said.plan, said.item, said.verdict, said.note);
      }
    }
  }

  async #act({ action, repository, a, b, file }: Extract<FromPanel, { kind: 'cellAction' }>): Promise<void> {
    const cell = { repository, a, b };
    if (action === 'openFile' || action === 'previewResult') {
      if (file === null) return;
      await this.#actions[action](cell, { path: file.path, pathBytes: file.pathBytes ?? undefined });
    } else {
      await this.#actions[action](cell);
    }
  }
}

/** In the order of the plans. */
function checklistsOf(session: RepositorySession): PanelChecklist[] {
  const titles = new Map(planTitles(session).map(({ id, title }) => [id, title]));
  const names = { hazards: matrixOf(session)?.state?.json.hazards ?? [], rows: session.rows };
  return session.checklists.all.map((each) =>
    panelChecklist(each, titles.get(each.plan) ?? null, names, vscode.l10n.t),
  );
}

function planTitles(session: RepositorySession): { id: string; title: string | null }[] {
  return session.plans.map(({ id, fields }) => ({ id, title: fields.title ?? null }));
}
