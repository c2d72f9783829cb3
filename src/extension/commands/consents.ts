import * as vscode from 'vscode';
import type { Consent } from '../../contract/json';
import { type ConsentGroup, tickTogether } from '../views/lossWords';
import { themeIcon } from '../views/treeProvider';
import { plainLabel } from '../words';

interface ConsentItem extends vscode.QuickPickItem {
  readonly consent?: Consent;
}

function itemsOf(groups: readonly ConsentGroup[]): ConsentItem[] {
  // The consents first, all in sight: what they are about may be long.
  const consents = groups.map(({ consent, label, description }) => ({
    label: plainLabel(label),
    description: plainLabel(description),
    alwaysShow: true,
    consent,
  }));
  const lines = groups.flatMap((group): ConsentItem[] => [
    { label: group.about, kind: vscode.QuickPickItemKind.Separator },
    ...group.lines.map((line) => ({
      label: plainLabel(line.label),
      description: plainLabel(line.description),
      iconPath: themeIcon(line.icon),
      consent: group.consent,
    })),
  ]);
  return [...consents, ...lines];
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
    const pick = vscode.window.createQuickPick<ConsentItem>();
    let ticked: ReadonlySet<Consent> = new Set();
    pick.title = o.title;
    pick.placeholder = o.placeholder;
    pick.canSelectMany = true;
    pick.ignoreFocusOut = true;
    pick.matchOnDescription = true;
    const items = itemsOf(o.groups);
    pick.items = items;
    pick.onDidChangeSelection((selected) => {
      const counts = new Map<Consent, number>();
      for (const { consent } of selected)
        if (consent !== undefined) counts.set(consent, (counts.get(consent) ?? 0) + 1);
      ticked = tickTogether(o.groups, ticked, counts);
      const wanted = items.filter(({ consent }) => consent !== undefined && ticked.has(consent));
      if (wanted.length !== selected.length) pick.selectedItems = wanted;
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
