import * as vscode from 'vscode';
import { firstCostsView } from '../../protocol/costs';
import { bucketsCsv, costJson, rowsCsv } from '../costs/costExport';
import { untimedOf, within } from '../costs/costFilter';
import { todayOf, typeLookup } from '../costs/renderCosts';
import { tell } from '../messages';
import { withViewProgress } from '../progress';
import type { RepositorySession } from '../sessions/repositorySession';
import { targetOf } from '../target';
import { pick } from './chooseTarget';
import type { Services } from './services';

/** Opens the panel of costs, for a task with the records behind its figure. */
export async function showCosts(services: Services, argument: unknown): Promise<void> {
  const target = targetOf(argument);
  const task = target?.kind === 'task' ? { plan: target.plan, task: target.task } : null;
  await services.costs.open({ repository: target?.repository ?? null, task });
}

type Format = 'rows' | 'json' | 'finest';

/** Writes what the panel shows into a file of the user's choice: as CSV or JSON, or all of it in its finest parts. */
export async function exportCosts(services: Services): Promise<void> {
  const panel = await services.costs.current();
  const session = panel?.shown.session ?? (await services.choose.session(null));
  const { state } = session.costs;
  if (state === null) throw new Error(vscode.l10n.t('What agents have used is not read yet: try again in a moment.'));
  const view = panel?.shown.view ?? firstCostsView;
  const format = await chooseFormat();
  const today = todayOf({ state, now: new Date() });
  const ofPlan = within(state.usage.buckets, { period: 'all', plan: view.plan }, today);
  const buckets = within(ofPlan, { period: view.period, plan: null }, today);
  const untimed = untimedOf(ofPlan, view.period);
  const naming = { typeOf: typeLookup(state), skipped: state.usage.skipped, untimed };
  const json = costJson(state, buckets, view.by, naming);
  const text = {
    rows: () => rowsCsv(json, view.by),
    json: () => `${JSON.stringify(json, null, 2)}\n`,
    finest: () => bucketsCsv(buckets, naming, state.pricesAsOf),
  }[format]();
  await save(session, format, text);
}

function chooseFormat(): Promise<Format> {
  return pick<Format>(
    [
      {
        label: vscode.l10n.t('Table as CSV'),
        description: vscode.l10n.t('The rows that the panel shows'),
        value: 'rows',
      },
      {
        label: vscode.l10n.t('Table as JSON'),
        description: vscode.l10n.t('As switchyard cost --json prints them'),
        value: 'json',
      },
      {
        label: vscode.l10n.t('Every Session, Day and Model as CSV'),
        description: vscode.l10n.t('For a spreadsheet of your own'),
        value: 'finest',
      },
    ],
    vscode.l10n.t('Export costs as what?'),
  );
}

async function save(session: RepositorySession, format: Format, text: string): Promise<void> {
  const extension = format === 'json' ? 'json' : 'csv';
  const folder = session.folders[0]?.folder.uri;
  const name = `costs-${new Date().toISOString().slice(0, 10)}.${extension}`;
  const uri = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Costs'),
    filters: { [extension.toUpperCase()]: [extension] },
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (uri === undefined) return;
  await vscode.workspace.fs.writeFile(uri, Buffer.from(text, 'utf8'));
  tell('info', vscode.l10n.t('The costs are in {0}.', uri.fsPath), {
    label: vscode.l10n.t('Open File'),
    run: () => vscode.commands.executeCommand('vscode.open', uri),
  });
}

/** Fetches the public list of prices, which sends nothing but the request itself, and prices everything anew. */
export async function refreshPrices(services: Services): Promise<void> {
  const first = await services.choose.session(null);
  const fetchIt = vscode.l10n.t('Fetch Prices');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('Fetch the public list of prices?'),
    {
      modal: true,
      detail: vscode.l10n.t(
        'It is LiteLLM’s, from raw.githubusercontent.com. Nothing is sent but the request. Your own prices stay before it.',
      ),
    },
    fetchIt,
  );
  if (answer !== fetchIt) return;
  const { refreshPrices: fetchPrices } = await import('../core');
  const fetchFor = ({ repository }: RepositorySession) => fetchPrices(repository.store.documents);
  const { fetchedAt, entries } = await withViewProgress(() => fetchFor(first));
  // Whichever window reads the records prices them anew.
  await first.costs.refresh();
  await (await services.costs.current())?.refresh();
  tell('info', vscode.l10n.t('{0} prices of {1} are in force.', entries.length, fetchedAt), null);
}
