import * as vscode from 'vscode';
import type { Consent } from '../../contract/json';
import type { ConsentGroup } from '../views/lossWords';
import { type Tickable, type Ticked, tickTogether } from '../views/tickTogether';
import { themeIcon } from '../views/treeProvider';
import { plainLabel } from '../words';

type ConsentRow = vscode.QuickPickItem & Tickable;

/** The consents first, all in sight: what they are about may be long. */
function rowsOf(groups: readonly ConsentGroup[]): { consents: ConsentRow[]; lines: ConsentRow[][] } {
  const consents = groups.map(({ consent, label, description }) => ({
    label: plainLabel(label),
    description: plainLabel(description),
    alwaysShow: true,
    consent,
  }));
  const lines = groups.map((group) =>
    group.lines.map((line) => ({
      label: plainLabel(line.label),
      description: plainLabel(line.description),
      iconPath: themeIcon(line.icon),
      consent: group.consent,
    })),
  );
  return { consents, lines };
}

/**
 * Shows what would be lost and asks for each consent by itself. Nothing is ticked at first; the lines of a consent are
 * what it is about, ticked with it.
 * @returns what was consented to, or null when the user leaves
 */
export function askConsents(o: {
  title: string;
  placeholder: string;
  groups: readonly ConsentGroup[];
}): Promise<ReadonlySet<Consent> | null> {
  return new Promise((resolve) => {
    const pick = vscode.window.createQuickPick();
    const { consents, lines } = rowsOf(o.groups);
    const rows = [...consents, ...lines.flat()];
    let ticked: ReadonlySet<Consent> = new Set();
    let before: Ticked<ConsentRow> = { heard: [], set: [] };
    pick.title = o.title;
    pick.placeholder = o.placeholder;
    pick.canSelectMany = true;
    pick.ignoreFocusOut = true;
    pick.matchOnDescription = true;
    pick.items = [
      ...consents,
      ...o.groups.flatMap(({ about }, index) => [
        { label: about, kind: vscode.QuickPickItemKind.Separator },
        ...(lines[index] ?? []),
      ]),
    ];
    pick.onDidChangeSelection((items) => {
      const heard = rows.filter((row) => items.includes(row));
      ticked = tickTogether(ticked, before, heard);
      const set = rows.filter(({ consent }) => ticked.has(consent));
      before = { heard, set };
      if (set.length !== heard.length) pick.selectedItems = set;
    });
    pick.onDidAccept(() => {
      resolve(ticked);
      pick.dispose();
    });
    pick.onDidHide(() => {
      resolve(null);
      pick.dispose();
    });
    pick.show();
  });
}
